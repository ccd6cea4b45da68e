import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base import clock
from portal.base.history import Event, What
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.request_pages.models import Satisfaction
from portal.service_requests.actions import close_request, reopen_request
from portal.service_requests.rating_links import RatingLink, rating_path
from tests.conftest import SETTINGS, SignInAs
from tests.request_pages.conftest import address
from tests.service_requests.world import World

Travel = Callable[[timedelta], None]


@pytest.fixture
def closed(world: World) -> int:
    asked = world.request()
    world.do(asked, close_request, solved=True, by=world.ola)
    return asked


def link_of(world: World, asked: int, key: str = SETTINGS.secret_key) -> str:
    return rating_path(key, RatingLink(world.account.id, asked, world.ola.id))


BY_ITSELF = " data-sends-itself"


def ratings(session: ScopedSession) -> list[tuple[int, str, int]]:
    session.expire_all()
    return [(it.score, it.comment, it.by_id) for it in session.scalars(select(Satisfaction))]


def test_a_link_of_the_mail_opens_the_page_with_the_score_chosen_and_writes_nothing(
    client: FlaskClient, session: ScopedSession, world: World, closed: int
) -> None:
    page = client.get(link_of(world, closed) + "?score=4")

    assert page.status_code == 200
    assert re.search(r'value="4" checked', page.text)
    assert page.text.count(" checked") == 1
    assert re.search(r"<button[^>]* autofocus[^>]*>Send: Fornøyd<", page.text)
    assert page.text.count(BY_ITSELF) == 1
    for query in ("?score=9", ""):
        other = client.get(link_of(world, closed) + query).text
        assert "Send: " not in other
        assert BY_ITSELF not in other
    assert ratings(session) == []


def test_one_button_keeps_it_without_signing_in_and_another_answer_takes_its_place(
    client: FlaskClient, session: ScopedSession, world: World, closed: int
) -> None:
    link = link_of(world, closed)

    sent = client.post(link, data={"score": "2", "comment": "Det tok tid."})
    assert sent.status_code == 303
    thanks = client.get(sent.location).text
    assert "Takk for tilbakemeldingen." in thanks
    assert "Svaret ditt: Misfornøyd" in thanks
    assert thanks.count("Det tok tid.") == 2  # as it was told, and to be written on
    assert re.search(r'value="2" checked', thanks)
    for query in ("", "?score=5", "?score=2"):
        assert BY_ITSELF not in client.get(link + query).text
    client.post(link, data={"score": "5"})

    assert ratings(session) == [(5, "", world.ola.id)]
    events = session.scalars(select(Event).where(Event.what == What.RATED)).all()
    assert [it.details["score"] for it in events] == [2, 5]


def test_thanks_are_for_those_who_told(client: FlaskClient, world: World, closed: int) -> None:
    link = link_of(world, closed)
    assert client.get(f"{link}/thanks").location == link
    client.post(link, data={"score": "4"})
    assert "Svaret ditt: Fornøyd" in client.get(f"{link}/thanks").text


@pytest.mark.parametrize("score", ["", "0", "6", "x", "-1"])
def test_a_score_is_one_of_five(
    client: FlaskClient, session: ScopedSession, world: World, closed: int, score: str
) -> None:
    answer = client.post(link_of(world, closed), data={"score": score, "comment": "Bra"})

    assert answer.status_code == 422
    assert "Bra" in answer.text
    assert ratings(session) == []


def test_a_link_that_is_forged_old_or_of_somebody_who_lost_access_leads_nowhere(
    client: FlaskClient, session: ScopedSession, world: World, closed: int, travel: Travel
) -> None:
    link = link_of(world, closed)

    assert client.get(link_of(world, closed, "another key")).status_code == 410
    signed, _, signature = link.rpartition(".")
    assert client.get(f"{signed}.{signature[::-1]}").status_code == 410
    foreign = RatingLink(world.account.id, 4711, world.ola.id)
    assert client.get(rating_path(SETTINGS.secret_key, foreign)).status_code == 404
    member = session.merge(world.ola).memberships[0]
    member.deactivated_at = world.now
    session.commit()
    assert client.get(link).status_code == 410
    assert client.post(link, data={"score": "1"}).status_code == 410
    member.deactivated_at = None
    session.commit()
    assert client.get(link).status_code == 200
    travel(timedelta(days=61))
    assert client.get(link).status_code == 410


def test_what_is_open_again_is_not_rated(
    client: FlaskClient, session: ScopedSession, world: World, closed: int
) -> None:
    world.do(closed, reopen_request, "Det skjer igjen.", by=world.ola)
    link = link_of(world, closed)

    page = client.get(f"{link}?score=5").text
    assert "Saken er åpen." in page
    assert BY_ITSELF not in page
    assert client.post(link, data={"score": "5"}).status_code == 422
    assert ratings(session) == []


