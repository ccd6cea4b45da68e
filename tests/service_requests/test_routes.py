import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import reply
from portal.service_requests.filters import View
from portal.service_requests.own_models import SavedView
from portal.service_requests.rules import Status
from portal.web.locale import label, speaking
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_user
from tests.service_requests.world import World

LIST = "/service-requests"


@pytest.fixture
def client(sign_in: SignInAs, world: World) -> FlaskClient:
    return sign_in(world.ola)


def subjects(client: FlaskClient, query: str = "") -> set[str]:
    """What the list shows, of the subjects that the tests give."""
    page = client.get(f"{LIST}?{query}").text
    return {each for each in ("Ingen lyd", "Bildet fryser", "Feil lisens") if each in page}


def table(client: FlaskClient, query: str) -> str:
    with client.get(f"{LIST}/requests.csv?{query}") as answer:
        text: str = answer.data.decode("utf-8-sig")
    return text


def test_the_tabs_part_what_is_mine_open_waiting_and_closed(
    client: FlaskClient, world: World
) -> None:
    world.request(subject="Ingen lyd")
    waiting = world.request(subject="Bildet fryser", by=world.mette)
    closed = world.request(subject="Feil lisens", by=world.mette)
    world.do(
        waiting, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip
    world.do(closed, reply, "Ordnet.", by=world.anna, status=Status.CLOSED)

    assert subjects(client) == {"Ingen lyd", "Bildet fryser"}
    assert subjects(client, "view=mine") == {"Ingen lyd"}
    assert subjects(client, "view=waiting") == {"Bildet fryser"}
    assert subjects(client, "view=closed") == {"Feil lisens"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity=critical", {"Bildet fryser"}),
        ("severity=critical&severity=medium", {"Bildet fryser", "Ingen lyd"}),
        ("about=license", set()),
        ("status=new", {"Bildet fryser", "Ingen lyd"}),
        ("escalated=1", set()),
        ("severity=nonsense&status=%00&sort=x&view=y&after=z", {"Bildet fryser", "Ingen lyd"}),
        ("q=fryser", {"Bildet fryser"}),
        ("q=fryser&severity=low", set()),
        ("q=skjermen&view=mine", {"Ingen lyd"}),
    ],
)
def test_filters_and_search_narrow_the_list(
    client: FlaskClient, world: World, query: str, found: set[str]
) -> None:
    world.request(subject="Ingen lyd")
    world.request(subject="Bildet fryser", by=world.mette, severity=Severity.CRITICAL)

    assert subjects(client, query) == found


def test_a_number_leads_to_its_request(client: FlaskClient, world: World) -> None:
    world.request(subject="Ingen lyd")
    wanted = world.request(subject="Bildet fryser")

    assert subjects(client, f"q={reference('SR', wanted).lower()}") == {"Bildet fryser"}


