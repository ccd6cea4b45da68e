from dataclasses import fields
from pathlib import Path

from portal.config import Settings
from tests import rights

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_table_of_rights_is_what_the_code_grants() -> None:
    # `python -m tests.rights` prints it.
    assert rights.table() in README


def test_every_setting_is_told_of() -> None:
    assert [each.name for each in fields(Settings) if f"`{each.name.upper()}`" not in README] == []
