"""Every door is asked with texts that nobody means well with. None of them is our fault."""

from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.products.filters import Sort
from tests.cast import Making, doors, path_to
from tests.conftest import SignInAs
from tests.factories import account_of, make_model, make_product, make_user
from tests.naughty import CURSORS, ENCODED, FIELDS, TEXTS, Asked

ADDRESSED = (*ENCODED, *map(quote, TEXTS))
# Signing in is slow by intent, and its tries are counted; leaving ends the visit.
ELSEWHERE = {"accounts.sign_out", "static"}
_number = count(1)


@pytest.fixture
def making(
    app: Flask, session: Session, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> Making:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a failure is told as visitors are told it
    app.test_client_class = FlaskClient
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Asked)
    user = make_user(session, role=Role.ADMINISTRATOR)
    make_model(session, "Test 1")
    for _ in range(3):
        make_product(session, account=account_of(user))
    return Making(session, account_of(user), files)


@pytest.fixture
def visitors(making: Making, app: Flask, sign_in: SignInAs) -> list[FlaskClient]:
    session, account = making.session, making.account
    return [
        sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR), acting_for=account),
        sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR)),
        app.test_client(),
    ]


def rules(app: Flask, method: str) -> Iterator[Rule]:
    return (
        rule
        for door, rule in doors(app)
        if door.startswith(f"{method} ") and rule.endpoint not in ELSEWHERE
    )


def status(browser: FlaskClient, path: str, sent: dict[str, str] | None = None) -> int:
    with browser.open(path, method="GET" if sent is None else "POST", data=sent) as answer:
        answer.get_data()
        return answer.status_code


def names_read(browser: FlaskClient, path: str, sent: dict[str, str] | None = None) -> set[str]:
    """What a door looks for among what it is sent."""
    Asked.names.clear()
    status(browser, path, sent)
    return set(Asked.names)


def test_no_page_fails_over_what_its_address_says(
    app: Flask, making: Making, visitors: list[FlaskClient]
) -> None:
    failed = []
    for rule in rules(app, "GET"):
        path, known = path_to(app, rule, making), set[str]()
        for browser in visitors:
            names = names_read(browser, path) - known
            known |= names
            texts = (*ADDRESSED, *CURSORS) if "after" in names else ADDRESSED
            for text in texts if names else ():
                query = "&".join(f"{name}={text}" for name in sorted(names))
                if status(browser, f"{path}?{query}") >= 500:
                    failed.append(f"{path}?{query[:80]}")
    assert failed == []


def test_no_list_fails_over_where_its_page_is_said_to_begin(visitors: list[FlaskClient]) -> None:
    paths = [
        f"/products?sort={sort}&{way}={place}"
        for sort in Sort
        for way in ("after", "before")
        for place in CURSORS
    ]
    assert [path for path in paths if status(visitors[1], path) >= 500] == []


def test_no_record_fails_over_its_reference(app: Flask, visitors: list[FlaskClient]) -> None:
    starts = {
        rule.rule.partition("<")[0] for rule in rules(app, "GET") if rule.arguments - {"format"}
    }
    paths = [f"{start}{text}" for start in sorted(starts) for text in ADDRESSED]
    assert [path[:80] for path in paths if status(visitors[0], path) >= 500] == []


def test_no_form_fails_over_what_is_typed(
    app: Flask, making: Making, visitors: list[FlaskClient]
) -> None:
    failed = []
    for rule in rules(app, "POST"):
        browser = visitors[0 if rule.rule.startswith("/desk") else 1]
        names = names_read(browser, path_to(app, rule, making), {"_": ""}) - {"_"}
        for name in sorted(it for it in names if not it.startswith(("line_", "category_"))):
            path = path_to(app, rule, making)
            for text in FIELDS:
                if status(browser, path, {**right(making), name: text}) >= 500:
                    failed.append(f"{path} {name}={text[:20]!r}")
    assert failed == []


def right(making: Making) -> dict[str, str]:
    """What would do in any form, so that one field at a time can be wrong."""
    number = next(_number)
    return {
        "address": "Storgata 1",
        "category": "video",
        "country": "NO",
        "customer": making.account.master_account_id,
        "ends_on": "31.12.2027",
        "kind": "video bar",
        "model": "Test 1",
        "name": f"Sted {number}",
        "number": str(number),
        "pasted": f"Modell;Serienummer\nTest 1;{number}",
        "serial_number": f"8G2241{number:06}ZZ",
        "serial_pattern": "unknown",
        "starts_on": "01.01.2027",
        "token": f"token-{number}",
        "version": "1",
    }
