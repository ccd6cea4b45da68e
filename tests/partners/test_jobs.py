"""Grants end by themselves, and nobody is surprised."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.app import open_worker
from portal.base.access import Role
from portal.base.jobs import later
from portal.base.mails import Mail
from tests.conftest import SETTINGS
from tests.factories import make_account, make_grant, make_partner, make_user

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


@pytest.fixture
def account(session: Session) -> Account:
    account = make_account(session)
    make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
    make_user(session, account=account)
    return account


def remind(session: Session, run_jobs: Callable[..., int]) -> list[Mail]:
    """The mails there are after the nightly job."""
    later(session, "partners.remind")
    session.commit()
    run_jobs()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


@pytest.mark.parametrize(("days", "told"), [(0, 2), (14, 2), (15, 0), (-1, 0), (None, 0)])
def test_both_sides_are_reminded_a_fortnight_before_the_end(
    session: Session,
    account: Account,
    run_jobs: Callable[..., int],
    days: int | None,
    told: int,
) -> None:
    partner = make_partner(session)
    make_user(session, partner=partner, role=Role.PARTNER_ADMINISTRATOR, language="en")
    make_user(session, partner=partner)
    last_day = None if days is None else TODAY + timedelta(days=days)
    grant = make_grant(session, partner, account, last_day=last_day)

    mails = remind(session, run_jobs)

    assert len(mails) == told
    if told:
        assert [mail.language for mail in mails] == ["nb", "en"]
        assert f"/organization/partners/{grant.reference}/access" in mails[0].text
        assert account.name in mails[1].subject
        assert len(remind(session, run_jobs)) == told  # once


def test_an_extended_grant_is_told_of_again_in_its_time(
    session: Session, account: Account, run_jobs: Callable[..., int]
) -> None:
    grant = make_grant(session, make_partner(session), account, last_day=TODAY)
    assert len(remind(session, run_jobs)) == 1
    grant.last_day = TODAY + timedelta(days=7)
    session.commit()
    assert len(remind(session, run_jobs)) == 2
    assert len(remind(session, run_jobs)) == 2


def test_two_schedulers_remind_once(
    session: Session, account: Account, app: Flask, run_jobs: Callable[..., int]
) -> None:
    make_grant(session, make_partner(session), account, last_day=TODAY)
    for _ in range(2):
        later(session, "partners.remind")
    session.commit()
    workers = [open_worker(app, SETTINGS) for _ in range(2)]
    while any(worker.run_one() for worker in workers):
        workers.reverse()
    assert session.query(Mail).count() == 1


def test_what_was_withdrawn_is_not_told_of(
    session: Session, account: Account, run_jobs: Callable[..., int]
) -> None:
    grant = make_grant(session, make_partner(session), account, last_day=TODAY)
    grant.withdrawn_at = grant.granted_at
    closed = make_partner(session)
    make_grant(session, closed, account, last_day=TODAY)
    closed.closed_at = grant.granted_at
    session.commit()
    assert remind(session, run_jobs) == []
