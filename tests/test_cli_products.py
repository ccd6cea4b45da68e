"""A device list from the shell: the same rules, the same report."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.catalogue.models import Category, SerialPattern
from portal.cli import portal
from portal.products.models import Product
from tests import databases
from tests.factories import make_account, make_model

LIST = "Serial number;Model;Site\nABC123;Savi 7310;Oslo\nAB;Savi 7310;Oslo\n"


@pytest.fixture
def account(session: Session) -> Account:
    make_model(
        session, "Savi 7310", category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET
    )
    return make_account(session)


def run(database_url: str, folder: Path, text: str, *arguments: str) -> Result:
    file = folder / "list.csv"
    file.write_text(text, "utf-8")
    settings = {
        "DATABASE_URL": databases.as_application(database_url),
        "SECRET_KEY": "R0ckets-and-fjords-9f27c1d8e4b6a350",
        "STORAGE_URL": (folder / "files").as_uri(),
        "PORTAL_URL": "http://localhost",
    }
    return CliRunner().invoke(portal, ["import", "products", str(file), *arguments], env=settings)


def test_right_rows_are_registered_and_wrong_ones_told(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    number = ["--account", account.master_account_id, "--create-sites"]

    first = run(database_url, tmp_path, LIST, *number)
    second = run(database_url, tmp_path, LIST, *number)

    assert first.exit_code == 1, first.output
    assert "Row 3, Serial number: “AB” has too few characters. Write 6 characters." in first.output
    assert "1 new, 0 changed, 0 by count" in first.output
    assert "2 rows: 0 new, 0 changed, 1 unchanged, 0 by count, 1 wrong." in second.output
    assert session.scalars(select(Product.serial_number)).all() == ["ABC123"]


def test_a_check_registers_nothing(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    text = LIST.replace("AB;", "ABC124;")

    result = run(database_url, tmp_path, text, "--account", account.master_account_id, "--check")

    assert (result.exit_code, session.scalars(select(Product)).all()) == (0, [])
    assert "2 rows: 2 new" in result.output


@pytest.mark.parametrize(
    "case",
    [
        ("", "", "The file is empty."),
        (LIST, "1042-2107-4", "There is no account 1042-2107-4."),
        ("Serial number\nABC123\n", "", "No column has the model."),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(
    case: tuple[str, str, str], account: Account, database_url: str, tmp_path: Path
) -> None:
    text, number, told = case

    result = run(database_url, tmp_path, text, "--account", number or account.master_account_id)

    assert result.exit_code == 1
    assert told in result.output
