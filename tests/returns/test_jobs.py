"""Who has to send something back is told in time, each once, in their own language."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.history import What
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.workdays import Workdays
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage
from portal.returns.models import ReturnNotice
from portal.returns.rules import Near, days_left, reached
from tests.factories import make_replacement, make_user
from tests.returns.conftest import BACK, done, fresh

OFF = frozenset({(12, 24), (12, 31)})
NORWAY = Workdays("NO", OFF)
Run = Callable[..., int]


@pytest.mark.parametrize(
    ("today", "near", "left"),
    [
        (date(2026, 11, 27), None, 6),  # Friday
        (date(2026, 11, 29), None, 6),  # Sunday: Monday to Friday, and the Monday it is due
        (date(2026, 11, 30), Near.FIVE, 5),
        (date(2026, 12, 3), Near.FIVE, 2),
        (date(2026, 12, 4), Near.ONE, 1),
        (date(2026, 12, 6), Near.ONE, 1),
        (date(2026, 12, 7), Near.ONE, 0),
        (date(2026, 12, 8), Near.OVER, 0),
    ],
)
def test_how_near_a_deadline_is_counts_business_days(
    today: date, near: Near | None, left: int
) -> None:
    due = date(2026, 12, 7)
    assert reached(today, due, NORWAY) is near
    assert days_left(today, due, NORWAY) == left


def at(day: int, month: int = 12) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def subjects(session: Session, address: str) -> list[str]:
    session.expire_all()
    mails = session.scalars(select(Mail).where(Mail.address == address).order_by(Mail.id))
    return [it.subject.partition("] ")[2] for it in mails]


def look(session: Session, run_jobs: Run, *moments: datetime) -> None:
    """Look at the deadlines at each of these moments, twice, as a second worker would."""
    for moment in (each for each in moments for _ in range(2)):
        with time_machine.travel(moment, tick=False):
            later(session, "returns.remind", key="now")
            session.commit()
            while run_jobs(moment):
                pass


def test_it_is_told_at_five_and_one_day_and_when_it_is_over_each_once(
    session: Session, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    look(session, run_jobs, *(at(day, 11) for day in (27, 28, 30)))
    assert subjects(session, ola.email) == ["Send the faulty device back"]
    look(session, run_jobs, *(at(day) for day in (1, 2, 3, 4, 5, 7)))
    assert subjects(session, ola.email)[1:] == ["Last days to send the faulty device back"]
    look(session, run_jobs, *(at(day) for day in (8, 9, 10)))
    assert subjects(session, ola.email)[2:] == ["The faulty device should have been sent back"]
    over = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert over
    text = over.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "NOK 4,190.00 excl. VAT, if we have not received it before Tuesday 15 December" in text
    assert done(session, rma) == [What.OVERDUE]


def test_another_deadline_is_told_of_anew(
    session: Session, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    look(session, run_jobs, at(4))
    fresh(session, rma).return_due_on = date(2026, 12, 21)
    session.commit()
    look(session, run_jobs, at(7))
    assert len(subjects(session, ola.email)) == 1
    look(session, run_jobs, at(15))
    assert len(subjects(session, ola.email)) == 2


def test_each_is_told_in_their_own_language_and_who_left_is_not(
    session: Session, account: Account, run_jobs: Run
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
    gone = make_user(session, account=account)
    make_replacement(session, account, by=gone, **BACK)
    gone.deactivated_at = at(1, 11)
    session.commit()

    look(session, run_jobs, at(4))
    assert subjects(session, gone.email) == []
    assert subjects(session, kari.email) == ["Siste dager for å sende tilbake enheten med feil"]


@pytest.mark.parametrize(
    "standing",
    [
        {"returned": ReturnStage.UNDER_WAY},
        {"returned": ReturnStage.RECEIVED, "liability": Liability.SETTLED},
        {"stage": "shipped", "delivered_on": None},
    ],
)
def test_who_has_nothing_to_send_is_not_reminded(
    standing: dict[str, Any], session: Session, account: Account, ola: User, run_jobs: Run,
) -> None:  # fmt: skip
    make_replacement(session, account, by=ola, **BACK | standing)
    look(session, run_jobs, at(4))
    assert subjects(session, ola.email) == []
    assert session.scalars(select(ReturnNotice)).all() == []


def test_who_has_five_days_from_the_start_has_just_been_told(
    session: Session, account: Account, ola: User, run_jobs: Run
) -> None:
    make_replacement(session, account, by=ola, **BACK).return_window = 5
    session.commit()
    look(session, run_jobs, at(1))
    assert subjects(session, ola.email) == []
