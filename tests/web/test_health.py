import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.file_store import StorageTrouble
from portal.base.jobs import later
from portal.base.leases import show_life
from portal.web import health
from portal.web.health import Readiness
from tests.counting import counted

TOKEN = "for Prometheus alone"


@pytest.fixture
def worker_at_work(session: Session) -> None:
    show_life(session, clock.now())
    session.commit()


@pytest.fixture
def guarded(app: Flask) -> FlaskClient:
    """A portal whose figures may be asked for with a token."""
    app.extensions["metrics_token"] = TOKEN
    return app.test_client()


def test_the_process_says_that_it_lives_without_the_database(
    client: FlaskClient, engine: Engine
) -> None:
    with counted(engine) as sent:
        response = client.get("/healthz")
    assert (response.status_code, response.json) == (200, {"process": "ok"})
    assert sent == []


@pytest.mark.usefixtures("worker_at_work")
def test_ready_when_database_files_and_jobs_are(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert response.json == {"database": "ok", "files": "ok", "jobs": "ok"}
    assert response.status_code == 200


def test_not_ready_while_no_worker_lives(client: FlaskClient, session: Session) -> None:
    assert _jobs(client) == (503, "failed")
    show_life(session, clock.now() - timedelta(minutes=2))
    session.commit()
    assert _jobs(client) == (503, "failed")
    show_life(session, clock.now())
    session.commit()
    assert _jobs(client) == (200, "ok")


@pytest.mark.usefixtures("worker_at_work")
def test_not_ready_while_a_job_waits_for_long(client: FlaskClient, session: Session) -> None:
    job = later(session, "mail.send")
    job.due_at = clock.now() - timedelta(minutes=4)
    session.commit()
    assert _jobs(client) == (200, "ok")
    job.due_at = clock.now() - timedelta(minutes=6)
    session.commit()
    assert _jobs(client) == (503, "failed")


@pytest.mark.usefixtures("worker_at_work")
def test_not_ready_while_files_cannot_be_kept(app: Flask, client: FlaskClient) -> None:
    class Full:
        def check(self) -> None:
            raise StorageTrouble("The disk at /mnt/secret is full.")

    app.extensions["readiness"] = Readiness(app.extensions["sessions"], Full())  # type: ignore[arg-type]
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"database": "ok", "files": "failed", "jobs": "ok"}


def test_a_check_that_hangs_does_not_hang_whoever_asks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.3)
    let_go, tries = threading.Event(), []

    class Stuck:
        def check(self) -> None:
            tries.append(1)
            let_go.wait(30)

    readiness = Readiness(app.extensions["sessions"], Stuck())  # type: ignore[arg-type]
    assert readiness.check()["files"] is False
    assert readiness.check()["files"] is False
    assert len(tries) == 1  # the second time, the first is still at it
    let_go.set()


def test_figures_are_not_there_without_a_token_of_the_portals(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", TOKEN, f"Bearer {TOKEN}!"])
def test_figures_are_shown_to_nobody_without_the_token(guarded: FlaskClient, shown: str) -> None:
    response = guarded.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert response.status_code == 403


def test_figures_tell_of_requests_statements_sign_ins_and_jobs(
    guarded: FlaskClient, session: Session
) -> None:
    later(session, "mail.send").due_at = clock.now() - timedelta(seconds=90)
    session.commit()
    guarded.get("/sign-in")
    guarded.get("/nothing-here")
    guarded.post("/sign-in", data={"email": "nobody@example.com", "password": "wrong"})
    value = _figures(guarded)
    page = '{endpoint="accounts.sign_in_page",method="GET",status="200"}'
    assert value(f"portal_request_seconds_count{page}") >= 1
    missing = '{endpoint="-",method="GET",status="404"}'
    assert value(f"portal_request_seconds_count{missing}") >= 1
    sign_in = '{endpoint="accounts.sign_in"}'
    assert value(f"portal_request_statements_sum{sign_in}") >= 1
    assert value('portal_sign_ins_total{outcome="refused"}') >= 1
    assert value("portal_jobs_due") == 2  # the other notes the refused sign-in
    assert 80 < value("portal_jobs_oldest_seconds") < 300
    assert value("portal_jobs_parked") == 0


def _figures(client: FlaskClient) -> Callable[[str], float]:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.content_type.startswith("text/plain; version=0.0.4")
    lines = [line.rsplit(" ", 1) for line in response.text.splitlines()]
    values = {name: value for name, value in lines if not name.startswith("#")}
    return lambda name: float(values[name])


def _jobs(client: FlaskClient) -> tuple[int, str]:
    response = client.get("/readyz")
    assert response.json
    return response.status_code, response.json["jobs"]
