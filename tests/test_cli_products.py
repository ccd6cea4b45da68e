"""A device list from the shell: the same rules, the same report."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.catalogue.models import Category, SerialPattern
from portal.cli import portal
from portal.product_imports.models import ImportStatus, ProductImport
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


def waiting(session: Session) -> list[ImportStatus]:
    """How the lists stand that somebody would see on the page, and be asked to go on with."""
    left = select(ProductImport.status).where(
        ProductImport.status.not_in([ImportStatus.DONE, ImportStatus.DISCARDED])
    )
    return list(session.scalars(left))


def test_right_rows_are_registered_and_wrong_ones_told(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    number = ["--account", account.master_account_id, "--create-sites"]

    first = run(database_url, tmp_path, LIST, *number)
    second = run(database_url, tmp_path, LIST, *number)

    assert first.exit_code == 1, first.output
    assert "Row 3, Serial number: “AB” has too few characters. Write 6 characters." in first.output
    assert "1 new, 0 changed, 0 by count: I-" in first.output
    assert "2 rows: 0 new, 0 changed, 1 unchanged, 0 by count, 1 with faults." in second.output
    assert session.scalars(select(Product.serial_number)).all() == ["ABC123"]


def test_a_check_registers_nothing(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    text = LIST.replace("AB;", "ABC124;")

    result = run(database_url, tmp_path, text, "--account", account.master_account_id, "--check")

    assert (result.exit_code, session.scalars(select(Product)).all()) == (0, [])
    assert waiting(session) == []
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
    case: tuple[str, str, str],
    session: Session,
    account: Account,
    database_url: str,
    tmp_path: Path,
) -> None:
    text, number, told = case

    result = run(database_url, tmp_path, text, "--account", number or account.master_account_id)

    assert result.exit_code == 1
    assert told in result.output
    assert waiting(session) == []


def test_the_shell_speaks_norwegian_and_writes_all_rows_with_faults_to_a_file(
    account: Account, database_url: str, tmp_path: Path
) -> None:
    text = LIST.partition("AB;")[0] + "".join(f"A{at};Savi 7310;Oslo\n" for at in range(10, 35))
    number, faults = account.master_account_id, tmp_path / "feil.csv"
    norwegian = ["--account", number, "--language", "nb"]

    told = run(database_url, tmp_path, text, *norwegian, "--check").output
    assert "og 5 til" in told
    assert "Med --create-sites blir den opprettet. Uten blir en ny enhet registrert uten" in told
    assert "Med --faults FIL blir alle rader med feil skrevet til en fil." in told
    assert "26 rader: 1 ny, 0 endret, 0 uendret, 0 som antall, 25 med feil." in told

    result = run(database_url, tmp_path, text, *norwegian, "--faults", str(faults))
    assert f"Radene med feil ligger i {faults}." in result.output
    assert "1 ny, 0 endret, 0 som antall, 1 uten lokasjonen i listen: I-" in result.output
    lines = faults.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Serial number;Model;Site;Feil"
    assert len(lines) == 26
    assert "har for få tegn" in lines[25]
    assert (
        "Det finnes ingen konto 1."
        in run(database_url, tmp_path, text, "--account", "1", "--language", "nb").output
    )


def test_what_a_list_contradicts_is_corrected_with_an_option_that_is_named(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    make_model(session, "Savi 8240")
    number = ["--account", account.master_account_id]
    assert run(database_url, tmp_path, "SN;Model\nABC123;Savi 7310\n", *number).exit_code == 0
    text, named = "SN;Model\nABC123;Savi 8240\n", "With --correct the devices are changed"

    assert named in run(database_url, tmp_path, text, *number).output
    assert waiting(session) == []  # nothing of it could be registered without
    result = run(database_url, tmp_path, text, *number, "--correct")
    assert named not in result.output
    assert "0 new, 1 changed" in result.output


def test_a_file_that_cannot_be_written_is_told_before_anything_is_registered(
    session: Session, account: Account, database_url: str, tmp_path: Path
) -> None:
    number, faults = account.master_account_id, tmp_path / "no such folder" / "faults.csv"

    result = run(database_url, tmp_path, LIST, "--account", number, "--faults", str(faults))

    assert result.exit_code == 1
    assert result.output == f"{faults} cannot be written: No such file or directory.\n"
    assert session.scalars(select(ProductImport)).all() == []
    there = tmp_path / "faults.csv"
    assert run(database_url, tmp_path, LIST, "--account", "1", "--faults", str(there)).exit_code
    assert not there.exists()