def test_a_number_that_is_nobodys_or_somebody_elses_is_none(
    client: FlaskClient, world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    ours = reference("SR", world.request(subject="Ingen lyd"))
    stranger = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    assert "1 request" in client.get(f"{LIST}?q={ours}").text
    for page in (
        client.get(f"{LIST}?q=SR-1999999").text,
        stranger.get(f"{LIST}?q={ours}").text,
    ):
        assert "0 requests" in page
        assert "1 request" not in page


def test_what_staff_note_is_found_by_staff_alone(
    client: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    noted = world.request(subject="Ingen lyd")
    world.do(noted, reply, "Kunden er vrang, sjekk kretskortet.", by=world.anna, internal=True)

    assert subjects(client, "q=kretskortet") == set()
    assert subjects(sign_in(world.anna, acting_for=world.account), "q=kretskortet") == {"Ingen lyd"}


def test_a_note_moves_nothing_in_the_customers_list(client: FlaskClient, world: World) -> None:
    older = world.request(subject="Ingen lyd")
    world.later(hours=1)
    world.request(subject="Bildet fryser")
    world.later(hours=1)
    before = client.get(LIST).text.partition("<table")[2].partition("</table>")[0]
    world.do(older, reply, "Til oss selv.", by=world.anna, internal=True)

    page = client.get(LIST).text.partition("<table")[2].partition("</table>")[0]

    assert page.index("Bildet fryser") < page.index("Ingen lyd")
    assert page == before


def test_others_see_nothing_of_it(world: World, session: ScopedSession, sign_in: SignInAs) -> None:
    world.request(subject="Ingen lyd")
    stranger = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)
    session.commit()

    client = sign_in(stranger)

    assert subjects(client) == subjects(client, "q=lyd") == set()


def test_the_list_says_what_is_late(client: FlaskClient, world: World) -> None:
    world.now -= timedelta(days=30)
    world.request(subject="Ingen lyd", severity=Severity.CRITICAL)

    assert ">Overdue<" in client.get(LIST).text


def test_the_same_selection_goes_into_a_table(client: FlaskClient, world: World) -> None:
    world.request(subject="=Ingen lyd")
    world.request(subject="Bildet fryser", severity=Severity.HIGH)

    text = table(client, "severity=medium")
    searched = table(client, "q=fryser")

    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[2] for row in rows[1:]] == ["'=Ingen lyd"]
    assert "Bildet fryser" in searched
    assert "Ingen lyd" not in searched


def test_a_search_is_kept_under_a_name_and_let_go(
    client: FlaskClient, world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    saved = client.post(f"{LIST}/views?severity=high&junk=1", data={"name": "De viktige"})
    again = client.post(f"{LIST}/views?severity=low", data={"name": "De viktige"})

    assert saved.status_code == again.status_code == 303
    view = session.scalars(select(SavedView)).one()
    assert (view.name, view.query) == ("De viktige", "severity=low")
    assert "De viktige" in client.get(LIST).text
    assert "De viktige" not in sign_in(world.mette).get(LIST).text

    sign_in(world.mette).post(f"{LIST}/views/{view.id}/removal")
    assert "De viktige" in client.get(LIST).text
    client.post(f"{LIST}/views/{view.id}/removal")
    assert "De viktige" not in client.get(LIST).text


def test_a_search_needs_a_name(client: FlaskClient) -> None:
    answer = client.post(f"{LIST}/views", data={"name": " "})

    assert answer.status_code == 422
    assert "Give the search a name." in answer.text


def test_the_second_page_begins_where_the_first_ended(client: FlaskClient, world: World) -> None:
    for number in range(30):
        world.later(minutes=1)
        world.request(subject=f"Sak {number:02}")
    first = client.get(LIST).text
    (onwards,) = set(re.findall(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"', first))

    second = client.get(unescape(onwards)).text

    assert [f"Sak {it:02}" in first for it in (29, 5, 4, 0)] == [True, True, False, False]
    assert [f"Sak {it:02}" in second for it in (29, 5, 4, 0)] == [False, False, True, True]


def test_the_list_takes_few_statements_however_long(
    client: FlaskClient, world: World, engine: Engine
) -> None:
    for number in range(3):
        world.request(subject=f"Sak {number}")
    client.get(f"{LIST}?q=sak")  # which reads names and the catalogue, once
    with counted(engine) as few:
        client.get(LIST)
    for number in range(30):
        world.request(subject=f"Sak {number}", by=world.mette)
    with counted(engine) as many:
        client.get(LIST)
    with counted(engine) as searched:
        client.get(f"{LIST}?q=sak")
    with counted(engine) as named:
        client.get(f"{LIST}?q=mette+sak")

    assert len(many) == len(few) <= 6
    assert len(named) <= len(searched) <= 6


def test_the_tabs_are_called_by_what_is_in_them() -> None:
    with speaking("nb"):
        names = [label(it) for it in View]

    assert names == ["Mine", "Alle åpne", "Venter på meg", "Lukkede"]
