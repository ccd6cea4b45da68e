"""Staff see who follows a request and change it; that staff follow, the customer never learns."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import Follower
from tests.conftest import SignInAs
from tests.factories import make_account, make_user
from tests.request_desk.conftest import desk, page_of
from tests.service_requests.world import World


def card(browser: FlaskClient, asked: int) -> str:
    """What the desk's page says of who follows."""
    return browser.get(desk(asked)).text.partition('id="followers')[2].partition("</section>")[0]


def following(world: World, asked: int) -> dict[str, Follower]:
    session = world.look(staff=True)
    lines = session.scalars(select(Follower).where(Follower.request_id == asked)).all()
    return {line.user.name: line for line in lines}


def add(browser: FlaskClient, asked: int, who: str) -> int:
    with browser.post(desk(asked, "followers"), data={"follower": who}) as answer:
        return answer.status_code


def test_the_page_tells_who_follows_and_which_of_them_are_colleagues(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    assert "Ola Hansen" in card(anna, asked)
    assert add(anna, asked, "erik leder") == 303
    assert add(anna, asked, world.mette.email) == 303

    told = card(anna, asked)

    assert re.findall(r"<span>([^<]+?) *<", told) == ["Mette Lie", "Ola Hansen", "Erik Leder"]
    assert told.count("Colleague") == 1
    assert "Erik" not in ola.get(page_of(asked)).text
    assert "Mette Lie" in ola.get(page_of(asked)).text


def test_a_customers_person_is_added_on_record_and_a_colleague_unseen(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    add(anna, asked, "Mette Lie")
    add(anna, asked, "Erik Leder")

    found = following(world, asked)
    events = session.scalars(select(Event).where(Event.what == What.FOLLOWED)).all()

    assert (found["Mette Lie"].internal, found["Erik Leder"].internal) == (False, True)
    assert [it.details["user"] for it in events] == [world.mette.id]
    assert events[0].by_id == world.anna.id


def test_somebody_is_taken_off_and_whoever_opened_it_hears_no_more(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    add(anna, asked, "Mette Lie")
    for name in ("Mette Lie", "Ola Hansen"):
        number = str(following(world, asked)[name].id)
        assert anna.post(desk(asked, "followers", number, "removal")).status_code == 303

    assert {name: it.muted for name, it in following(world, asked).items()} == {"Ola Hansen": True}
    assert "Nobody follows the request." in card(anna, asked)
    assert "Muted" in anna.get(desk(asked, "followers")).text


def test_staff_follow_themselves_also_those_who_only_look(
    session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    camilla = sign_in(make_user(session, role=Role.CSM, name="Camilla Sund"))

    camilla.post(desk(asked, "followers", "me"))
    assert "Camilla Sund" in card(camilla, asked)
    assert "Follow no more" in card(camilla, asked)
    assert "Change who follows" not in card(camilla, asked)
    camilla.post(desk(asked, "followers", "me", "removal"))
    assert "Follow the request" in card(camilla, asked)


@pytest.mark.parametrize("who", ["", "Fremmed Person", "nobody@example.com", "Tvilling"])
def test_others_cannot_be_added(
    anna: FlaskClient, session: ScopedSession, world: World, who: str
) -> None:
    asked = world.request()
    make_user(session, account=make_account(session), name="Fremmed Person")
    for _ in range(2):
        make_user(session, account=world.account, name="Tvilling")
    session.commit()

    assert add(anna, asked, who) == 422
    assert list(following(world, asked)) == ["Ola Hansen"]


def test_the_field_offers_the_customers_people_and_colleagues_and_nobody_elses(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    make_user(session, account=make_account(session), name="Mette Fremmed")
    make_user(session, role=Role.LOGISTICS, name="Mette Lager")
    make_user(session, role=Role.AGENT, name="Mette Agent")
    session.commit()

    text = anna.get(desk(asked, "followers", "choices"), query_string={"follower": "mette"}).text

    assert re.findall(r'data-text="([^"]+)"', text) == ["Mette Agent", "Mette Lie"]
    assert "data-text" not in anna.get(desk(asked, "followers", "choices")).text
