from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import ProductModel
from portal.cli import portal

HEAD = "model;category;end_of_service\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "models.csv"


def run(file: Path, database_url: str) -> Result:
    arguments = ["import", "models", str(file)]
    return CliRunner().invoke(portal, arguments, env={"DATABASE_URL": database_url})


def test_models_come_from_a_file_once(session: Session, file: Path, database_url: str) -> None:
    file.write_text(HEAD + "Studio X30;video;2030-12-31\nCCX 500;voice;\n")

    first, second = run(file, database_url), run(file, database_url)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "new      Studio X30" in first.output
    assert "2 new, 0 changed, 0 unchanged, 0 wrong" in first.output
    assert "Models" in first.stderr  # the label of the bar, which needs a terminal to be drawn
    assert "0 new, 0 changed, 2 unchanged, 0 wrong" in second.output
    assert len(session.scalars(select(ProductModel)).all()) == 2


def test_wrong_rows_are_named_and_the_others_are_kept(
    session: Session, file: Path, database_url: str
) -> None:
    file.write_text(HEAD + "Studio X30;video;soon\nCCX 500;voice;\nCCX 600;voice;2027-02-29\n")

    result = run(file, database_url)

    assert result.exit_code == 1
    assert "row 2: “soon” is not a date." in result.output
    assert "row 4: The date 2027-02-29 does not exist." in result.output
    assert session.scalars(select(ProductModel.name)).all() == ["CCX 500"]


@pytest.mark.parametrize("content", [b"", b"serial;site\n1;2\n", b"\x89PNG\r\n\x1a\n\0\0"])
def test_a_file_that_cannot_be_read_changes_nothing(
    content: bytes, session: Session, file: Path, database_url: str
) -> None:
    file.write_bytes(content)

    result = run(file, database_url)

    assert result.exit_code == 1
    assert result.output.strip().endswith(".")
    assert session.scalars(select(ProductModel)).all() == []


def test_a_database_without_tables_is_told_in_a_sentence(file: Path, tmp_path: Path) -> None:
    file.write_text(HEAD + "Studio X30;video;\n")

    result = run(file, f"sqlite:///{tmp_path / 'empty.sqlite'}")

    assert result.exit_code == 1
    assert "\nThe database of DATABASE_URL cannot be used: no such table" in result.output
