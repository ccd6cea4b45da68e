import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Role, Visibility
from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request, reply
from portal.service_requests.following import follow
from portal.service_requests.handling import change_status
from portal.service_requests.models import Follower
from portal.service_requests.rules import MessageKind, Status
from portal.web.formats import text_date
from tests.conftest import SignInAs
from tests.factories import make_account, make_user
from tests.request_pages.conftest import address
from tests.request_pages.test_showing import words
from tests.service_requests.world import World

TOKEN = "a-token-of-sixteen"


def test_closing_asks_whether_it_was_solved(ola: FlaskClient, world: World) -> None:
    asked = world.request()

    form = ola.get(address(asked, "closure")).text
    version = {"version": world.get(asked).version}
    unsaid = ola.post(address(asked, "closure"), data=version | {"text": "Takk"})
    sent = version | {"solved": "no", "text": "Vi gir opp."}
    closed = ola.post(address(asked, "closure"), data=sent)
    again = ola.post(address(asked, "closure"), data=sent)

    last = text_date(day_of(clock.now()) + timedelta(days=30))
    assert f"within 30 days, up to and including {last}." in words(form)
    assert again.status_code == 303  # closing twice is closing once

    assert unsaid.status_code == 422
    assert "Choose yes or no." in unsaid.text
    assert ">\nTakk</textarea>" in unsaid.text.replace("\r", "")
    assert closed.status_code == 303
    assert (world.get(asked).status, world.get(asked).solved) == (Status.CLOSED, False)
    page = words(ola.get(address(asked)).text)
    assert "It was not solved" in page
    assert "Vi gir opp." in page
    assert ola.get(address(asked, "closure")).status_code == 303  # there is nothing to close


