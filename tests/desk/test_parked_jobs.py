import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, leases
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.jobs import Job, later
from tests.conftest import SignInAs
from tests.factories import account_of, make_user


@pytest.fixture
def admin(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))


def make_parked(session: Session, error: str = "ValueError: no luck") -> Job:
    user = make_user(session, name="Kari Nordmann")
    job = later(
        session, "mail.send", account_id=account_of(user).id, user_id=user.id, token="a secret"
    )
    job.due_at, job.parked_at, job.tries, job.error = None, clock.now(), 5, error
    session.commit()
    return job


def jobs(session: Session) -> list[Job]:
    session.rollback()
    return list(session.scalars(select(Job).execution_options(populate_existing=True)))


def test_only_the_portals_administrators_see_jobs(session: Session, sign_in: SignInAs) -> None:
    job = make_parked(session)
    for role in (Role.AGENT, Role.ADMINISTRATOR):
        browser = sign_in(make_user(session, role=role))
        for path in ("/desk/jobs", f"/desk/jobs/{job.id}"):
            assert browser.get(path).status_code == 403
        for deed in ("retry", "removal"):
            assert browser.post(f"/desk/jobs/{job.id}/{deed}").status_code == 403
    assert jobs(session)[0].parked_at


def test_parked_jobs_are_shown_with_their_reason_and_without_what_they_carry(
    session: Session, admin: FlaskClient
) -> None:
    later(session, "mail.send")
    job = make_parked(session, "<b>no luck</b>")
    listed = admin.get("/desk/jobs").text
    shown = admin.get(f"/desk/jobs/{job.id}").text
    for text in (listed, shown):
        assert "&lt;b&gt;no luck" in text
        assert "Nordlys Kraft AS" in text
        assert "a secret" not in text
    assert "Kari Nordmann" in shown
    assert listed.count("mail.send") == 1


def test_without_parked_jobs_the_page_says_so_and_how_the_queue_is(
    session: Session, admin: FlaskClient
) -> None:
    later(session, "mail.send")
    leases.show_life(session, clock.now())
    session.commit()
    shown = admin.get("/desk/jobs").text
    assert "No job was given up" in shown
    assert "<dt>Waiting</dt><dd>1</dd>" in shown


def test_a_parked_job_begins_anew_when_told_to(session: Session, admin: FlaskClient) -> None:
    job = make_parked(session)
    answer = admin.post(f"/desk/jobs/{job.id}/retry")
    assert (answer.status_code, answer.location) == (303, "/desk/jobs")
    (again,) = jobs(session)
    assert (again.parked_at, again.tries) == (None, 0)
    assert again.due_at
    assert "begins anew" in admin.get("/desk/jobs").text
    assert session.scalars(select(DeskEvent.what)).all() == [What.CHANGED]


def test_a_parked_job_is_discarded_when_told_to(session: Session, admin: FlaskClient) -> None:
    job = make_parked(session)
    answer = admin.post(f"/desk/jobs/{job.id}/removal")
    assert (answer.status_code, answer.location) == (303, "/desk/jobs")
    assert jobs(session) == []
    assert session.scalars(select(DeskEvent.what)).all() == [What.REMOVED]


@pytest.mark.parametrize("deed", ["retry", "removal"])
def test_a_job_that_runs_is_left_alone(session: Session, admin: FlaskClient, deed: str) -> None:
    job = later(session, "mail.send")
    session.commit()
    assert admin.post(f"/desk/jobs/{job.id}/{deed}").status_code == 303
    assert "nothing was done" in admin.get("/desk/jobs").text
    assert len(jobs(session)) == 1
    assert admin.get(f"/desk/jobs/{job.id}").status_code == 404
