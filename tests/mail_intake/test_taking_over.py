"""A real answer from another address reaches its request when staff say whose it is."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.accounts.grants import Grant
from portal.accounts.models import Membership, User
from portal.base import clock
from portal.base.access import Permission, Role, Visibility
from portal.base.history import DeskEvent, Event, What
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import Reason, State
from portal.service_requests.actions import close_request, reply
from portal.service_requests.following import follow
from portal.service_requests.rules import Source
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_user
from tests.mail_intake.conftest import Post, answer_to

PATH = "/desk/mail-intake"
ELSEWHERE = "ola.privat@example.net"


@pytest.fixture
def agent(post: Post, sign_in: SignInAs) -> FlaskClient:
    return sign_in(post.session.merge(post.world.anna))


@pytest.fixture
def told(post: Post, opened: int) -> EmailMessage:
    post.world.do(opened, follow, post.world.erik.id, by=post.world.erik)
    post.world.later(minutes=1)
    post.world.do(opened, reply, "Prøv igjen.", by=post.world.anna)
    (mail,) = [it for it in post.sent() if it["To"] == post.world.ola.email]
    return mail


@pytest.fixture
def parked(post: Post, told: EmailMessage) -> InboundMail:
    mail = answer_to(told, "Ja, den virker.", sender=ELSEWHERE)
    mail.add_attachment("Møterom\n", filename="logg.txt")
    found = post.take(mail)
    assert (found.state, found.reason) == (State.PARKED, Reason.SOMEBODY_ELSE)
    post.sent()
    return found


def taken(post: Post, agent: FlaskClient, mail: InboundMail, request: int, person: int) -> int:
    number = post.world.get(request).reference
    data = {"answer_in": number, "person": str(person)}
    return agent.post(f"{PATH}/{mail.id}/answer", data=data).status_code


def test_staff_say_whose_answer_it_is_and_it_says_where_it_came_from(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    world = post.world
    page = agent.get(f"{PATH}/{parked.id}").text
    assert f"Ola Hansen ({world.ola.email})" in page
    assert "Erik Leder (" not in page  # what is ours is never taken from a mail
    assert taken(post, agent, parked, opened, world.ola.id) == 303
    message = post.messages(opened)[-1]
    assert (message.author_id, message.source) == (world.ola.id, Source.MAIL)
    assert (message.by_staff, message.internal) == (False, False)
    assert message.text.startswith("Ja, den virker.")
    assert ELSEWHERE not in message.text
    assert (message.from_address, message.entered_by_id) == (ELSEWHERE, world.anna.id)
    it = post.mail(parked.id)
    assert (it.state, it.decided_by_id, it.text) == (State.TAKEN, world.anna.id, "")
    tables: list[Any] = [DeskEvent, Event]
    for table in tables:
        what = select(table).where(table.what == What.MAIL_TAKEN_OVER)
        with world.look(staff=True) as session:
            event = session.scalars(what).one()
        assert event.by_id == world.anna.id
        assert (event.details["user"], event.details["message"]) == (world.ola.id, message.id)
    world.now = clock.now()  # the page is of now
    mails = {mail["To"]: mail for mail in post.sent()}
    assert mails.keys() == {world.anna.email, world.erik.email}
    body = mails[world.erik.email].get_body(("plain",))
    assert body
    assert f"[E-mail from {ELSEWHERE}, entered by Anna Agent]" in body.get_content()
    assert taken(post, agent, parked, opened, world.ola.id) == 303  # decided once
    assert len([it for it in post.messages(opened) if it.from_address == ELSEWHERE]) == 1


def test_each_reads_in_their_language_where_it_came_from_and_files_are_told_to_open(
    *,
    post: Post,
    opened: int,
    agent: FlaskClient,
    parked: InboundMail,
    sign_in: SignInAs,
    engine: Engine,
) -> None:
    world, number = post.world, post.world.get(opened).reference
    assert "internal note or an answer." in agent.get(f"{PATH}/{parked.id}").text
    assert taken(post, agent, parked, opened, world.ola.id) == 303
    post.session.get_one(User, world.ola.id).language = "nb"
    post.session.commit()
    ola = sign_in(post.session.merge(world.ola))
    page = ola.get(f"/service-requests/{number}").text
    assert f"E-post fra {ELSEWHERE}, lagt inn av Anna Agent" in page
    assert (
        f"E-mail from {ELSEWHERE}, entered by Anna Agent"
        in agent.get(f"/desk/service-requests/{number}").text
    )
    with counted(engine) as sent:
        ola.get(f"/service-requests/{number}")
    assert len(sent) <= 8


def test_it_is_nobodys_who_takes_no_part_and_never_staffs(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    world, before = post.world, len(post.messages(opened))
    for person in (world.mette.id, world.anna.id, world.erik.id, 10**6):
        assert taken(post, agent, parked, opened, person) == 422
    assert len(post.messages(opened)) == before
    assert post.mail(parked.id).state is State.PARKED


def test_a_mail_of_somebody_we_know_is_nobody_elses(
    post: Post, opened: int, agent: FlaskClient, told: EmailMessage
) -> None:
    world = post.world
    world.do(opened, follow, world.mette.id, by=world.ola)
    hers = post.take(answer_to(told, "Hilsen Mette", sender=world.mette.email))
    ours = post.take(answer_to(told, "Hilsen Anna", sender=world.anna.email))
    nobodys = answer_to(told, "Hilsen ingen")
    del nobodys["From"]
    assert taken(post, agent, post.take(nobodys), opened, world.ola.id) == 422
    assert taken(post, agent, ours, opened, world.ola.id) == 422
    assert taken(post, agent, hers, opened, world.ola.id) == 422
    assert taken(post, agent, hers, opened, world.mette.id) == 303
    assert post.messages(opened)[-1].author_id == world.mette.id


def test_whoever_may_not_answer_does_not_and_what_is_closed_stays_closed(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    world = post.world
    mine = select(Membership).where(Membership.user_id == world.ola.id)
    post.session.scalars(mine).one().role = Role.OBSERVER
    post.session.commit()
    assert taken(post, agent, parked, opened, world.ola.id) == 422
    post.session.scalars(mine).one().role = Role.MEMBER
    post.session.commit()
    world.do(opened, close_request, by=world.anna, solved=True)
    assert taken(post, agent, parked, opened, world.ola.id) == 422
    assert post.mail(parked.id).state is State.PARKED


def offered(agent: FlaskClient, mail: InboundMail, **asked: str) -> list[str]:
    """Whom the page offers, by their addresses."""
    page = agent.get(f"{PATH}/{mail.id}", query_string=asked).text
    return re.findall(r"<option[^>]*>[^<]*\(([^)]*)\)</option>", page)


def test_whom_it_is_from_is_offered_and_nobody_else_also_where_they_take_no_part(
    post: Post, opened: int, agent: FlaskClient, told: EmailMessage
) -> None:
    world = post.world
    hers = post.take(answer_to(told, "Hilsen Mette", sender=world.mette.email))
    assert offered(agent, hers) == [world.mette.email]
    assert taken(post, agent, hers, opened, world.mette.id) == 303
    message = post.messages(opened)[-1]
    assert (message.author_id, message.text[:12]) == (world.mette.id, "Hilsen Mette")


@pytest.mark.parametrize("why", ["observer", "own", "gone", "another account", "staff"])
def test_whom_it_is_from_is_not_offered_when_they_may_not_answer(
    post: Post, opened: int, agent: FlaskClient, told: EmailMessage, why: str
) -> None:
    world = post.world
    sender = world.mette.email
    mine = post.session.scalars(select(Membership).where(Membership.user_id == world.mette.id))
    membership = mine.one()
    if why == "observer":
        membership.role = Role.OBSERVER
    elif why == "own":  # which this one is not
        membership.sees = Visibility.OWN
    elif why == "gone":
        membership.deactivated_at = clock.now()
    elif why == "staff":
        sender = world.anna.email
    else:
        sender = make_user(post.session, account=make_account(post.session)).email
    post.session.commit()
    mail = post.take(answer_to(told, "Hei", sender=sender))
    assert offered(agent, mail) == []
    assert "Nobody whom it may be from may answer" in agent.get(f"{PATH}/{mail.id}").text
    assert taken(post, agent, mail, opened, world.ola.id) == 422
    assert taken(post, agent, mail, opened, world.mette.id) == 422


def test_of_those_who_take_part_only_who_may_answer_is_offered(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    world = post.world
    observer = make_user(post.session, account=world.account, role=Role.OBSERVER)
    post.session.commit()
    for person in (world.mette, world.siri, observer):
        world.do(opened, follow, person.id, by=world.ola)
    may = [world.mette.email, world.ola.email, world.siri.email]
    assert offered(agent, parked) == may
    grant = post.session.scalars(select(Grant)).one()
    grant.permissions = [Permission.REQUESTS_VIEW]
    post.session.commit()
    assert offered(agent, parked) == may[:2]
    for person in (world.siri, observer):
        assert taken(post, agent, parked, opened, person.id) == 422
    grant = post.session.merge(grant)
    grant.permissions = [Permission.REQUESTS_VIEW, Permission.REQUESTS_CHANGE]
    grant.last_day = clock.today() - timedelta(days=1)
    post.session.commit()
    assert offered(agent, parked) == may[:2]


def test_a_closed_request_is_to_be_opened_first_and_one_click_away(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    world = post.world
    link = f'href="/desk/service-requests/{world.get(opened).reference}"'
    page = agent.get(f"{PATH}/{parked.id}").text
    assert page.count(link) == 1  # beside "Request"
    world.do(opened, close_request, by=world.anna, solved=True)
    page = agent.get(f"{PATH}/{parked.id}").text
    assert page.count(link) == 2
    assert "Open it again first" in page
    assert offered(agent, parked) == []


def test_only_those_who_work_with_requests_take_mails_over(
    post: Post, opened: int, sign_in: SignInAs, parked: InboundMail
) -> None:
    for role in (Role.CSM, Role.LOGISTICS, Role.STAFF_ADMINISTRATOR):
        other = sign_in(make_user(post.session, role=role))
        assert taken(post, other, parked, opened, post.world.ola.id) == 403


def test_of_a_mail_to_nobody_in_particular_one_asks_who_takes_part(
    post: Post, opened: int, agent: FlaskClient
) -> None:
    reference = post.world.get(opened).reference
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = ELSEWHERE, "support@portal.example", "<1@x>"
    mail.set_content("Den virker ikke.")
    found = post.take(mail)
    page = agent.get(f"{PATH}/{found.id}").text
    assert "Show who takes part" in page
    page = agent.get(f"{PATH}/{found.id}?reference={reference}").text
    assert "Ola Hansen (" in page
    mail.replace_header("Message-ID", "<2@x>")
    mail["Subject"] = f"SV: [{reference}] Ingen lyd"
    mail.set_content("Den virker fortsatt ikke.")
    found = post.take(mail)
    assert "Ola Hansen (" in agent.get(f"{PATH}/{found.id}").text
    assert taken(post, agent, found, opened, post.world.ola.id) == 303


def test_whom_we_know_is_shown_and_nobody_is_written_to_who_only_may_have_written(
    post: Post, opened: int, agent: FlaskClient
) -> None:
    world = post.world
    for number, sender in enumerate([world.mette.email, ELSEWHERE, world.anna.email]):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Message-ID"] = sender, "x@portal.example", f"<{number}@x>"
        mail.set_content(f"Hemmelig {number}")
        found = post.take(mail)
        assert found.reason is Reason.UNKNOWN
        page = agent.get(f"{PATH}/{found.id}").text
        assert ("Known to us as" in page) is (sender == world.mette.email)
    assert post.sent() == []


def test_what_was_noted_as_automatic_is_taken_over_attached_or_discarded_as_well(
    post: Post, opened: int, agent: FlaskClient, told: EmailMessage
) -> None:
    world, mails = post.world, []
    for number in range(3):
        answer = answer_to(told, f"Likevel et svar {number}")
        answer["Auto-Submitted"] = "auto-replied"
        mails.append(post.take(answer))
    assert {it.state for it in mails} == {State.NOTED}
    reference = world.get(opened).reference
    assert f"{PATH}/{mails[0].id}/answer" in agent.get(f"{PATH}/{mails[0].id}").text
    assert taken(post, agent, mails[0], opened, world.ola.id) == 303
    path = f"{PATH}/{mails[1].id}/request"
    assert agent.post(path, data={"reference": reference}).status_code == 303
    path = f"{PATH}/{mails[2].id}/discarding"
    assert agent.post(path, data={"remark": "fravær"}).status_code == 303
    states = [post.mail(it.id).state for it in mails]
    assert states == [State.TAKEN, State.ATTACHED, State.DISCARDED]
    assert post.messages(opened)[-1].internal
    assert post.messages(opened)[-2].author_id == world.ola.id
