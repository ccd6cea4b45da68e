"""What goes on after the answer: copies for the right customer, and many requests told at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.base.files import StoredFile, save_file
from portal.base.jobs import Job
from portal.base.mails import Mail
from portal.base.references import reference
from portal.base.tenancy import Scope, ScopedSession
from portal.known_issues.actions import fix_issue, publish_issue, withdraw_issue
from portal.known_issues.models import KnownIssue
from portal.service_requests.actions import close_request, reply
from portal.service_requests.desk_models import ServiceRequestLink
from portal.service_requests.explaining import concern
from portal.service_requests.handling import assign, change_status
from portal.service_requests.models import (
    Follower,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.opening import open_request
from portal.service_requests.rules import LinkKind, Status
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_incident, make_issue, make_user
from tests.request_desk.conftest import desk, fresh
from tests.service_requests.world import By, World, said

RunJobs = Callable[..., int]


@dataclass
class Other:
    """Another customer, and one of its people."""

    world: World
    account: Account
    user: User

    def request(self, **told: Any) -> int:
        scope = Scope(frozenset({self.account.id}), self.account.id)
        with self.world.sessions(scope=scope) as there, there.begin():
            return open_request(there, said(**told), by=By(self.user.id), now=self.world.now).id


@pytest.fixture
def other(session: ScopedSession, world: World) -> Other:
    account = make_account(session, "Fjordhelse HF")
    user = make_user(session, account=account, name="Ingrid Moen", language="nb")
    session.commit()
    return Other(world, account, user)


def texts(session: ScopedSession, request_id: int) -> list[str]:
    session.expire_all()
    query = select(ServiceRequestMessage).filter_by(request_id=request_id)
    return [it.text for it in session.scalars(query.order_by(ServiceRequestMessage.id))]


def link_to(world: World, request_id: int, account_id: int, **which: int) -> None:
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason="test")
    with world.sessions(scope=scope) as there, there.begin():
        request = there.get_one(ServiceRequest, request_id)
        concern(there, request, readable=bool, by=By(world.anna.id), now=world.now, **which)


def test_when_a_known_issue_is_fixed_each_request_it_explains_is_told_once(
    session: ScopedSession, world: World, other: Other, run_jobs: RunJobs
) -> None:
    issue = make_issue(session)
    session.commit()
    mine, theirs, apart, over = world.request(), other.request(), world.request(), world.request()
    solved = world.request()
    for asked in (mine, over, solved):
        link_to(world, asked, world.account.id, known_issue_id=issue.id)
    link_to(world, theirs, other.account.id, known_issue_id=issue.id)
    world.do(over, close_request, solved=True, by=world.ola)
    world.do(solved, change_status, Status.SOLVED, by=world.anna)
    run_jobs()

    found = session.get_one(KnownIssue, issue.id)
    fix_issue(session, found, fixed_in="9.9.9", version=found.version, by=By(1), now=world.now)
    session.commit()
    for _ in range(2):
        run_jobs()

    assert "is fixed in version 9.9.9" in texts(session, mine)[-1]
    assert "er rettet i versjon 9.9.9" in texts(session, theirs)[-1]
    assert [len(texts(session, it)) for it in (mine, theirs, apart, over)] == [2, 2, 1, 1]
    mails = session.scalars(select(Mail.address).where(Mail.text.contains("9.9.9"))).all()
    assert sorted(mails) == sorted([world.ola.email, world.ola.email, other.user.email])
    assert "is fixed in version 9.9.9" in texts(session, solved)[-1]
    assert session.get_one(ServiceRequest, solved).status is Status.SOLVED
    request = session.get_one(ServiceRequest, mine)
    assert request.status is Status.NEW  # a person still has to answer
    assert request.first_response_due_at is not None


def test_what_is_not_published_is_told_once_it_is(
    session: ScopedSession, world: World, run_jobs: RunJobs
) -> None:
    issue = make_issue(session, published=False)
    session.commit()
    asked = world.request()
    link_to(world, asked, world.account.id, known_issue_id=issue.id)
    found = session.get_one(KnownIssue, issue.id)
    fix_issue(session, found, fixed_in="9.9.9", version=found.version, by=By(1), now=world.now)
    session.commit()
    run_jobs()
    assert len(texts(session, asked)) == 1

    for _again in range(2):
        found = session.get_one(KnownIssue, issue.id)
        publish_issue(session, found, by=By(1), now=world.now)
        session.commit()
        run_jobs()
        assert "is fixed in version 9.9.9" in texts(session, asked)[-1]
        assert len(texts(session, asked)) == 2
        withdraw_issue(session, session.get_one(KnownIssue, issue.id), by=By(1))
        session.commit()


def test_all_requests_of_an_incident_are_answered_together_each_in_its_language(
    session: ScopedSession, world: World, other: Other, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    incident = make_incident(session)
    session.commit()
    mine, theirs, apart = world.request(), other.request(), world.request()
    link_to(world, mine, world.account.id, incident_id=incident.id)
    link_to(world, theirs, other.account.id, incident_id=incident.id)
    erik, path = sign_in(world.erik), f"/desk/incidents/{incident.reference}/answers"
    assert "Fjordhelse HF" in erik.get(path).text
    world.do(mine, assign, world.anna.id, by=world.anna)

    form = fresh(text_nb="Alt virker igjen.", text_en="Everything works again.")
    first, second = (erik.post(path, data=form) for _ in range(2))
    assert first.location == second.location
    for _ in range(2):
        run_jobs()

    assert texts(session, mine)[1:] == ["Everything works again."]
    assert texts(session, theirs)[1:] == ["Alt virker igjen."]
    assert len(texts(session, apart)) == 1
    request = session.get_one(ServiceRequest, theirs)
    assert (request.owner_id, request.status) == (None, Status.IN_PROGRESS)
    assert session.get_one(ServiceRequest, mine).owner_id == world.anna.id  # as before
    assert session.scalars(select(Job).where(Job.parked_at.is_not(None))).all() == []


def test_an_empty_answer_to_an_incident_and_one_to_nobody_are_refused(
    session: ScopedSession, world: World, sign_in: SignInAs
) -> None:
    incident = make_incident(session)
    session.commit()
    erik, path = sign_in(world.erik), f"/desk/incidents/{incident.reference}/answers"
    assert erik.post(path, data=fresh(text_nb="Alt virker.")).status_code == 422
    asked = world.request()
    link_to(world, asked, world.account.id, incident_id=incident.id)
    assert erik.post(path, data=fresh(text_nb=" ", text_en="")).status_code == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.CSM, Role.STAFF_ADMINISTRATOR])
def test_only_who_keeps_incidents_answers_for_all(
    role: Role, session: ScopedSession, sign_in: SignInAs
) -> None:
    incident = make_incident(session)
    browser = sign_in(make_user(session, role=role))
    path = f"/desk/incidents/{incident.reference}/answers"
    assert browser.get(path).status_code == 403
    assert browser.post(path, data=fresh(text_nb="x")).status_code == 403


def with_file(world: World, files: FileStore, request_id: int, **told: Any) -> None:
    """A message with a file in it."""
    with world.at_work(staff=True) as staff:
        request = staff.get_one(ServiceRequest, request_id)
        kept = save_file(
            staff,
            files,
            name=told.pop("name", "logg.txt"),
            media_type="text/plain",
            chunks=[b"linje"],
            now=world.now,
        )
        text = told.pop("text", "Se loggen")
        reply(staff, request, text, by=By(world.anna.id), now=world.now, files=[kept], **told)


def test_what_was_opened_for_the_wrong_customer_is_copied_and_closed(
    *,
    anna: FlaskClient,
    session: ScopedSession,
    world: World,
    other: Other,
    files: FileStore,
    run_jobs: RunJobs,
) -> None:
    asked = world.request()
    with_file(world, files, asked)
    world.do(asked, reply, "Bare vi", by=world.anna, internal=True)
    world.do(asked, reply, "Blir ikke med", by=world.ola)
    chosen = [
        str(it.id)
        for it in session.scalars(select(ServiceRequestMessage))
        if it.text != "Blir ikke med"
    ]
    form = fresh(
        customer="Fjordhelse HF",
        contact=other.user.email,
        messages=chosen,
        text="Saken hørte ikke til her.",
    )
    first, second = (anna.post(desk(asked, "copy"), data=form) for _ in range(2))
    assert first.location == second.location == desk(asked)
    for _ in range(2):
        run_jobs()

    session.expire_all()
    copies = session.scalars(
        select(ServiceRequest).where(ServiceRequest.account_id == other.account.id)
    ).all()
    (copy,) = copies
    assert texts(session, copy.id) == [
        "Skjermen virker, men vi hører ingenting.",
        "Se loggen",
        "Bare vi",
    ]
    notes = session.scalars(select(ServiceRequestMessage).filter_by(request_id=copy.id)).all()
    assert [it.internal for it in notes] == [False, False, True]
    # Nobody of the other customer is named, and none of its files is lent.
    assert {it.author_id for it in notes} == {world.anna.id}
    assert (copy.opened_by_id, copy.contact_id) == (world.anna.id, other.user.id)
    assert str(world.ola.id) not in copy.people.split(",")
    (line,) = session.scalars(select(ServiceRequestFile).filter_by(request_id=copy.id))
    file = session.get_one(StoredFile, line.file_id)
    assert (file.account_id, b"".join(files.read(file.key))) == (other.account.id, b"linje")

    original = session.get_one(ServiceRequest, asked)
    assert (original.status, original.solved) == (Status.CANCELED, None)
    assert texts(session, asked)[-1] == "Saken hørte ikke til her."
    links = session.scalars(select(ServiceRequestLink).order_by(ServiceRequestLink.kind)).all()
    assert [(it.kind, it.internal, it.other_reference) for it in links] == [
        (LinkKind.COPIED, True, original.reference),
        (LinkKind.COPIED_TO, True, copy.reference),
    ]
    assert copy.reference in anna.get(desk(asked)).text


def test_whom_a_copy_is_opened_for_follows_it_is_told_and_sees_whose_words_were_taken_over(
    *,
    anna: FlaskClient,
    session: ScopedSession,
    world: World,
    other: Other,
    run_jobs: RunJobs,
    sign_in: SignInAs,
) -> None:
    asked = world.request()
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    chosen = [str(it.id) for it in session.scalars(select(ServiceRequestMessage))]
    customer, user_id = world.account.name, other.user.id
    form = fresh(customer="Fjordhelse HF", contact="Ingrid Moen", messages=chosen, text="Feil.")
    assert anna.post(desk(asked, "copy"), data=form).status_code == 303
    for _ in range(3):
        run_jobs()

    session.expire_all()
    here = ServiceRequest.account_id == other.account.id
    copy = session.scalars(select(ServiceRequest).where(here)).one()
    lines = session.scalars(select(Follower).filter_by(request_id=copy.id)).all()
    assert [(it.user_id, it.muted) for it in lines] == [(user_id, False)]
    number = copy.reference
    to = Mail.address == other.user.email, Mail.text.contains(number)
    mail = session.scalars(select(Mail).where(*to)).one()
    assert customer not in mail.text
    assert f"Anna Agent har opprettet saken {number}" in mail.text
    assert "Skjermen virker, men vi hører ingenting." in mail.text
    page = sign_in(other.user).get(f"/service-requests/{number}").text
    assert re.findall(r'<h3 id="m\d-by">([^<]*)<', page) == [
        "Anna Agent ",
        "Lagt inn av Anna Agent ",
    ]
    there = anna.get(desk(copy.id)).text
    assert "Taken over from another account by Anna Agent" in there
    for never in (customer, world.ola.name, reference("SR", asked), "annen konto"):
        assert never not in page
        assert never not in mail.text


def test_the_wrong_customer_reads_that_it_is_canceled_and_is_not_asked_how_the_help_was(
    *,
    anna: FlaskClient,
    session: ScopedSession,
    world: World,
    other: Other,
    run_jobs: RunJobs,
    sign_in: SignInAs,
) -> None:
    asked = world.request()
    (message,) = session.scalars(select(ServiceRequestMessage))
    form = fresh(customer="Fjordhelse HF", contact=other.user.email, messages=[str(message.id)])
    form |= {"text": "Saken hørte ikke til her."}
    session.get_one(User, world.ola.id).language = "nb"
    session.commit()
    assert anna.post(desk(asked, "copy"), data=form).status_code == 303
    for _ in range(3):
        run_jobs()

    number = reference("SR", asked)
    to = Mail.address == world.ola.email, Mail.text.contains("hørte ikke til her")
    mail = session.scalars(select(Mail).where(*to)).one()
    assert f"Anna Agent har avbrutt {number}" in mail.text
    assert "score=" not in mail.text
    page = sign_in(world.ola).get(f"/service-requests/{number}").text
    assert "Saken hørte ikke til her." in page
    assert "Avbrutt" in page
    for never in ("Hvordan var hjelpen?", "Den ble ikke løst", other.account.name, "SR-", "konto"):
        assert never not in page.replace(number, "")
    refused = anna.post(desk(asked, "copy"), data=form | fresh())
    assert (refused.status_code, "closed" in refused.text) == (422, True)


def test_the_people_of_the_right_customer_are_offered_for_a_copy(
    anna: FlaskClient, session: ScopedSession, world: World, other: Other
) -> None:
    asked = world.request()

    def offered(**typed: str) -> list[str]:
        answer = anna.get(desk(asked, "contacts"), query_string=typed)
        assert answer.status_code == 200
        return re.findall(r'data-text="([^"]*)"', answer.text)

    assert offered(customer="Fjordhelse HF", contact="ing") == ["Ingrid Moen"]
    for customer, typed in (
        ("Fjordhelse HF", "ola"), ("Fjordhelse HF", "anna"), ("Fjordhelse HF", ""),
        ("Finnes ikke", "ing"), ("", "ing"), ("\0", "ing"),
    ):  # fmt: skip
        assert offered(customer=customer, contact=typed) == []


def test_a_partner_with_access_to_both_stays_the_one_who_asks(
    anna: FlaskClient, session: ScopedSession, world: World, other: Other, run_jobs: RunJobs
) -> None:
    make_grant(session, world.partner, other.account)
    session.commit()
    asked = world.request(by=world.siri)
    message = session.scalars(select(ServiceRequestMessage)).one()
    form = fresh(
        customer="Fjordhelse HF",
        contact=other.user.email,
        messages=[str(message.id)],
        text="Flyttet.",
    )
    anna.post(desk(asked, "copy"), data=form)
    run_jobs()
    here = ServiceRequest.account_id == other.account.id
    copy = session.scalars(select(ServiceRequest).where(here)).one()
    assert (copy.opened_by_id, copy.on_behalf) == (world.siri.id, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"customer": "Finnes ikke AS"}, "We cannot find this customer."),
        ({"customer": ""}, "Enter the customer it belongs to."),
        ({"contact": ""}, "Enter who of them it is opened for."),
        ({"contact": "Ola Hansen"}, "Choose one of the people of the right customer."),
        ({"contact": "Anna Agent"}, "Choose one of the people of the right customer."),
        ({"messages": []}, "Choose at least one message that the customer sees."),
        ({"text": ""}, "Write what the customer reads when the request is closed."),
    ],
)
def test_what_is_missing_for_a_copy_is_asked_for(
    *,
    wrong: dict[str, Any],
    says: str,
    anna: FlaskClient,
    session: ScopedSession,
    world: World,
    other: Other,
) -> None:
    asked = world.request()
    message = session.scalars(select(ServiceRequestMessage)).one()
    form = (
        fresh(
            customer="Fjordhelse HF",
            contact=other.user.email,
            messages=[str(message.id)],
            text="Flyttet.",
        )
        | wrong
    )
    told = anna.post(desk(asked, "copy"), data=form)
    assert told.status_code == 422
    assert says in told.text
    assert world.get(asked).status is Status.NEW


def test_it_is_not_copied_to_where_it_is_nor_to_who_is_closed(
    anna: FlaskClient, session: ScopedSession, world: World, other: Other
) -> None:
    asked = world.request()
    message = session.scalars(select(ServiceRequestMessage)).one()
    form = fresh(messages=[str(message.id)], text="Flyttet.", contact=world.ola.email)
    here = anna.post(desk(asked, "copy"), data=form | {"customer": world.account.name})
    assert here.status_code == 422
    session.get_one(Account, other.account.id).closed_at = world.now
    session.commit()
    closed = anna.post(
        desk(asked, "copy"), data=form | {"customer": "Fjordhelse HF", "contact": other.user.email}
    )
    assert closed.status_code == 422
