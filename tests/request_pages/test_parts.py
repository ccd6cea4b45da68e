"""A long story in parts."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from portal.base.tenancy import ScopedSession
from portal.request_pages.parts import MESSAGES
from portal.service_requests.actions import reply
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.request_pages.conftest import address
from tests.service_requests.world import World

NUMBER = 2 * MESSAGES + 5  # public messages
NOTED = (MESSAGES, NUMBER - 5)  # after so many of them


def done(world: World, request_id: int, deed: Any, *args: Any, **told: Any) -> None:
    """One deed, of so many that no session may be left open."""
    world.do(request_id, deed, *args, **told)
    while world.opened:
        world.opened.pop().close()


@pytest.fixture
def asked(world: World) -> int:
    """A request with a description, and each minute an answer; between them two notes."""
    number = world.request()
    for each in range(2, NUMBER + 1):
        world.later(minutes=1)
        done(world, number, reply, f"Svar {each}", by=(world.anna, world.mette)[each % 2])
        if each in NOTED:
            done(world, number, reply, f"Notat {each}", by=world.anna, internal=True)
        if each == 10:
            world.later(seconds=20)
            done(world, number, assign, world.erik.id, by=world.anna)
    return number


def shown(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'<li id="(\w+)"', client.get(path).text)


def messages(first: int, last: int) -> list[str]:
    return [f"m{number}" for number in range(first, last - 1, -1)]


def onwards(client: FlaskClient, path: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', client.get(path).text)
    return unescape(found[1]) if found else ""


def test_what_is_printed_is_the_whole_story(ola: FlaskClient, asked: int) -> None:
    path = address(asked, "print")
    assert f'href="{path}"' in ola.get(address(asked)).text  # where no script prints
    page = ola.get(path)
    assert page.status_code == 200
    assert "Show older" not in page.text
    assert 'id="m1"' in page.text


def test_the_page_shows_the_newest_and_leads_to_what_is_older(ola: FlaskClient, asked: int) -> None:
    page = address(asked)
    second = onwards(ola, page, "next")
    third = onwards(ola, second, "next")

    parts = [[it for it in shown(ola, path) if it[0] == "m"] for path in (page, second, third)]

    assert parts == [
        messages(NUMBER, NUMBER - MESSAGES + 1),
        messages(NUMBER - MESSAGES, NUMBER - 2 * MESSAGES + 1),
        messages(NUMBER - 2 * MESSAGES, 1),
    ]
    assert onwards(ola, third, "next") == onwards(ola, page, "prev") == ""
    assert onwards(ola, third, "prev") == page


def test_what_else_happened_stands_in_the_part_it_belongs_to(ola: FlaskClient, asked: int) -> None:
    everything: list[str] = []
    path = address(asked)
    while path and len(everything) < 500:
        everything += shown(ola, path)
        path = onwards(ola, path, "next")

    given = [number for number, it in enumerate(everything) if it[0] == "e"]
    assert len(everything) == len(set(everything))
    # It was done between the tenth message and the eleventh.
    assert [everything[number + 1] for number in given] == ["m10"]


def test_a_link_to_an_entry_leads_to_the_part_it_is_in(ola: FlaskClient, asked: int) -> None:
    first = address(asked) + "?before=m20"
    (event,) = [it for it in shown(ola, first) if it[0] == "e"]

    for entry, top in ((event, "e"), ("m10", "e"), ("m1", "m1"), (f"m{NUMBER}", f"m{NUMBER}")):
        found = shown(ola, address(asked) + f"?entry={entry}")
        assert entry in found
        assert found[0].startswith(top)
    linked = re.findall(r'class="when" href="([^"]+)"', ola.get(first).text)
    assert f"{address(asked)}?entry=m10#m10" in linked


def test_in_a_short_story_a_link_stays_on_the_page(ola: FlaskClient, world: World) -> None:
    page = ola.get(address(world.request())).text

    assert 'class="when" href="#m1"' in page
    assert "Show older" not in page
    assert "data-part" not in page


@pytest.mark.parametrize(
    "query",
    ["before=m99999", "before=x", "before=e4", "entry=m0", "entry=m99999", "entry=e99999",
     "entry=s99999", "entry=l7", "entry=n1", "entry=m1;--", "before=%00", "entry=m9999999999"],
)  # fmt: skip
def test_what_is_no_place_leads_to_the_newest(ola: FlaskClient, asked: int, query: str) -> None:
    found = shown(ola, f"{address(asked)}?{query}")

    assert found[0] == f"m{NUMBER}"


def test_notes_are_counted_for_staff_alone(
    ola: FlaskClient, sign_in: SignInAs, world: World, asked: int
) -> None:
    def part(client: FlaskClient, folder: str = "") -> list[str]:
        return [it for it in shown(client, folder + address(asked)) if it[0] in "mn"]

    theirs, anna = part(ola), sign_in(world.anna)
    ours = part(anna, "/desk")

    assert len(theirs) == len(ours) == MESSAGES
    assert [it for it in ours if it[0] == "n"] == ["n2"]
    assert [it for it in ours if it[0] == "m"] == theirs[:-1]
    assert "n1" in shown(anna, f"/desk{address(asked)}?entry=n1")


def test_a_part_is_brought_alone(ola: FlaskClient, asked: int) -> None:
    older = onwards(ola, address(asked), "next")

    answer = ola.get(older, headers={"HX-Request": "true", "HX-Target": "story-part"})

    assert answer.text.strip().startswith('<div id="story-part"')
    assert "<aside" not in answer.text


def test_no_part_takes_more_statements_than_a_short_page(
    ola: FlaskClient, sign_in: SignInAs, world: World, asked: int, engine: Engine
) -> None:
    def cost(client: FlaskClient, path: str) -> int:
        client.get(path)
        with counted(engine) as sent:
            client.get(path)
        return len([it for it in sent if "FROM event \nWHERE event.at" not in it])

    page = address(asked)
    queries = ("", "?before=m20", "?before=m5", "?entry=m10", "?entry=e12", "?entry=s4")
    short = cost(ola, address(world.request()))
    assert [cost(ola, page + query) for query in queries] == [short] * len(queries)
    assert short <= 8
    anna = sign_in(world.anna)
    assert all(cost(anna, f"/desk{page}{query}") <= 8 for query in queries)


def test_clocks_tell_the_same_however_long_the_story_is(
    ola: FlaskClient, world: World, session: ScopedSession
) -> None:
    number = world.request()
    for _ in range(MESSAGES + 10):
        world.later(minutes=50)
        told = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}
        done(world, number, reply, "Send loggen.", by=world.anna, **told)
        world.later(minutes=10)
        done(world, number, reply, "Her.", by=world.mette)

    page = ola.get(address(number)).text

    session.expire_all()
    due = session.scalars(select(ServiceRequest.due_at).where(ServiceRequest.id == number)).one()
    assert due
    assert due.isoformat() in page
    assert "4 hours and 10 minutes" in page


def test_a_story_is_not_looked_for_among_all_that_the_account_wrote(
    sign_in: SignInAs, world: World, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL knows how many rows there are, and these are few.")
    path = address(world.request())
    ola = sign_in(world.ola)
    ola.get(path)
    walked: list[str] = []

    def explain(connection: Any, _cursor: Any, sql: str, values: Any, *_rest: Any) -> None:
        if sql.startswith(("SELECT", "WITH")):
            plan = connection.connection.driver_connection.execute(
                f"EXPLAIN QUERY PLAN {sql}", values
            )
            walked.extend(line for *_numbers, line in plan if line.endswith("(account_id=?)"))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        assert ola.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    assert walked == []
