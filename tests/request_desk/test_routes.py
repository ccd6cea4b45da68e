"""The desk's page of a request: answered, noted on, moved; and whose business it is."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request, reply
from portal.service_requests.explaining import concern
from portal.service_requests.following import change_contact
from portal.service_requests.handling import add_time, change_status
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.opening import Contact
from portal.service_requests.rules import Status
from portal.service_requests.taking import take
from portal.web.formats import text_date
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_agreement,
    make_issue,
    make_model,
    make_product,
    make_site,
    make_user,
)
from tests.naughty import FIELDS
from tests.request_desk.conftest import desk, fresh, page_of, versioned
from tests.service_requests.world import By, World


def messages(world: World, request_id: int) -> list[ServiceRequestMessage]:
    query = select(ServiceRequestMessage).order_by(ServiceRequestMessage.id)
    return list(world.look(staff=True).scalars(query.filter_by(request_id=request_id)))


def answer(world: World, request_id: int, **told: Any) -> dict[str, Any]:
    return fresh(**versioned(world, request_id, text="Start enheten på nytt.", status="", **told))


def test_strangers_are_asked_to_sign_in_and_customers_have_no_desk(
    client: FlaskClient, ola: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    assert client.get(desk(asked)).status_code == 303
    assert ola.get(desk(asked)).status_code == 403
    assert ola.post(desk(asked, "notes"), data=fresh(note="x")).status_code == 403
    assert sign_in(world.siri).get(desk(asked)).status_code == 403


@pytest.mark.parametrize("nonsense", ["SR-1000014", "x", "SR-999999999999999999", "P-1000013"])
def test_what_is_no_reference_is_not_found(anna: FlaskClient, nonsense: str) -> None:
    for path in ("", "/severity"):
        assert anna.get(f"/desk/service-requests/{nonsense}{path}").status_code == 404
    for path in ("/messages", "/notes", "/draft", "/severity"):
        assert anna.post(f"/desk/service-requests/{nonsense}{path}").status_code == 404


def test_an_answer_reaches_the_customer_and_moves_the_request_in_one_act(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    form = answer(world, asked) | {"status": "waiting_for_customer", "waiting_for": "send loggen"}
    told = anna.post(desk(asked, "messages"), data=form, follow_redirects=True)

    assert "Your answer is sent to the customer." in told.text
    request = world.get(asked)
    assert (request.status, request.waiting_for) == (Status.WAITING_FOR_CUSTOMER, "send loggen")
    assert request.owner_id == world.anna.id
    assert "Start enheten på nytt." in ola.get(page_of(asked)).text


WAITS = {"status": "waiting_for_customer"}


@pytest.fixture
def waiting(anna: FlaskClient, world: World) -> int:
    """A request that waits for the log."""
    asked = world.request()
    form = answer(world, asked) | {"status": "waiting_for_customer", "waiting_for": "send loggen"}
    assert anna.post(desk(asked, "messages"), data=form).status_code == 303
    return asked


def test_what_is_waited_for_is_said_anew_with_an_answer(
    anna: FlaskClient, ola: FlaskClient, world: World, waiting: int
) -> None:
    since = world.get(waiting).status_since
    page = anna.get(desk(waiting)).text
    assert 'selected value="waiting_for_customer"' in page
    assert 'value="send loggen"' in page
    form = answer(world, waiting, waiting_for="send bildet") | WAITS
    anna.post(desk(waiting, "messages"), data=form)
    request = world.get(waiting)
    assert (request.status, request.waiting_for) == (Status.WAITING_FOR_CUSTOMER, "send bildet")
    assert request.status_since == since
    assert "send bildet" in ola.get(page_of(waiting)).text
    empty = answer(world, waiting, waiting_for=" ") | WAITS
    told = anna.post(desk(waiting, "messages"), data=empty)
    assert told.status_code == 422
    assert "Say in a few words what you wait for." in told.text


def test_an_answer_that_says_nothing_of_it_leaves_what_is_waited_for(
    anna: FlaskClient, world: World, waiting: int
) -> None:
    """The page may be one from before it waited; and older than what the customer changed since."""
    old = answer(world, waiting, waiting_for="")
    untouched = answer(world, waiting, waiting_for="send loggen") | WAITS
    contact = Contact(name="Per", phone="+4722000000")
    world.do(waiting, change_contact, contact, version=None, by=world.ola)
    for form in (old, untouched):
        assert anna.post(desk(waiting, "messages"), data=form).status_code == 303
    request = world.get(waiting)
    assert (request.status, request.waiting_for) == (Status.WAITING_FOR_CUSTOMER, "send loggen")
    changed = answer(world, waiting, waiting_for="send bildet") | WAITS
    world.do(waiting, reply, "Her er loggen.", by=world.ola)
    assert anna.post(desk(waiting, "messages"), data=changed).status_code == 422
    assert world.get(waiting).status is Status.IN_PROGRESS


def test_sending_twice_answers_once(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    form = answer(world, asked)
    first, second = (anna.post(desk(asked, "messages"), data=form) for _ in range(2))
    assert first.location == second.location
    assert len(messages(world, asked)) == 2


def test_an_empty_answer_is_refused_and_everything_typed_is_kept(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    form = answer(world, asked) | {"status": "waiting_for_customer", "waiting_for": ""}
    told = anna.post(desk(asked, "messages"), data=form)
    assert told.status_code == 422
    assert "Say in a few words what you wait for." in told.text
    assert "Start enheten på nytt." in told.text
    assert told.text.count('class="message') == 1  # what was not sent is not among what was said
    assert anna.post(desk(asked, "messages"), data=form | {"text": " "}).status_code == 422
    assert len(messages(world, asked)) == 1


def test_a_status_chosen_on_a_page_that_is_out_of_date_is_refused(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    form = answer(world, asked) | {"status": "solution_proposed"}
    world.do(asked, take, by=world.erik)

    told = anna.post(desk(asked, "messages"), data=form)
    assert told.status_code == 422
    assert "Someone else changed this while you were writing." in told.text
    assert len(messages(world, asked)) == 1
    # What is said without moving it overwrites nothing, and is sent.
    form = answer(world, asked) | {"version": form["version"]}
    assert anna.post(desk(asked, "messages"), data=form).status_code == 303


def hidden(page: str, name: str) -> str:
    (field,) = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page)
    (value,) = re.findall(r'value="(.*?)"', field)
    return str(value)


@pytest.mark.parametrize("kind", ["messages", "notes", "customer"])
def test_an_answer_that_does_not_know_what_came_meanwhile_is_held_back_once(
    anna: FlaskClient, ola: FlaskClient, sign_in: SignInAs, world: World, kind: str
) -> None:
    asked = world.request()
    world.do(asked, take, by=world.anna)
    form = answer(world, asked, heard=hidden(anna.get(desk(asked)).text, "heard"))
    if kind == "customer":
        ola.post(page_of(asked, "replies"), data=fresh(text="Det er <b>løst</b>."))
    else:
        said = {"messages": "text", "notes": "note"}[kind]
        other = answer(world, asked) | {"text": "", said: "Det er <b>løst</b>."}
        assert sign_in(world.erik).post(desk(asked, kind), data=other).status_code == 303
    assert len(messages(world, asked)) == 2

    held = anna.post(desk(asked, "messages"), data=form)
    assert held.status_code == 422
    told = held.text.partition('aria-labelledby="unread-heading"')[2].partition("</section>")[0]
    assert "1 message came while you were writing" in told
    assert "Det er &lt;b&gt;løst&lt;/b&gt;." in told
    assert "Start enheten på nytt." not in told
    assert "Start enheten på nytt.</textarea>" in held.text
    assert "error-summary" not in held.text  # there is nothing to correct
    assert "<title>Error" not in held.text
    assert len(messages(world, asked)) == 2

    again = form | {name: hidden(held.text, name) for name in ("heard", "version")}
    assert anna.post(desk(asked, "messages"), data=again).status_code == 303
    assert [it.text for it in messages(world, asked)][-1] == "Start enheten på nytt."


def test_what_one_wrote_oneself_holds_nothing_back(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    form = answer(world, asked, heard=hidden(anna.get(desk(asked)).text, "heard"))
    assert anna.post(desk(asked, "notes"), data=fresh(note="Ringt")).status_code == 303
    assert anna.post(desk(asked, "messages"), data=form).status_code == 303


def test_one_more_press_sends_it_also_where_the_status_was_changed_meanwhile(
    anna: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    heard = hidden(anna.get(desk(asked)).text, "heard")
    form = answer(world, asked, heard=heard) | {"status": "solution_proposed"}
    first = answer(world, asked) | {"status": "waiting_for_customer", "waiting_for": "loggen"}
    assert sign_in(world.erik).post(desk(asked, "messages"), data=first).status_code == 303

    held = anna.post(desk(asked, "messages"), data=form)
    assert held.status_code == 422
    assert "Saved meanwhile:" in held.text
    again = form | {name: hidden(held.text, name) for name in ("heard", "version")}
    assert anna.post(desk(asked, "messages"), data=again).status_code == 303
    assert world.get(asked).status is Status.SOLUTION_PROPOSED


def test_what_is_refused_for_something_else_still_knows_what_it_has_not_read(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    heard = hidden(anna.get(desk(asked)).text, "heard")
    form = answer(world, asked, heard=heard) | {"token": ""}
    ola.post(page_of(asked, "replies"), data=fresh(text="Det er løst."))
    refused = anna.post(desk(asked, "messages"), data=form)
    assert refused.status_code == 422
    assert hidden(refused.text, "heard") == heard


def test_of_what_is_canceled_nobody_is_told_to_open_it_again(
    anna: FlaskClient, world: World
) -> None:
    closed, canceled = world.request(), world.request()
    world.do(closed, close_request, solved=True, by=world.ola)
    world.do(canceled, change_status, Status.CANCELED, by=world.anna)

    page = anna.get(desk(canceled)).text
    assert "The request is canceled, and cannot be opened again." in page
    assert "Open it again to answer" not in page
    assert "Open it again to answer the customer." in anna.get(desk(closed)).text


def test_a_note_is_for_staff_and_moves_nothing(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    told = anna.post(desk(asked, "notes"), data=fresh(note="Rasende kunde"), follow_redirects=True)
    assert "The internal note is saved. Only staff see it." in told.text
    assert "Rasende kunde" in told.text
    assert world.get(asked).status is Status.NEW
    assert messages(world, asked)[-1].internal
    assert "Rasende" not in ola.get(page_of(asked)).text


def test_what_is_sent_to_the_one_form_is_never_taken_for_the_other(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    stray = answer(world, asked) | {"note": "Rasende kunde", "internal": "1", "text": ""}
    assert anna.post(desk(asked, "messages"), data=stray).status_code == 422
    assert anna.post(desk(asked, "notes"), data=fresh(text="Til kunden")).status_code == 422
    assert len(messages(world, asked)) == 1


def test_the_forms_say_who_reads_them_in_words_and_on_their_buttons(
    anna: FlaskClient, world: World
) -> None:
    page = anna.get(desk(world.request())).text
    for words in (
        "The customer sees this",
        "Send the answer to the customer",
        "Staff alone",
        "Save the internal note",
    ):
        assert words in page


def test_drafts_of_the_answer_and_of_the_note_are_kept_apart(
    anna: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    anna.post(desk(asked, "draft"), data={"text": "Hei, vi", "status": "", "waiting_for": ""})
    kept = anna.post(
        desk(asked, "draft"),
        data={"note": "Ring Kari først"},
        headers={"HX-Request": "true", "HX-Target": "note-saved"},
    )
    assert "Draft saved" in kept.text
    page = anna.get(desk(asked)).text
    assert "Hei, vi" in page
    assert "Ring Kari først" in page
    assert "Ring Kari" not in sign_in(world.erik).get(desk(asked)).text

    anna.post(desk(asked, "messages"), data=answer(world, asked))
    page = anna.get(desk(asked)).text
    assert "Hei, vi" not in page
    assert "Ring Kari først" in page
    anna.post(desk(asked, "notes"), data=fresh(note="Ring Kari først"))
    assert anna.get(desk(asked)).text.count("Ring Kari først") == 1


def test_what_is_written_is_written_in_the_account_of_the_request(
    anna: FlaskClient, session: ScopedSession, world: World, sign_in: SignInAs
) -> None:
    """Also where staff have another customer at hand."""
    asked = world.request()
    elsewhere = make_account(session)
    session.commit()
    agent = sign_in(world.anna, acting_for=elsewhere)
    assert agent.post(desk(asked, "messages"), data=answer(world, asked)).status_code == 303
    told = session.scalars(select(Event).where(Event.account_id == world.account.id)).all()
    assert [it.on_behalf for it in told if it.by_id == world.anna.id] == [True] * 2


def test_hostile_text_is_shown_as_text(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    for text in FIELDS:
        form = answer(world, asked) | {"text": text}
        assert anna.post(desk(asked, "messages"), data=form).status_code in {303, 422}
    assert "<script>alert" not in anna.get(desk(asked)).text


def test_in_a_closed_account_nothing_is_written(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    account = session.get_one(type(world.account), world.account.id)
    account.closed_at = world.now
    session.commit()
    assert 'id="reply"' not in anna.get(desk(asked)).text
    told = anna.post(desk(asked, "messages"), data=answer(world, asked), follow_redirects=True)
    assert "The customer is closed. Nothing was changed." in told.text
    assert len(messages(world, asked)) == 1


def test_what_came_meanwhile_is_told_and_who_else_is_writing(
    anna: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    look = {"HX-Request": "true", "HX-Target": "request-news"}
    path = desk(asked, f"news?heard=1&version={world.get(asked).version}&told=0.0.0")
    assert anna.get(path, headers=look).status_code == 204
    erik = sign_in(world.erik)
    erik.post(desk(asked, "draft"), data={"note": "Jeg ringer"})
    assert "Erik Leder" in anna.get(path, headers=look).text
    erik.post(desk(asked, "notes"), data=fresh(note="Jeg ringer"))
    told = anna.get(path, headers=look).text
    assert "1 new answer. Show" in told
    assert "Jeg ringer" not in told
    assert "Erik" not in told
    fragment = anna.get(desk(asked), headers={"HX-Request": "true", "HX-Target": "talk"}).text
    assert "Jeg ringer" in fragment
    assert "<textarea" not in fragment  # what one is writing is not touched
    assert 'id="request-news" hx-swap-oob="true"' in fragment  # and it is told of no more
    assert hidden(fragment, "heard") == "2"
    page = anna.get(desk(asked)).text
    assert page.count('id="request-news"') == 1
    assert page.index('id="request-news"') < page.index('id="reply"')  # in sight of who writes


def stock(session: Session, world: World) -> int:
    """A request about which there is something to tell of everything."""
    site = make_site(session, world.account, "Oslo")
    model = make_model(session)
    product = make_product(session, account=world.account, model=model)
    issue = make_issue(session)
    make_agreement(session, world.account)
    ids = product.id, site.id, issue.id
    session.commit()
    asked = world.request(product_id=ids[0], site_id=ids[1])
    for _ in range(4):
        world.request(product_id=ids[0])
    anna, ola, now = By(world.anna.id), By(world.ola.id), world.now
    with world.at_work(staff=True) as staff:
        request = staff.get_one(ServiceRequest, asked)
        take(staff, request, by=anna, now=now)
        concern(staff, request, known_issue_id=ids[2], readable=bool, by=anna, now=now)
        add_time(staff, request, 15, by=anna, now=now)
    for number in range(6):
        now = world.later(minutes=5)
        with world.at_work(staff=True) as staff:
            request = staff.get_one(ServiceRequest, asked)
            internal = number % 2 == 1
            reply(staff, request, f"Melding {number}", internal=internal, by=anna, now=now)
        with world.at_work() as customer:
            request = customer.get_one(ServiceRequest, asked)
            reply(customer, request, f"Svar {number}", by=ola, now=now)
    return asked


def test_the_page_tells_what_is_known_beside_what_was_said(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = stock(session, world)
    page = anna.get(desk(asked)).text
    for words in ("Oslo", "Same device", "15 minutes", "Known issue", world.account.name):
        assert words in page


def test_the_plan_in_force_is_told_whatever_the_request_is_about(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked, today = world.request(), clock.today()
    year = timedelta(days=365)
    make_agreement(session, make_account(session))
    for since, until in ((-2, -1), (1, 2)):
        first, last = today + since * year, today + until * year
        make_agreement(session, world.account, starts_on=first, ends_on=last)
    session.commit()
    agreement = re.compile(r"Agreement in force</dt><dd>(.*?)</dd>", re.DOTALL)
    assert agreement.findall(anna.get(desk(asked)).text) == ["None"]

    shorter, number = (
        make_agreement(session, world.account, starts_on=today, ends_on=today + ahead * year).number
        for ahead in (0, 3)
    )
    session.commit()

    (told,) = agreement.findall(anna.get(desk(asked)).text)

    assert f'href="/desk/agreements/{number}">{number}</a>' in told
    assert f"Up to and including {text_date(today + 3 * year)}" in told
    assert shorter not in told


def test_the_page_asks_eight_statements_however_much_was_said(
    anna: FlaskClient, session: ScopedSession, world: World, engine: Engine
) -> None:
    asked = stock(session, world)
    anna.get(desk(asked))  # what is held is in memory, and that she looked is noted
    with counted(engine) as sent:
        assert anna.get(desk(asked)).status_code == 200
    page = [
        sql for sql in sent if "event_chain" not in sql and "FROM event \nWHERE event.at" not in sql
    ]
    assert len(page) <= 8, "\n\n".join(page)


@pytest.mark.parametrize(
    ("role", "reads", "works"),
    [
        (Role.AGENT, 200, 303),
        (Role.ESCALATION_MANAGER, 200, 303),
        (Role.TAM, 200, 303),
        (Role.LOGISTICS, 200, 403),
        (Role.CSM, 200, 403),
        (Role.PUBLISHER, 200, 403),
        (Role.STAFF_ADMINISTRATOR, 200, 403),
    ],
)
def test_all_staff_read_and_those_who_work_with_requests_answer(
    *, role: Role, reads: int, works: int, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    browser = sign_in(make_user(session, role=role))
    page = browser.get(desk(asked))
    assert page.status_code == reads
    assert ('id="reply"' in page.text) == (works == 303)
    assert browser.post(desk(asked, "messages"), data=answer(world, asked)).status_code == works
    assert browser.post(desk(asked, "notes"), data=fresh(note="x")).status_code == works
