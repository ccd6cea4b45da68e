"""What the texts say of times and limits is what the portal does."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.about.texts import find_text
from portal.accounts import actions as accounts
from portal.passwords import rules as passwords
from portal.product_imports import rules as imports
from portal.product_imports import undoing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "number", "nb", "en"),
    [
        ("help/sign-in", passwords.SHORTEST, "minst {} tegn", "at least {} characters"),
        ("help/sign-in", passwords.LASTS / MINUTE, "innen {} minutter", "within {} minutes"),
        ("help/sign-in", accounts.IDLE / MINUTE, "på {} minutter", "for {} minutes"),
        ("help/sign-in", accounts.WORKING_DAY / HOUR, "etter {} timer", "after {} hours"),
        ("cookies", accounts.IDLE / MINUTE, "på {} minutter", "for {} minutes"),
        ("cookies", accounts.WORKING_DAY / HOUR, "etter {} timer", "after {} hours"),
        ("help/import", undoing.WITHIN / HOUR, "i {} timer", "for {} hours"),
        ("help/import", imports.MANY_ROWS / 1000, "{} 000 rader", "{},000 rows"),
    ],
)
def test_numbers_in_the_texts_are_those_of_the_rules(
    app: Flask, name: str, number: float, nb: str, en: str
) -> None:
    with app.test_request_context():
        assert nb.format(f"{number:g}") in find_text(name, "nb").html
        assert en.format(f"{number:g}") in find_text(name, "en").html
