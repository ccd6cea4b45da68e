import re
from datetime import timedelta
from io import BytesIO

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.accounts.models import SignIn
from portal.base import clock
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request, reply
from portal.service_requests.models import ServiceRequestFile, ServiceRequestMessage
from portal.service_requests.own_models import Draft
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user
from tests.request_pages.conftest import address
from tests.service_requests.world import World

TOKEN = "a-token-of-sixteen"


def said(session: ScopedSession) -> list[str]:
    session.expire_all()
    return list(
        session.scalars(select(ServiceRequestMessage.text).order_by(ServiceRequestMessage.id))
    )


def test_an_answer_is_sent_from_the_page_and_the_request_goes_on(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    world.do(
        asked, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip

    sent = ola.post(address(asked, "replies"), data={"token": TOKEN, "text": "Her er den."})

    assert sent.status_code == 303
    page = ola.get(sent.location).text
    assert "Your answer is sent." in page
    assert said(session)[-1] == "Her er den."
    assert world.get(asked).status is Status.IN_PROGRESS


def test_an_answer_that_is_sent_twice_is_said_once(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    twice = [
        ola.post(address(asked, "replies"), data={"token": TOKEN, "text": "Hei"}) for _ in range(2)
    ]

    assert [it.status_code for it in twice] == [303, 303]
    assert said(session).count("Hei") == 1


def test_files_go_along_without_scripts_too(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    data = {"token": TOKEN, "text": "", "files": (BytesIO(b"linje 1\n"), "lens.log")}

    sent = ola.post(address(asked, "replies"), data=data)

    assert sent.status_code == 303
    file = session.scalars(select(ServiceRequestFile)).one()
    assert file.file.name == "lens.log"
    assert "lens.log" in ola.get(address(asked)).text


def test_nothing_is_lost_of_an_answer_that_is_refused(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    world.do(asked, close_request, solved=True, by=world.mette)
    data = {"token": TOKEN, "text": "Vent!", "files": (BytesIO(b"x\n"), "mer.log")}

    answer = ola.post(address(asked, "replies"), data=data)
    empty = ola.post(address(world.request(), "replies"), data={"token": TOKEN, "text": " "})

    assert (answer.status_code, empty.status_code) == (422, 422)
    assert "This request is closed." in answer.text
    assert "Write your answer." in empty.text
    assert "Vent!" not in said(session)


def test_observers_read_and_do_not_answer(
    session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    looking = sign_in(make_user(session, account=world.account, role=Role.OBSERVER))

    assert 'action="' + address(asked, "replies") not in looking.get(address(asked)).text
    assert looking.post(address(asked, "replies"), data={"text": "Hei"}).status_code == 403


def test_a_draft_is_kept_for_its_writer_alone_and_let_go_when_it_is_sent(
    ola: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    kept = ola.post(
        address(asked, "draft"),
        data={"token": TOKEN, "text": "Halvferdig <b>"},
        headers={"HX-Request": "true", "HX-Target": "draft-kept"},
    )

    assert kept.text.startswith('<p id="draft-kept"')
    assert "Draft saved" in kept.text
    assert 'id="live"' not in kept.text
    assert ">\nHalvferdig &lt;b&gt;</textarea>" in ola.get(address(asked)).text.replace("\r", "")
    assert "Halvferdig" not in sign_in(world.mette).get(address(asked)).text
    assert (
        "Halvferdig" not in sign_in(world.anna, acting_for=world.account).get(address(asked)).text
    )

    ola.post(address(asked, "replies"), data={"token": TOKEN, "text": "Ferdig"})
    assert session.scalars(select(Draft)).all() == []


def test_an_emptied_draft_is_forgotten_and_one_can_be_deleted(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    for text in ("Noe", "  "):
        ola.post(address(asked, "draft"), data={"token": TOKEN, "text": text})
    assert session.scalars(select(Draft)).all() == []

    ola.post(address(asked, "draft"), data={"token": TOKEN, "text": "Noe"})
    assert ola.post(address(asked, "draft", "removal")).status_code == 303
    session.expire_all()
    assert session.scalars(select(Draft)).all() == []


def look(client: FlaskClient, page: str) -> tuple[int, str]:
    """What the open page is told when it asks."""
    found = re.search(r'id="request-news" data-by-itself hx-get="([^"]+)"', page)
    assert found
    answer = client.get(
        found[1].replace("&amp;", "&"), headers={"HX-Request": "true", "HX-Target": "request-news"}
    )
    return answer.status_code, answer.text


def test_new_answers_are_told_and_not_put_under_what_is_read(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    page = ola.get(address(asked)).text
    assert look(ola, page)[0] == 204

    world.later(minutes=1)
    world.do(asked, reply, "Til oss selv.", by=world.anna, internal=True)
    ola.post(address(asked, "replies"), data={"token": TOKEN, "text": "Fra meg"})
    world.do(asked, reply, "Ett", by=world.anna)
    world.do(asked, reply, "To", by=world.mette)
    status, told = look(ola, page)

    assert status == 200
    assert "2 new answers. Show" in told
    assert "Ett" not in told
    assert look(ola, told)[0] == 204  # it is told once
    href = re.search(r'id="show-news" href="([^"]+)"', told)
    assert href
    shown = ola.get(href[1]).text
    focused = re.search(r'<h3 id="(m\d+)-by" tabindex="-1" autofocus', shown)
    assert focused
    assert "Ett" in shown.partition(f'<li id="{focused[1]}"')[2].partition("</li>")[0]
    part = ola.get(href[1], headers={"HX-Request": "true", "HX-Target": "request-page"})
    assert part.status_code == 200
    assert part.text.strip().startswith('<div class="main-and-side" id="request-page"')


def test_whoever_else_is_writing_is_named_without_a_word_of_it(
    ola: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    page = ola.get(address(asked)).text
    mette = sign_in(world.mette)
    mette.post(address(asked, "draft"), data={"token": TOKEN, "text": "Hemmelig"})
    staff = sign_in(world.anna, acting_for=world.account)
    staff.post(address(asked, "draft"), data={"token": TOKEN, "text": "Om kunden"})

    _status, told = look(ola, page)
    assert "Mette Lie is writing an answer" in told
    assert "Hemmelig" not in told
    assert "Anna" not in told  # which is nobody's business here
    assert "Mette" not in look(mette, mette.get(address(asked)).text)[1]
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert look(ola, page)[0] == 204


def test_looking_for_news_costs_little_and_finds_nothing_for_strangers(
    ola: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World, engine: Engine
) -> None:
    asked = world.request()
    with counted(engine) as sent:
        ola.get(address(asked, "news"))
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    assert len(sent) <= 4
    assert stranger.get(address(asked, "news")).status_code == 404
    assert stranger.post(address(asked, "draft"), data={"text": "x"}).status_code == 404
    assert stranger.post(address(asked, "replies"), data={"text": "x"}).status_code == 404


def test_a_long_name_and_a_text_from_right_to_left_are_taken(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    text = "\u202eתיקון " + "Å" * 300

    assert (
        ola.post(address(asked, "replies"), data={"token": TOKEN, "text": text}).status_code == 303
    )
    assert "תיקון" in said(session)[-1]
    assert "\u202e" not in said(session)[-1]


def test_nobody_stays_signed_in_by_leaving_the_page_open(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    seen = session.scalars(select(SignIn.seen_at)).one()
    session.rollback()

    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        with ola.get(address(asked, "news")) as answer:
            assert answer.status_code == 200
        session.rollback()
        assert session.scalars(select(SignIn.seen_at)).one() == seen
        with ola.get(address(asked)) as answer:
            assert answer.status_code == 200
        session.rollback()
        assert session.scalars(select(SignIn.seen_at)).one() > seen
