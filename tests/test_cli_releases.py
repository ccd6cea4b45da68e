"""`portal import releases`: what came out earlier, from a file."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import Category
from portal.cli import portal
from portal.downloads.models import SoftwareRelease
from tests.factories import make_model

EARLIER = Path(__file__).parents[1] / "portal" / "downloads" / "firmware_releases.csv"


def run(file: Path, database_url: str) -> Result:
    return CliRunner().invoke(
        portal, ["import", "releases", str(file)], env={"DATABASE_URL": database_url}
    )


pytestmark = pytest.mark.usefixtures("phones")


@pytest.fixture
def phones(session: Session) -> None:
    for name in ("CCX 400", "CCX 500", "CCX 600", "Trio C60"):
        make_model(session, name, category=Category.VOICE)
    session.commit()


def test_rows_load_as_they_stand_and_once(session: Session, database_url: str) -> None:
    assert run(EARLIER, database_url).output == "12 new, 0 unchanged, 0 wrong\n"
    again = run(EARLIER, database_url)

    assert (again.exit_code, again.output) == (0, "0 new, 12 unchanged, 0 wrong\n")
    made = session.scalars(select(SoftwareRelease).order_by(SoftwareRelease.id)).all()
    rows = [line.split(",") for line in EARLIER.read_text("utf-8").splitlines()[1:]]
    assert [it.version for it in made] == [row[1] for row in rows]
    assert [it.train for it in made] == [row[2] for row in rows]
    assert [str(it.released_on) for it in made] == [row[3] for row in rows]
    assert [len(it.models) for it in made] == [len(row[0].split("|")) for row in rows]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("CCX 900,1.0,,2022-01-01", "There is no model named “CCX 900”."),
        (",1.0,,2022-01-01", "Name the models, with | between them."),
        ("CCX 500,,,2022-01-01", "“” is no version."),
        ("CCX 500,<b>,,2022-01-01", "“<b>” is no version."),
        ("CCX 500,abc,,2022-01-01", "“abc” is no version."),
        ("CCX 500,1.0,,31.12.2022", "“31.12.2022” is no date."),
    ],
)
def test_wrong_rows_are_named_and_the_others_are_kept(
    session: Session, database_url: str, tmp_path: Path, row: str, says: str
) -> None:
    file = tmp_path / "releases.csv"
    file.write_text(f"models,version,train,released\n{row}\nCCX 500|CCX 600,2.0,T,2022-01-01\n")

    result = run(file, database_url)

    assert result.exit_code == 1
    assert f"row 2: {says}" in result.output
    assert session.scalars(select(SoftwareRelease.version)).all() == ["2.0"]


def test_a_file_of_another_kind_is_refused(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "releases.csv"
    file.write_text("name,price\nCCX 500,12\n")

    assert "The file needs these columns" in run(file, database_url).output