def test_nobody_closes_over_an_answer_that_they_have_not_seen(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    page = ola.get(address(asked)).text
    path = re.findall(r'href="([^"]*/closure[^"]*)"', page)[0]
    assert path.endswith("?heard=0")
    world.do(asked, reply, "Vent, prøv dette.", by=world.anna)
    shown = ola.get(path).text
    assert "1 new answer" in words(shown)
    assert "Vent, prøv dette." in shown
    heard = re.findall(r'name="heard"[^>]*value="(\d+)"', shown)[0]
    sent = {"solved": "no", "text": "", "version": world.get(asked).version, "heard": heard}
    world.do(asked, reply, "Og dette.", by=world.anna)
    sent["version"] = world.get(asked).version
    told = ola.post(address(asked, "closure"), data=sent)
    assert told.status_code == 422
    assert "Read it first." in words(told.text)
    assert "Og dette." in told.text
    assert "Vent, prøv dette." not in told.text
    assert world.get(asked).closed_at is None
    sent["heard"] = re.findall(r'name="heard"[^>]*value="(\d+)"', told.text)[0]
    assert ola.post(address(asked, "closure"), data=sent).status_code == 303


def test_what_is_canceled_is_not_closed_and_says_why(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    world.do(asked, change_status, Status.CANCELED, by=world.anna)
    sent = {"solved": "yes", "text": "Takk", "version": world.get(asked).version}
    told = ola.post(address(asked, "closure"), data=sent)
    assert told.status_code == 422
    assert "This request is canceled. Open a new one." in words(told.text)
    assert world.get(asked).status is Status.CANCELED


@pytest.mark.parametrize(
    "second",
    [
        {"solved": "no", "text": "Det virker ikke."},
        {"solved": "no", "text": ""},
        {"solved": "yes", "text": "Takk til Anna."},
    ],
)
def test_of_two_who_close_at_once_nothing_of_the_second_is_lost(
    ola: FlaskClient, world: World, second: dict[str, str]
) -> None:
    asked = world.request()
    version = {"version": world.get(asked).version}
    world.do(asked, close_request, solved=True, by=world.mette)

    answer = ola.post(address(asked, "closure"), data=version | second)

    assert answer.status_code == 422
    assert "Mette Lie closed the request meanwhile, as solved." in words(answer.text)
    assert f">\n{second['text']}</textarea>" in answer.text.replace("\r", "")
    assert 'name="token"' in answer.text  # so that it is sent by opening the request again
    assert world.get(asked).solved is True


def test_one_is_not_closed_as_it_does_not_stand_any_more(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    version = world.get(asked).version
    world.do(asked, reply, "Prøv dette.", by=world.anna, status=Status.SOLUTION_PROPOSED)
    sent = {"version": version, "solved": "no", "text": "Vi gir opp."}

    stale = ola.post(address(asked, "closure"), data=sent)
    anew = ola.post(address(asked, "closure"), data=sent | {"version": world.get(asked).version})

    assert (stale.status_code, anew.status_code) == (422, 303)
    assert "Someone else changed this while you were writing." in stale.text
    assert ">\nVi gir opp.</textarea>" in stale.text.replace("\r", "")
    assert f'name="version" type="hidden" value="{version}"' not in stale.text


def test_a_proposed_solution_is_accepted_by_one_button_and_once(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.do(
        asked, reply, "Ny fastvare.", by=world.anna, kind=MessageKind.SOLUTION,
        status=Status.SOLUTION_PROPOSED,
    )  # fmt: skip
    assert "Yes, it works" in ola.get(address(asked)).text

    accepted = ola.post(address(asked, "acceptance"))
    again = ola.post(address(asked, "acceptance"))

    assert (accepted.status_code, again.status_code) == (303, 422)
    assert world.get(asked).status is Status.SOLVED
    assert "No solution is proposed at the moment." in again.text


def test_what_is_closed_is_opened_again_within_the_days_of_the_agreement(
    sign_in: SignInAs, world: World
) -> None:
    asked, late = world.request(), world.request()
    for each in (asked, late):
        world.do(each, close_request, solved=True, by=world.ola)
    data = {"token": TOKEN, "text": "Det skjer igjen."}

    with time_machine.travel(world.now + timedelta(days=30), tick=False):
        ola = sign_in(world.ola)
        assert "Open the request again" in ola.get(address(asked)).text
        unsaid = ola.post(address(asked, "reopening"), data=data | {"text": ""})
        twice = [ola.post(address(asked, "reopening"), data=data) for _ in range(2)]
        status = world.get(asked).status
    with time_machine.travel(world.now + timedelta(days=31), tick=False):
        ola = sign_in(world.ola)
        assert "Open the request again" not in ola.get(address(late)).text
        refused = ola.post(address(late, "reopening"), data=data | {"token": TOKEN + "2"})

    assert "Say what is still wrong." in unsaid.text
    assert [it.status_code for it in twice] == [303, 303]
    assert status is Status.IN_PROGRESS
    assert refused.status_code == 422


def test_escalating_tells_why_and_what_follows(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    page = words(ola.get(address(asked, "escalation")).text)
    assert "A manager on duty is told at once, day and night." in page
    assert "+47" in page

    unsaid = ola.post(address(asked, "escalation"), data={"token": TOKEN, "text": "Hele huset"})
    sent = {"token": TOKEN, "why": "worse", "text": "Hele huset"}
    twice = [ola.post(address(asked, "escalation"), data=sent) for _ in range(2)]

    assert "Choose why." in unsaid.text
    assert "Hele huset" in unsaid.text
    assert [it.status_code for it in twice] == [303, 303]
    assert world.get(asked).escalated
    told = words(ola.get(address(asked)).text)
    assert "It has become worse, or hits more people Hele huset" in told
    assert "No manager has taken it yet. All of them are told." in told
    assert "No manager has taken it yet." in words(ola.get(address(asked, "escalation")).text)
    again = ola.post(address(asked, "escalation"), data=sent | {"token": TOKEN + "2"})
    assert again.status_code == 422
    assert "This request is escalated already." in again.text


def test_a_severity_is_not_changed_over_the_head_of_another(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    version = world.get(asked).version
    high = {"version": version, "severity": "high"}

    first = ola.post(address(asked, "severity"), data=high)
    stale = ola.post(address(asked, "severity"), data=high | {"severity": "low"})

    assert (first.status_code, stale.status_code) == (303, 422)
    assert world.get(asked).severity is Severity.HIGH
    assert "Saved meanwhile:" in stale.text


def test_who_makes_it_critical_says_where_we_call(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    door = address(asked, "severity")
    critical = {"version": world.get(asked).version, "severity": "critical"}

    silent = ola.post(door, data=critical)
    wrong = ola.post(door, data=critical | {"phone": "ring meg"})
    kept = world.get(asked).severity
    said = ola.post(door, data=critical | {"phone": "22 33 44 55"})
    page = ola.get(address(asked)).text

    assert (silent.status_code, wrong.status_code, said.status_code) == (422, 422, 303)
    assert kept is Severity.MEDIUM
    assert "Write the phone number that we call you on." in silent.text
    assert '<option selected value="critical">' in silent.text
    assert "Write a phone number such as 22 22 22 22" in wrong.text
    assert 'value="ring meg"' in wrong.text
    assert world.get(asked).severity is Severity.CRITICAL
    assert world.get(asked).contact_phone == "+4722334455"
    assert 'name="phone"' not in page  # it is known by now
    assert "+47 22 33 44 55" in words(page)


def test_a_colleague_is_added_by_name_or_address_and_taken_off_again(
    ola: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    narrow = make_user(session, account=world.account, name="Nils Ny", sees=Visibility.OWN)
    session.commit()
    asked = world.request()
    assert sign_in(narrow).get(address(asked)).status_code == 404

    offered = ola.get(address(asked, "followers", "choices") + "?follower=nil").text
    assert narrow.email in offered
    for typed in ("Nils Ny", narrow.email.upper()):
        added = ola.post(address(asked, "followers"), data={"follower": typed})
        assert added.status_code == 303
    assert sign_in(narrow).get(address(asked)).status_code == 200

    line = session.scalars(select(Follower).where(Follower.user_id == narrow.id)).one()
    removal = address(asked, "followers", str(line.id), "removal")
    assert ola.post(removal).status_code == 303
    assert ola.post(removal).status_code == 404
    assert sign_in(narrow).get(address(asked)).status_code == 404


@pytest.mark.parametrize("typed", ["", "Siri Berg", "Anna Agent", "Ukjent Person", "%"])
def test_only_colleagues_are_added(ola: FlaskClient, world: World, typed: str) -> None:
    asked = world.request()

    answer = ola.post(address(asked, "followers"), data={"follower": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


def test_a_partner_is_not_offered_who_works_for_the_customer(
    sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    siri = sign_in(world.siri, acting_for=world.account)

    offered = siri.get(address(asked, "followers", "choices") + "?follower=mette").text

    assert world.mette.email not in offered


def test_one_mutes_a_request_and_follows_it_again(ola: FlaskClient, world: World) -> None:
    asked = world.request()

    ola.post(address(asked, "followers", "me", "removal"))
    assert "Follow the request" in ola.get(address(asked)).text
    ola.post(address(asked, "followers", "me"))

    assert "Mute" in ola.get(address(asked)).text


def test_that_staff_follow_is_nobodys_to_see_or_take_off(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    world.do(asked, follow, world.erik.id, by=world.anna)
    line = session.scalars(select(Follower).where(Follower.user_id == world.erik.id)).one()

    assert "Erik Leder" not in ola.get(address(asked)).text
    assert ola.post(address(asked, "followers", str(line.id), "removal")).status_code == 404


@pytest.mark.parametrize(
    "door", ["closure", "acceptance", "reopening", "escalation", "severity", "followers"]
)
def test_others_and_those_who_only_look_do_none_of_it(
    session: ScopedSession, sign_in: SignInAs, world: World, door: str
) -> None:
    asked = world.request()
    stranger = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)
    looking = make_user(session, account=world.account, role=Role.OBSERVER)
    session.commit()

    assert sign_in(stranger).post(address(asked, door), data={}).status_code == 404
    assert sign_in(looking).post(address(asked, door), data={}).status_code == 403


@pytest.mark.parametrize("door", ["replies", "reopening", "severity", "rating", "acceptance"])
@pytest.mark.parametrize("over", [False, True])
def test_a_form_that_is_sent_too_late_or_too_early_comes_back_whole(
    ola: FlaskClient, world: World, door: str, over: bool
) -> None:
    asked = world.request()
    if over:
        world.do(asked, close_request, solved=True, by=world.mette)

    answer = ola.post(address(asked, door), data={})  # each link of the summary leads somewhere

    assert answer.status_code == 422
