import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.addresses import FormerAddress
from portal.accounts.models import User
from portal.base import clock
from portal.base.mails import Mail
from portal.personal_data.actions import erase
from tests.conftest import SignInAs
from tests.factories import make_user

RunJobs = Callable[..., Any]
NEW = "ola.ny@example.com"


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def browser(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


def ask(browser: FlaskClient, *emails: str) -> Any:
    return browser.post("/profile/security/email", data={"email": list(emails) or [NEW]})


def links(session: Session, run_jobs: RunJobs) -> dict[str, str]:
    """The path in the latest mail to each address."""
    run_jobs()
    session.expire_all()
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    return {
        mail.address: found[0]
        for mail in mails
        if (found := re.findall(r"/email-confirmation/\S+", mail.text))
    }


def address(session: Session, user: User) -> str:
    session.expire_all()
    return session.get_one(User, user.id).email


@pytest.mark.parametrize("first", [0, 1])
def test_it_changes_when_both_addresses_confirmed_it_and_not_before(
    browser: FlaskClient, session: Session, ola: User, run_jobs: RunJobs, first: int
) -> None:
    old = ola.email
    assert ask(browser, f" {NEW.upper()} ").status_code == 303
    sent = links(session, run_jobs)
    client, paths = browser.application.test_client(), [sent[old], sent[NEW]]

    assert client.get(paths[0]).status_code == client.get(paths[1]).status_code == 200
    for _ in range(2):  # a double click confirms once
        client.post(paths[first])
        assert address(session, ola) == old
    client.post(paths[1 - first])

    assert address(session, ola) == NEW
    assert client.post(paths[0]).status_code == 410
    run_jobs()
    told = session.scalars(select(Mail.address).where(Mail.subject.contains("is changed"))).all()
    assert sorted(told) == sorted([old, NEW])
    former = session.scalars(select(FormerAddress)).one()
    assert (former.user_id, former.email) == (ola.id, old)
    erase(session, ola, by=None, now=clock.now())
    session.commit()
    assert session.scalars(select(Mail).where(Mail.address.in_([old, NEW]))).all() == []
    assert session.scalars(select(FormerAddress)).all() == []


def test_an_address_that_is_taken_is_not_told_of(
    browser: FlaskClient, session: Session, ola: User, run_jobs: RunJobs
) -> None:
    kari = make_user(session)

    free, taken = ask(browser), ask(browser, kari.email)

    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert kari.email not in links(session, run_jobs)


def test_an_address_that_is_taken_meanwhile_stays_whose_it_is(
    browser: FlaskClient, client: FlaskClient, session: Session, ola: User, run_jobs: RunJobs
) -> None:
    old = ola.email
    ask(browser)
    sent = links(session, run_jobs)
    kari = make_user(session)
    kari.email = NEW
    session.commit()
    client.post(sent[old])

    assert client.post(sent[NEW]).status_code == 410
    assert address(session, ola) == old


def test_links_end_after_a_day_when_asked_anew_and_when_withdrawn(
    browser: FlaskClient,
    session: Session,
    ola: User,
    run_jobs: RunJobs,
    travel: Callable[[timedelta], None],
) -> None:
    old, client = ola.email, browser.application.test_client()
    ask(browser)
    first = links(session, run_jobs)[old]
    ask(browser)
    second = links(session, run_jobs)[old]
    assert client.post(first).status_code == 410
    assert client.get(second).status_code == 200
    browser.post("/profile/security/email/withdrawal")
    assert client.post(second).status_code == 410
    ask(browser)
    third = links(session, run_jobs)[old]

    travel(timedelta(hours=24, seconds=1))

    assert client.get(third).status_code == client.post(third).status_code == 410


@pytest.mark.parametrize(
    "email", ["", "ola", "a@b", "ola@example.com\r\nBcc: x@example.com", f"{'x' * 250}@e.no"]
)
def test_what_is_no_address_is_refused(browser: FlaskClient, email: str) -> None:
    assert ask(browser, email).status_code == 422


def test_two_addresses_at_once_are_refused(browser: FlaskClient, ola: User) -> None:
    assert ask(browser, "a@example.com", "b@example.com").status_code == 400
    assert ask(browser, ola.email).status_code == 422


@pytest.mark.parametrize("token", ["null", "x", "[]", "a" * 5000])
def test_tokens_that_are_none_are_refused(client: FlaskClient, token: str) -> None:
    assert client.get(f"/email-confirmation/{token}").status_code == 410
    assert client.post(f"/email-confirmation/{token}").status_code == 410


def test_only_so_many_changes_are_asked_for_in_a_day(browser: FlaskClient) -> None:
    for number in range(5):
        assert ask(browser, f"ny{number}@example.com").status_code == 303
    answer = ask(browser)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