def test_the_page_of_the_request_asks_too_and_shows_what_was_answered(
    sign_in: SignInAs, session: ScopedSession, world: World, closed: int
) -> None:
    ola = sign_in(world.ola)
    assert "How was the help?" in ola.get(address(closed)).text

    assert ola.post(address(closed, "rating"), data={}).status_code == 422
    ola.post(address(closed, "rating"), data={"score": "1", "comment": "Nei"})

    assert ratings(session) == [(1, "Nei", world.ola.id)]
    assert "Very dissatisfied" in sign_in(world.mette).get(address(closed)).text


def test_staff_do_not_answer_for_the_customer(
    sign_in: SignInAs, session: ScopedSession, world: World, closed: int
) -> None:
    staff = sign_in(world.anna, acting_for=world.account)

    assert staff.post(address(closed, "rating"), data={"score": "5"}).status_code == 422
    assert ratings(session) == []


def test_the_mail_of_the_closing_has_the_links_for_customers_alone(
    app: Flask, client: FlaskClient, session: ScopedSession, world: World,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    asked = world.request()
    world.do(asked, close_request, solved=True, by=world.anna)
    run_jobs()

    mail = session.scalars(
        select(Mail).where(Mail.address == world.ola.email).order_by(Mail.id)
    ).all()[-1]
    links = re.findall(r"http://localhost(/ratings/\S+)", mail.text)
    assert len(links) == 5
    assert client.get(links[0]).status_code == 200
    others = session.scalars(select(Mail).where(Mail.address != world.ola.email)).all()
    assert not [it for it in others if "/ratings/" in it.text]


def test_staff_see_what_was_answered_on_their_page_and_in_the_history(
    sign_in: SignInAs, world: World, closed: int
) -> None:
    anna = sign_in(world.anna)
    where = f"/desk{address(closed)}"
    assert "How was the help?" not in anna.get(where).text
    ola = sign_in(world.ola)
    ola.post(address(closed, "rating"), data={"score": "2", "comment": "<b>Sent</b>"})

    page = anna.get(where).text
    card = page.partition('id="rating"')[2].partition("</section>")[0]
    assert "Dissatisfied" in card
    assert "&lt;b&gt;Sent&lt;/b&gt;" in card
    assert "<form" not in card
    story = page.partition('id="talk"')[2]
    assert "Rated the help: Dissatisfied" in story
    assert "&lt;b&gt;Sent&lt;/b&gt;" in story
    assert "Ola Hansen" in story
    assert "Rated the help: Dissatisfied" in ola.get(address(closed)).text


def test_what_was_told_before_a_reopening_is_shown_as_of_before_and_asked_anew(
    sign_in: SignInAs, session: ScopedSession, world: World, travel: Travel
) -> None:
    world.now = clock.now() - timedelta(hours=1)  # answers are given now
    closed = world.request()
    world.do(closed, close_request, solved=True, by=world.ola)
    ola, anna = sign_in(world.ola), sign_in(world.anna)
    ola.post(address(closed, "rating"), data={"score": "5", "comment": "Raskt"})
    before = "Before the request was opened again"
    assert before not in ola.get(address(closed)).text
    world.now = clock.now() + timedelta(minutes=1)
    world.do(closed, reopen_request, "Det skjer igjen.", by=world.ola)
    for browser, path in ((ola, address(closed)), (anna, f"/desk{address(closed)}")):
        assert before in browser.get(path).text
    assert 'name="score"' not in ola.get(address(closed)).text

    world.later(minutes=1)
    world.do(closed, close_request, solved=False, by=world.ola)
    page = ola.get(address(closed)).text
    assert before in page
    assert 'name="score"' in page
    travel(timedelta(minutes=5))
    ola.post(address(closed, "rating"), data={"score": "1"})
    assert ratings(session) == [(1, "", world.ola.id)]
    assert before not in ola.get(address(closed)).text


def test_a_second_answer_about_the_same_closing_is_only_given_knowingly(
    sign_in: SignInAs, client: FlaskClient, session: ScopedSession, world: World, closed: int
) -> None:
    ola, mette = sign_in(world.ola), sign_in(world.mette)
    first = {"score": "4", "comment": "Greit"}
    assert ola.post(address(closed, "rating"), data=first).status_code == 303
    assert ola.post(address(closed, "rating"), data=first).status_code == 303  # sent twice
    for browser in (ola, mette):  # from a page that was open before
        answer = browser.post(address(closed, "rating"), data={"score": "1"})
        assert answer.status_code == 422
        assert "It is told already" in answer.text
    assert ratings(session) == [(4, "Greit", world.ola.id)]

    page = client.get(link_of(world, closed) + "?score=2").text
    assert "Det er allerede svart: Fornøyd" in page
    assert "Greit" in page
    assert re.search(r'value="2" checked', page)
    client.post(link_of(world, closed), data={"score": "2", "comment": "Greit"})
    assert ratings(session) == [(2, "Greit", world.ola.id)]
