import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask, abort
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from portal.web.errors import MESSAGES
from portal.web.guard import public
from portal.web.pages import page
from tests.conftest import SETTINGS, SignInAs
from tests.factories import make_user
from tests.web.html import check_html

CODES = sorted(MESSAGES)


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """A portal that pages are added to."""
    return own_app


@pytest.fixture
def failing(app: Flask) -> Callable[[Callable[[], Any]], Flask]:
    """The portal with one more page, /failing, that does as it is told."""

    def with_page(view: Callable[[], Any]) -> Flask:
        app.add_url_rule("/failing", "failing", public(view))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        return app

    return with_page


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["nb", "en"])
def test_an_error_is_a_page_in_the_readers_language(
    failing: Callable[..., Flask], code: int, language: str
) -> None:
    client = failing(lambda: abort(code)).test_client()
    answer = client.get("/failing", headers={"Accept-Language": language})

    assert answer.status_code == code
    assert answer.content_language.as_set() == {language}
    assert "Traceback" not in answer.text
    assert ("Til forsiden" in answer.text) == (language == "nb")
    check_html(answer)


@pytest.mark.parametrize("code", CODES)
def test_an_error_is_an_alert_where_only_a_part_was_asked_for(
    failing: Callable[..., Flask], code: int
) -> None:
    client = failing(lambda: abort(code)).test_client()
    answer = client.get("/failing", headers={"HX-Request": "true", "HX-Target": "found"})

    assert answer.status_code == code
    assert answer.headers["HX-Reswap"] == "afterbegin"
    assert answer.headers["HX-Push-Url"] == "false"
    assert answer.text.startswith('<div class="ds-alert failure"')


@pytest.mark.parametrize("code", CODES)
def test_an_error_is_a_problem_document_for_machines(
    failing: Callable[..., Flask], code: int
) -> None:
    client = failing(lambda: abort(code)).test_client()
    answer = client.get("/failing", headers={"Accept": "application/json"})

    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == code
    assert answer.json["title"] == "Vi finner ikke siden" or code != 404


@pytest.mark.parametrize("code", CODES)
def test_a_page_of_its_own_for_an_error_is_one_too(
    failing: Callable[..., Flask], code: int
) -> None:
    shown = {"code": code, "message": MESSAGES[code], "givers": []}
    client = failing(lambda: page("error.html", code, **shown)).test_client()
    answer = client.get("/failing", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    assert answer.json is not None
    assert answer.json["status"] == code
    assert client.get("/failing", headers={"Accept": "text/html"}).mimetype == "text/html"


def test_links_that_are_gone_and_forms_that_came_back_are_told_to_programs(
    session: Session, sign_in: SignInAs
) -> None:
    client, program = sign_in(make_user(session)), {"Accept": "application/json"}
    answers = [
        client.get("/password-reset/gone", headers=program),
        client.post("/products/registration", headers=program, data={"room": "x" * 6_000_000}),
        client.post("/products/import", headers=program, data={"token": "t"}),
    ]

    assert [answer.status_code for answer in answers] == [410, 413, 422]
    assert {answer.mimetype for answer in answers} == {"application/problem+json"}


def test_under_the_api_an_error_is_always_a_problem_document(app: Flask) -> None:
    assert app.test_client().get("/api/nowhere").mimetype == "application/problem+json"


def test_a_failure_shows_a_reference_that_is_in_the_log_and_nothing_else(
    failing: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    client = failing(lambda: 1 // 0).test_client()
    logging.getLogger("portal.errors").disabled = False  # import-linter's own set-up did
    with caplog.at_level(logging.ERROR):
        answer = client.get("/failing", headers={"Accept": "application/json"})

    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["reference"] in caplog.text
    assert "division" not in answer.text
    assert answer.json["reference"] != client.get("/failing", headers={}).text


def test_a_database_that_is_gone_is_said_to_be_and_not_asked_again(
    failing: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    def gone() -> None:
        raise OperationalError("select", {}, Exception("server closed the connection"))

    answer = failing(gone).test_client().get("/failing")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "server closed" not in answer.text
    check_html(answer)


def test_the_page_is_drawn_when_nobody_can_be_looked_up() -> None:
    def no_database(**_: object) -> None:
        raise OperationalError("select", {}, Exception("no route to host"))

    from portal.app import create_app  # noqa: PLC0415 - a portal whose every session fails

    app = create_app(SETTINGS, sessions=no_database, WTF_CSRF_ENABLED=False)  # type: ignore[arg-type]
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = "somebody"

    answer = client.get("/")

    assert answer.status_code == 503
    check_html(answer)


@time_machine.travel(datetime(2026, 11, 22, 13, 29, 30, tzinfo=UTC), tick=False)
def test_too_many_attempts_says_when_to_try_again(failing: Callable[..., Flask]) -> None:
    def too_many() -> None:
        raise TooManyRequests(retry_after=90)

    answer = failing(too_many).test_client().get("/failing")

    assert answer.headers["Retry-After"] == "90"
    assert "22. november 2026 kl. 14.31" in answer.text


def test_what_may_be_done_instead_is_listed(app: Flask) -> None:
    answer = app.test_client().delete("/sign-in", headers={"Accept": "application/json"})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
