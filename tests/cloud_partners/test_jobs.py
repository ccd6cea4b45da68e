"""That a signed authorization has run out they are told whom it concerns, and once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerStep
from portal.cloud_partners.rules import Stage, State
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_status
from portal.service_requests.rules import Status
from portal.web.locale import speaking
from portal.web.mail import headline, render
from tests.cloud_partners.test_journey import (
    CLOUD,
    agreed,
    authorize,
    begun,
    case_of,
    step,
    versioned,
)
from tests.conftest import SignInAs
from tests.factories import make_account, make_user
from tests.request_desk.conftest import desk, page_of
from tests.request_pages.test_showing import words
from tests.service_requests.world import World

LAST_DAY = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # half an hour of it is left in Oslo
OVER = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
WHAT = "has run out. Until a new one is sent"
Passes = Callable[[datetime], list[tuple[str, str]]]


@pytest.fixture
def passes(world: World, session: ScopedSession, run_jobs: Callable[..., int]) -> Passes:
    """Looks after what has run out at a moment, and says who was written of it since the last."""
    last = [0]

    def run(now: datetime) -> list[tuple[str, str]]:
        for each in world.opened:
            each.close()
        session.rollback()
        with time_machine.travel(now, tick=False):
            later(session, "cloud_partners.authorizations", key="now")
            session.commit()
            while run_jobs(now):
                pass
        ask = select(User.name, Mail.text, Mail.id).join(User, User.email == Mail.address)
        rows = session.execute(ask.where(Mail.id > last[0]).order_by(Mail.id)).all()
        last[0] = max([last[0], *(row.id for row in rows)])
        session.rollback()
        lines = ((it.name, it.text.splitlines()[0]) for it in rows)
        return sorted((name, WHAT) for name, line in lines if WHAT in line)

    return run


@pytest.fixture
def asked(anna: FlaskClient, ola: FlaskClient, world: World) -> int:
    """A request that Anna has and Ola opened, with an authorization until the end of the year."""
    number = world.request()
    world.do(number, assign, world.anna.id, by=world.erik)
    begun(anna, number, authorization="y")
    agreed(ola, world, number)
    assert authorize(ola, world, number).status_code == 303
    return number


def test_whoever_has_it_and_whoever_follows_are_told_once(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs
) -> None:
    told = WHAT
    assert passes(LAST_DAY) == []
    assert passes(OVER) == [("Anna Agent", told), ("Ola Hansen", told)]
    assert passes(OVER.replace(minute=59)) == []
    assert passes(OVER.replace(year=2027)) == []

    assert case_of(world, asked).standings[Stage.AUTHORIZATION].state is State.WAITING
    query = select(CloudPartnerStep).where(CloudPartnerStep.kind == Stage.AUTHORIZATION)
    steps = world.look(staff=True).scalars(query.order_by(CloudPartnerStep.id)).all()
    assert [(it.state, it.by_id) for it in steps] == [
        (State.DONE, world.ola.id),
        (State.WAITING, None),
    ]
    with time_machine.travel(OVER, tick=False):
        there = sign_in(world.ola).get(page_of(asked, CLOUD)).text
        assert "The authorization ran out on 31 December 2026. Upload a new one." in there
        assert "Send the authorization" in there
        assert "The portal" in there


def test_a_new_one_is_told_of_in_its_turn(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs
) -> None:
    assert len(passes(OVER)) == 2
    with time_machine.travel("2027-01-02T12:00:00+01:00", tick=False):
        renewed = authorize(sign_in(world.ola), world, asked, authorized_until="15.1.2027")
        assert renewed.status_code == 303
    assert passes(datetime(2027, 1, 15, 12, tzinfo=UTC)) == []
    assert len(passes(datetime(2027, 1, 16, 12, tzinfo=UTC))) == 2


def test_staff_cannot_call_done_what_has_run_out(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs
) -> None:
    passes(OVER)
    with time_machine.travel(OVER, tick=False):
        anna = sign_in(world.anna)
        refused = step(anna, world, asked, "authorization", state="done")
        incident = step(anna, world, asked, "incident", state="under_way", number="1")
        waived = step(anna, world, asked, "authorization", state="not_needed")
    assert "Ask the customer for a new one." in refused.text
    assert "Ask the customer for a new one." in incident.text
    assert waived.status_code == 303
    assert passes(OVER) == []


@pytest.mark.parametrize("how", ["solved", "closed customer", "not needed"])
def test_nobody_is_told_where_nothing_is_waited_for(
    *, asked: int, passes: Passes, world: World, session: ScopedSession, anna: FlaskClient, how: str
) -> None:
    if how == "solved":
        world.do(asked, change_status, Status.SOLVED, by=world.anna)
    elif how == "not needed":
        data: dict[str, Any] = versioned(world, asked, state="not_needed")
        assert anna.post(desk(asked, CLOUD, "authorization"), data=data).status_code == 303
    else:
        session.get_one(Account, world.account.id).closed_at = LAST_DAY
        session.commit()

    assert passes(OVER) == []


def test_a_mail_says_first_what_is_needed_of_its_reader(
    *, anna: FlaskClient, ola: FlaskClient, world: World, session: ScopedSession, passes: Passes
) -> None:
    def first_lines(user: User) -> list[str]:
        passes(clock.now())
        asked = select(Mail.text).where(Mail.address == user.email).order_by(Mail.id.desc())
        lines = session.scalars(asked).first() or ""
        session.rollback()
        return [it for it in lines.splitlines() if it][:3]

    number = world.request()
    world.later(seconds=1)
    world.do(number, follow, world.mette.id, by=world.ola)
    world.do(number, follow, world.erik.id, by=world.erik)
    passes(clock.now())  # what was sent before it came before it
    begun(anna, number, authorization="y")
    needed, agreement, authorization = first_lines(world.ola)
    assert "we need from you:" in needed
    assert "support agreement" in agreement
    assert "signed authorization" in authorization
    assert "News of what is done with Zoom" in first_lines(world.erik)[0]
    agreed(ola, world, number)
    assert ["support agreement" in it for it in first_lines(world.mette)] == [False] * 3
    assert "signed authorization" in first_lines(world.mette)[1]
    authorize(ola, world, number)
    assert first_lines(world.mette)[1] == "Signed authorization: done"


def test_one_deed_is_one_mail_that_tells_the_step_in_the_readers_words(
    *, asked: int, anna: FlaskClient, world: World, session: ScopedSession, passes: Passes
) -> None:
    def mail_after(stage: str, **told: str) -> str:
        known = {it.id for it in session.scalars(mine)}
        session.rollback()
        assert step(anna, world, asked, stage, **told).status_code == 303
        passes(clock.now())
        (mail,) = [it for it in session.scalars(mine) if it.id not in known]
        session.rollback()
        return mail.text.replace("\N{NO-BREAK SPACE}", " ").partition("\n-- \n")[0]

    ola = session.get_one(User, world.ola.id)
    ola.language, ola.time_zone = "nb", "America/New_York"
    session.commit()
    mine = select(Mail).where(Mail.address == world.ola.email).order_by(Mail.id)
    passes(clock.now())

    said = {"state": "under_way", "number": "ZM-12345", "text": "Zoom ser på det."}
    mail = mail_after("incident", **said, next_day="31.12.2027", next_time="12.00")
    number = world.get(asked).reference
    for told in (
        f"Nytt om det som gjøres sammen med Zoom i saken {number}",
        ", fra Anna Agent:",
        "Hendelse meldt til partneren: i gang",
        "ZM-12345, meldt",
        "Zoom ser på det.",
        "Neste oppdatering innen 31. desember 2027",
        "har fått ny status: Venter på skypartner",
        "Zoom-sak ZM-12345",
    ):
        assert told in mail

    said = {"state": "under_way", "call_day": "1.12.2027", "call_time": "15.00", "minutes": "45"}
    mail = mail_after("call", **said, zone="Europe/Oslo", text="Ta med loggen.")
    call = select(CloudPartnerStep.id).where(CloudPartnerStep.kind == Stage.CALL)
    number_of_call = world.look(staff=True).scalars(call).one()
    assert "Felles møte: i gang" in mail
    assert "1. desember 2027 kl. 09.00" in mail
    assert "i New York" in mail
    assert "Ta med loggen." in mail
    path = f"{page_of(asked, CLOUD)}/calls/{number_of_call}.ics"
    assert mail.endswith(f"Legg i kalenderen:\nhttp://localhost{path}\n")
    assert "ny status" not in mail

    mail = mail_after("findings", state="done", text="Feilen ligger hos Zoom.")
    assert "Funn: ferdig" in mail
    assert "Feilen ligger hos Zoom." in mail
    assert "har fått ny status: Under arbeid" in mail
    mail = mail_after("workaround", state="done", text="Bruk nettleseren.")
    assert "Bruk nettleseren." in mail


def test_what_was_told_before_mails_told_the_step_is_told_still(app: Flask) -> None:
    told: dict[str, Any] = {"reference": "SR-1000013", "subject": "Lyd", "url": "http://x/y"}
    with app.test_request_context(), speaking("en"):
        _subject, text, _html = render("service_requests/cloud_partner", "http://x", **told)
        news = headline("service_requests/cloud_partner", "http://x", **told)
    assert "There is news about the cloud partner" in text
    assert news == "SR-1000013: news about the cloud partner"


SOON = datetime(2026, 12, 24, 12, tzinfo=UTC)  # a week before the last day
ENDS = "The signed authorization in %s runs out on 31 December 2026."
ENDED = "The signed authorization in %s ran out on 31 December 2026."


def test_a_week_before_they_are_told_once(
    *, asked: int, passes: Passes, world: World, session: ScopedSession
) -> None:
    assert passes(SOON.replace(day=23)) == []
    passes(SOON)
    for now in (SOON.replace(hour=13), SOON.replace(day=30), LAST_DAY):
        passes(now)
    mails = session.execute(
        select(Mail.address, Mail.text).where(Mail.text.contains("After that, support cannot"))
    ).all()
    assert sorted(it.address for it in mails) == sorted([world.anna.email, world.ola.email])
    assert all("runs out on 31 December 2026" in it.text.splitlines()[0] for it in mails)
    session.rollback()
    assert len(passes(OVER)) == 2  # and that it is over in its turn


def test_whoever_sends_one_that_is_good_for_days_only_is_not_told_so(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    with time_machine.travel(SOON, tick=False):
        kept = authorize(sign_in(world.ola), world, asked, authorized_until="26.12.2026")
        assert kept.status_code == 303
    passes(SOON)
    some = select(Mail.id).where(Mail.text.contains("After that, support cannot"))
    assert session.scalars(some).all() == []


def test_where_requests_wait_it_is_shown_that_it_ends_and_has_ended(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    other = make_account(session, "Fjordhelse HF")
    stranger = make_user(session, account=other)
    number = world.get(asked).reference
    seen = {world.ola: True, world.mette: True, stranger: False}

    def shown(now: datetime, text: str) -> None:
        with time_machine.travel(now, tick=False):
            for reader, sees in seen.items():
                browser = sign_in(reader)
                for path in ("/", "/service-requests", "/service-requests?view=waiting"):
                    page = words(browser.get(path).text)
                    assert (text % number in page) is sees, (reader.name, path)
                    waits = "Nothing waits for you" in page
                    assert waits is (path.endswith("waiting") and not sees)
            there = sign_in(world.ola).get(page_of(asked, CLOUD)).text
            assert "Send the authorization" in there
            assert "Runs out soon" in there or "ran out on" in there

    before = SOON.replace(day=23)
    with time_machine.travel(before, tick=False):
        for path in ("/", "/service-requests?view=waiting", page_of(asked, CLOUD)):
            page = sign_in(world.ola).get(path).text
            assert "signed authorization in" not in page
            assert "Runs out soon" not in page
    shown(SOON, ENDS)
    shown(LAST_DAY, ENDS)
    shown(OVER, ENDED)
    passes(OVER)
    shown(OVER, ENDED)
    world.now = OVER
    for each in world.opened:
        each.close()
    world.do(asked, change_status, Status.CLOSED, by=world.anna)
    seen = dict.fromkeys(seen, False)
    with time_machine.travel(OVER, tick=False):
        assert "ran out on" not in sign_in(world.ola).get("/service-requests").text


def test_what_waits_for_the_customer_anyway_is_not_told_of_twice(
    *, asked: int, passes: Passes, world: World, sign_in: SignInAs
) -> None:
    passes(OVER)
    world.now = OVER
    waiting: dict[str, Any] = {"waiting_for": "signed authorization", "by": world.anna}
    world.do(asked, change_status, Status.WAITING_FOR_CUSTOMER, **waiting)
    with time_machine.travel(OVER, tick=False):
        page = sign_in(world.ola).get("/service-requests?view=waiting").text
    assert "ran out on" not in page
    assert world.get(asked).reference in page
