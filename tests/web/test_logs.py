import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.web import logs, metrics
from portal.web.guard import public
from tests.conftest import SignInAs
from tests.factories import account_of, make_user

NAME, TYPED = "Kari Nordmann", "kari@nordlys.example.com"


class Lines(io.StringIO):
    """What the process wrote, read as whoever collects the lines would read it."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal

    def read_all(self) -> list[dict[str, Any]]:
        handler = logging.getLogger().handlers[0]
        assert isinstance(handler, logs.Unhurried)
        handler._lines.join()
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    yield from _configured(Lines())


@pytest.fixture
def terminal() -> Iterator[Lines]:
    stream = Lines()
    stream.terminal = True
    yield from _configured(stream)


def _configured(stream: Lines) -> Iterator[Lines]:
    before = logging.getLogger().handlers[:], logging.getLogger().level
    logging.getLogger().handlers.clear()  # pytest's own are neither closed nor written to
    logs.configure(stream)
    yield stream
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def test_a_request_leaves_one_line_with_ids_and_no_name(
    lines: Lines, sign_in: SignInAs, session: Session
) -> None:
    kari = make_user(session, name=NAME)
    response = sign_in(kari).get(f"/products?q={TYPED}")
    *_, line = lines.read_all()
    assert line["event"] == "request"
    assert line["endpoint"].startswith("products.")
    assert (line["method"], line["status"]) == ("GET", response.status_code)
    assert (line["user_id"], line["account_id"]) == (kari.id, account_of(kari).id)
    assert line["statements"] >= 1
    assert line["ms"] > 0
    assert line["request_id"] == response.headers["X-Request-ID"]
    written = lines.getvalue()
    assert not any(each in written for each in (NAME, TYPED, kari.email, "/products"))


def test_strangers_have_no_ids(lines: Lines, app: Flask) -> None:
    app.test_client().get("/no/such/page")
    (line,) = lines.read_all()
    assert line["endpoint"] == "-"
    assert "user_id" not in line
    assert "such" not in lines.getvalue()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("from-the-proxy.1234", True),
        ("short", False),
        ("x" * 65, False),
        ("with space in it", False),
        ("<script>alert(1)", False),
        ("\x1b[31mred-as-an-alarm", False),
    ],
)
def test_a_request_id_from_outside_is_taken_only_when_it_is_harmless(
    lines: Lines, app: Flask, given: str, taken: bool
) -> None:
    response = app.test_client().get("/healthz", headers={"X-Request-ID": given})
    (line,) = lines.read_all()
    assert (line["request_id"] == given) == taken
    assert response.headers["X-Request-ID"] == line["request_id"]
    assert taken or len(line["request_id"]) == 16


def test_an_error_is_told_by_its_type_and_place_and_not_in_its_words(
    lines: Lines, own_app: Flask
) -> None:
    @public
    def broken(token: str) -> str:
        raise ValueError(TYPED) from KeyError(NAME)

    own_app.add_url_rule("/broken/<token>", view_func=broken)
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    response = own_app.test_client().get("/broken/very-secret-token")
    assert response.status_code == 500
    failed = next(line for line in lines.read_all() if "error" in line)
    assert failed["error"] == "builtins.ValueError"
    assert failed["because"] == "builtins.KeyError"
    assert failed["through"][-1].startswith("tests/web/test_logs.py:")
    assert failed["through"][-1].endswith(" broken")
    assert failed["request_id"] == response.headers["X-Request-ID"]
    written = lines.getvalue()
    assert not any(each in written for each in (TYPED, NAME, "very-secret-token"))


def test_no_value_begins_a_line_of_its_own(lines: Lines) -> None:
    logging.getLogger("portal").warning("one\r\n%s", '{"forged": true}\x1b[2J\u2028\x9b')
    (line,) = lines.read_all()
    assert line["event"] == 'one\\x0d\\x0a{"forged": true}\\x1b[2J\\x2028\\x9b'


def test_no_value_paints_a_developers_terminal(terminal: Lines) -> None:
    logging.getLogger("portal").warning("one\r\n%s", "\x1b[2Jtwo")
    logging.getLogger().handlers[0].flush()
    assert "\x1b[2J" not in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 1


def test_a_line_that_cannot_be_written_costs_no_request(
    lines: Lines, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_anything: object, **_more: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(logs, "_who", fail)
    assert app.test_client().get("/healthz").status_code == 200
    monkeypatch.undo()
    monkeypatch.setattr(logging.getLogger().handlers[0], "format", fail)
    assert app.test_client().get("/healthz").status_code == 200


def test_a_reader_that_hangs_costs_lines_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            go_on.wait(30)
            return super().write(text)

    monkeypatch.setattr(logs, "_MOST_LINES", 10)
    stream = Stuck()
    handler = logs.Unhurried(stream)
    lost = metrics.LOST_LINES._value.get()
    began = time.monotonic()
    for number in range(50):
        handler.emit(logging.makeLogRecord({"msg": str(number)}))
    assert time.monotonic() - began < 1
    assert metrics.LOST_LINES._value.get() - lost >= 39
    go_on.set()
    handler.flush()
    assert stream.getvalue().startswith("0\n1\n")
