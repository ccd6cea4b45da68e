"""What managers did about a request stays in its story: whoever reads it later finds it there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.escalations.actions import end, give, promise_update, record_remedy
from portal.request_pages import papers
from portal.service_requests.clocks import StepKind
from portal.service_requests.following import follow
from portal.service_requests.handling import assign
from portal.service_requests.queries import steps_of
from portal.service_requests.rules import Remedy, Status
from portal.web.pdf import make_pdf
from tests.conftest import SignInAs
from tests.escalations.test_actions import HOUR, act, escalated
from tests.factories import make_user
from tests.request_desk.conftest import desk
from tests.request_pages.conftest import address
from tests.request_pages.test_showing import said, words
from tests.service_requests.world import START, World

RunJobs = Callable[..., int]
CABLE = "Bruk kabel til rettelsen kommer."


def got_over(world: World, *, internal: bool = False) -> int:
    """Escalated, taken, promised, got around, and ended."""
    number = escalated(world, internal=internal, severity=Severity.HIGH)
    world.later(minutes=1)
    act(world, number, give, world.erik.id)
    world.later(minutes=1)
    act(world, number, promise_update, START + 3 * HOUR)
    world.later(minutes=1)
    act(world, number, record_remedy, Remedy.WORKAROUND, CABLE, accepted=True)
    world.later(minutes=1)
    act(world, number, end, "Kunden greier seg.")
    return number


def story(client: FlaskClient, path: str) -> str:
    return said(words(client.get(path).text))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "Erik Leder looks after the escalation from now on",
                "Next update promised by 20 November 2026 at 13:00",
                "Severity: from High to Medium",
                f"Workaround {CABLE}",
                "Escalation ended Kunden greier seg.",
            ),
        ),
        (
            "nb",
            (
                "Erik Leder følger opp eskaleringen fra nå av",
                "Neste oppdatering er lovet innen 20. november 2026 kl. 13.00",
                "Alvorlighetsgrad: fra Høy til Middels",
                f"Midlertidig løsning {CABLE}",
                "Eskaleringen avsluttet Kunden greier seg.",
            ),
        ),
    ],
)
def test_the_story_tells_what_managers_did_after_the_end(
    language: str, told: tuple[str, ...], world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    kari = make_user(session, account=world.account, language=language)
    agent = make_user(session, role=Role.AGENT, language=language)
    session.commit()
    number = got_over(world)

    for page in (story(sign_in(kari), address(number)), story(sign_in(agent), desk(number))):
        for words_ in told:
            assert words_ in page
        assert page.count(CABLE) == 1


def test_it_is_on_paper(world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[dict[str, Any]] = []

    def note(template: str, data: dict[str, Any], *, now: datetime) -> bytes:
        handed.append(data)
        return make_pdf(template, data, now=now)

    monkeypatch.setattr(papers, "make_pdf", note)
    number = got_over(world)

    assert sign_in(world.ola).get(address(number, "request.pdf")).status_code == 200

    lines = {line["title"]: line["text"] for line in handed[0]["story"]}
    assert lines["Workaround"] == CABLE
    assert lines["Escalation ended"] == "Kunden greier seg."
    assert "Erik Leder looks after the escalation from now on" in lines


def test_of_what_staff_did_among_themselves_only_staff_read(
    world: World, sign_in: SignInAs, session: ScopedSession, run_jobs: RunJobs
) -> None:
    number = got_over(world, internal=True)
    with time_machine.travel(world.now, tick=False):
        while run_jobs(world.now):
            pass
    mails = session.scalars(select(Mail).where(Mail.address == world.ola.email)).all()
    texts = [mail.text + mail.html for mail in mails]
    session.rollback()

    ola = sign_in(world.ola)
    page = story(ola, address(number))

    for hidden in (CABLE, "Workaround", "Kunden greier seg", "Erik Leder looks after", "promised"):
        assert hidden not in page
        assert not [it for it in texts if hidden in it]
    assert "Severity: from High to Medium" in page  # which is the request's own
    assert [it for it in texts if "is from now on: Medium" in it]
    at_desk = story(sign_in(world.anna), desk(number))
    assert "Only staff see this Erik Leder Poly support" in at_desk
    assert f"Workaround {CABLE}" in at_desk


def mails_of(world: World, session: ScopedSession, run_jobs: RunJobs) -> dict[str, list[str]]:
    """By name, what was written since the last time."""
    session.rollback()
    known = set(session.scalars(select(Mail.id)))
    session.rollback()
    with time_machine.travel(world.now, tick=False):
        while run_jobs(world.now):
            pass
    session.rollback()
    found: dict[str, list[str]] = {}
    ask = select(User.name, Mail.text, Mail.id).join(User, User.email == Mail.address)
    for name, text, number in session.execute(ask).all():
        if number not in known:
            found.setdefault(name, []).append(said(" ".join(text.split())))
    session.rollback()
    return found


def test_followers_are_written_the_workaround_and_the_severity_in_one_mail(
    world: World, session: ScopedSession, run_jobs: RunJobs
) -> None:
    world.mette.language = "nb"
    session.add(world.mette)
    session.commit()
    number = escalated(world, severity=Severity.HIGH)
    world.do(number, follow, world.mette.id, by=world.ola)
    world.do(number, assign, world.anna.id, by=world.erik)
    mails_of(world, session, run_jobs)
    world.later(minutes=5)

    act(world, number, record_remedy, Remedy.WORKAROUND, CABLE, accepted=True)
    told = mails_of(world, session, run_jobs)

    assert told.keys() == {"Ola Hansen", "Mette Lie", "Anna Agent"}
    assert [len(each) for each in told.values()] == [1, 1, 1]
    (english,), (norsk,) = told["Ola Hansen"], told["Mette Lie"]
    assert f"Erik Leder has found a workaround in {world.get(number).reference}" in english
    assert CABLE in english
    assert "From now on it is: Medium." in english
    assert "Erik Leder har funnet en midlertidig løsning i" in norsk
    assert CABLE in norsk
    assert "Fra nå av er den: Middels." in norsk


def test_what_is_recorded_is_told_once_and_a_correction_again(
    world: World, session: ScopedSession, run_jobs: RunJobs, sign_in: SignInAs
) -> None:
    number = escalated(world, severity=Severity.HIGH)
    mails_of(world, session, run_jobs)

    act(world, number, record_remedy, Remedy.WORKAROUND, CABLE)
    (first,) = mails_of(world, session, run_jobs)["Ola Hansen"]
    world.later(minutes=1)
    act(world, number, record_remedy, Remedy.WORKAROUND, CABLE, accepted=True)
    (second,) = mails_of(world, session, run_jobs)["Ola Hansen"]
    world.later(minutes=1)
    act(world, number, record_remedy, Remedy.REPAIR, "Ny fastvare.")
    (third,) = mails_of(world, session, run_jobs)["Ola Hansen"]

    assert CABLE in first
    assert "severity" not in first.lower()
    assert "is from now on: Medium" in second
    assert CABLE not in second
    assert "tells how" in third
    assert "Ny fastvare." in third
    page = story(sign_in(world.ola), address(number))
    assert page.partition("What was said and done")[2].count(CABLE) == 1
    assert "The workaround is accepted Erik Leder" in page


def test_a_repair_that_the_customer_reads_is_an_answer(world: World) -> None:
    number = escalated(world)
    world.later(minutes=5)

    act(world, number, record_remedy, Remedy.REPAIR, "Ny fastvare.")

    request = world.get(number)
    steps = world.look(staff=True).scalars(steps_of(number)).all()
    assert [it.at for it in steps if it.kind is StepKind.ANSWERED] == [world.now]
    assert (request.status, request.owner_id) == (Status.IN_PROGRESS, None)
    assert request.first_response_due_at is None


def test_a_repair_among_staff_is_none(world: World) -> None:
    number = escalated(world, internal=True)
    act(world, number, record_remedy, Remedy.REPAIR, "Ny fastvare.")
    request = world.get(number)
    assert request.status is Status.NEW
    assert request.first_response_due_at == START + 2 * HOUR
