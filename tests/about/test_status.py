from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.about.status import PARTS

NOON = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)


class Ready:
    def __init__(self, **wrong: bool) -> None:
        self.parts = {**dict.fromkeys(PARTS, True), **wrong}
        self.asked = 0

    def check(self) -> dict[str, bool]:
        self.asked += 1
        return self.parts


@pytest.fixture
def ready(app: Flask) -> Ready:
    app.extensions["readiness"] = Ready()
    return app.extensions["readiness"]  # type: ignore[no-any-return]


def test_the_status_is_told_in_plain_words(client: FlaskClient, ready: Ready) -> None:
    with time_machine.travel(NOON, tick=False):
        text = client.get("/status", headers={"Accept-Language": "nb"}).text

    assert "Alt virker som det skal." in text
    assert "Kontrollert 22. november 2026 kl. 12.30." in text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("part", PARTS)
def test_whatever_does_not_work_is_said(client: FlaskClient, ready: Ready, part: str) -> None:
    ready.parts[part] = False

    answer = client.get("/status", headers={"Accept-Language": "nb"})

    assert answer.status_code == 200
    assert "Alt virker som det skal." not in answer.text
    assert answer.text.count("Virker ikke som det skal") == 1


def test_a_part_that_does_not_answer_does_not_work(client: FlaskClient, ready: Ready) -> None:
    del ready.parts["jobs"]
    assert "Virker ikke som det skal" in client.get("/status").text


def test_many_who_ask_cost_one_look(client: FlaskClient, ready: Ready) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            client.get("/status")
        assert ready.asked == 1
        clock.shift(timedelta(seconds=16))
        client.get("/status")
    assert ready.asked == 2


def test_the_names_of_the_checks_are_those_of_the_readiness(app: Flask) -> None:
    assert set(app.extensions["readiness"].check()) == set(PARTS)
