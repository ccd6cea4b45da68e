"""Staff hear of each deviation once, and whoever waits hears once that a parcel can be fetched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.mails import Mail
from portal.notices.models import PortalNotice
from portal.notices.notice import Notice
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from tests.carriers.conftest import NUMBER, Desk, answer, event, sent
from tests.factories import make_user

Look = Callable[[], None]


@pytest.fixture
def lars_lager(session: Session) -> User:
    return make_user(session, role=Role.LOGISTICS, language="nb")


def look_again(look: Look, posten: Desk, *told: Any) -> None:
    """Some hours later for each thing that the carrier has told by then, or since it said last."""
    posten.says[NUMBER] = answer(*told)
    TIMES.append(5)
    with time_machine.travel(clock.now() + timedelta(hours=sum(TIMES)), tick=False):
        look()


TIMES: list[int] = []


@pytest.fixture(autouse=True)
def _from_the_start() -> None:
    TIMES.clear()


def subjects(session: Session, user: User) -> list[str]:
    session.expire_all()
    mails = session.scalars(select(Mail).where(Mail.address == user.email).order_by(Mail.id))
    return [it.subject.partition("] ")[2] for it in mails]


WRONG = "En pakke kommer ikke som den skal"
READY = "Klar til henting"


def test_logistics_hear_of_each_deviation_once(  # noqa: PLR0917
    session: Session, posten: Desk, look: Look, rma: Replacement, ola: User, lars_lager: User
) -> None:
    agent = make_user(session, role=Role.AGENT)
    told = [event("HANDED_IN", 1), event("DEVIATION", 3)]
    look_again(look, posten, *told)
    look_again(look, posten, *told)
    assert subjects(session, lars_lager) == [WRONG]
    look_again(look, posten, *told, event("IN_TRANSIT", 5))
    look_again(look, posten, *told, event("IN_TRANSIT", 5), event("RETURN", 9))
    assert subjects(session, lars_lager) == [WRONG, WRONG]

    first = session.scalars(select(Mail).where(Mail.address == lars_lager.email)).first()
    assert first is not None
    for each in ("Transportøren melder: Avvik, OSLO", NUMBER, f"/desk/logistics/{rma.reference}"):
        assert each in first.text
    assert (subjects(session, agent), subjects(session, ola)) == ([], [])
    here = session.scalars(select(PortalNotice.notice)).all()
    assert list(here) == [Notice.PARCEL_TROUBLE] * 2


def test_of_what_has_arrived_no_deviation_is_told(
    session: Session, posten: Desk, look: Look, rma: Replacement, lars_lager: User
) -> None:
    told = [event("HANDED_IN", 1), event("DEVIATION", 3), event("DELIVERED", 20)]
    look_again(look, posten, *told)
    assert (rma.stage, subjects(session, lars_lager)) == (Stage.DELIVERED, [])


def test_whoever_waits_hears_once_that_it_can_be_fetched(  # noqa: PLR0917
    session: Session, posten: Desk, look: Look, rma: Replacement, ola: User, lars_lager: User
) -> None:
    ola.language, rma.asked_by_id = "nb", ola.id
    session.commit()
    told = [event("HANDED_IN", 1), event("READY_FOR_PICKUP", 3)]
    look_again(look, posten, *told)
    look_again(look, posten, *told)
    told += [event("IN_TRANSIT", 5)]
    look_again(look, posten, *told)
    assert rma.stage == "in_transit"
    look_again(look, posten, *told, event("READY_FOR_PICKUP", 8))

    assert rma.stage == "ready_for_pickup"
    assert subjects(session, ola) == [READY]
    assert subjects(session, lars_lager) == []
    mail = session.scalars(select(Mail)).one()
    assert (NUMBER in mail.text, "kan hentes nå" in mail.text) == (True, True)


def test_in_english_it_is_said_in_english(
    session: Session, posten: Desk, look: Look, rma: Replacement, ola: User
) -> None:
    ola.language, rma.asked_by_id = "en", ola.id
    session.commit()
    look_again(look, posten, event("READY_FOR_PICKUP", 3))
    assert subjects(session, ola) == ["Ready for pickup"]


def test_a_deviation_on_the_way_back_says_which_parcel_it_is(
    session: Session, posten: Desk, look: Look, account: Account, lars_lager: User
) -> None:
    back = "370722159999999"
    sent(session, account, back=back)
    posten.says[back] = answer(event("DEVIATION", 3), number=back)
    look_again(look, posten, event("HANDED_IN", 1))

    mail = session.scalars(select(Mail).where(Mail.address == lars_lager.email)).one()
    assert "kommer ikke tilbake som den skal" in mail.text
    assert back in mail.text
    assert NUMBER not in mail.text
