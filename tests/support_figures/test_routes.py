"""The page of figures: narrowed by its address, told in few statements, and had as a file."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from portal.base import clock
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.request_pages.models import Satisfaction
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_request, make_user

PAGE = "/desk/figures"


@pytest.fixture
def agent(session: ScopedSession, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.AGENT, language="nb", name="Anna Agent"))


def some(session: ScopedSession, name: str, number: int = 1) -> None:
    account = make_account(session, name)
    opened = clock.now() - timedelta(hours=2)
    for _ in range(number):
        make_request(session, account, now=opened, status=Status.IN_PROGRESS)
    session.commit()


def test_the_page_tells_what_is_open_and_of_whom(
    session: ScopedSession, agent: FlaskClient
) -> None:
    some(session, "Nordlys <b>Kraft</b>", 3)
    text = agent.get(PAGE).text
    assert "<b>3</b>åpne nå" in text
    assert "Nordlys &lt;b&gt;Kraft" in text
    assert text.count('role="img"') == 4
    assert "De siste 12 ukene" in text


def test_filters_stand_in_the_address_and_as_chips(
    session: ScopedSession, agent: FlaskClient
) -> None:
    some(session, "Nordlys Kraft AS")
    some(session, "Fjordhelse HF", 2)
    text = agent.get(f"{PAGE}?customer=fjord&severity=medium&agent=nobody&weeks=4").text
    assert "<b>2</b>åpne nå" in text
    assert "Nordlys" not in text
    assert "Kunde: fjord" in text
    assert f"{PAGE}?weeks=4&amp;agent=nobody&amp;severity=medium" in text
    none = agent.get(f"{PAGE}?customer=finnesikke").text
    assert "Det er ingenting å telle" in none


def test_only_those_who_work_with_requests_or_have_one_can_be_chosen(
    session: ScopedSession, agent: FlaskClient
) -> None:
    for role, name in (
        (Role.LOGISTICS, "Lars Lager"),
        (Role.PUBLISHER, "Petra Publiserer"),
        (Role.STAFF_ADMINISTRATOR, "Adele Admin"),
        (Role.ESCALATION_MANAGER, "Erik Leder"),
        (Role.TAM, "Tor Tekniker"),
    ):
        make_user(session, role=role, name=name)
    moved = make_user(session, role=Role.CSM, name="Camilla Sund")  # was an agent once
    make_request(session, make_account(session)).owner_id = moved.id
    session.commit()
    select = agent.get(PAGE).text.partition('id="f-agent"')[2].partition("</select>")[0]
    names = re.findall(r'<option value="\d+">(.*?)</option>', select)
    assert names == ["Anna Agent", "Camilla Sund", "Erik Leder", "Tor Tekniker"]


def test_with_scripts_only_the_figures_are_drawn_anew(
    session: ScopedSession, agent: FlaskClient
) -> None:
    some(session, "Fjordhelse HF", 2)
    asked = {"HX-Request": "true", "HX-Target": "figure-list"}
    text = agent.get(f"{PAGE}?customer=fjord", headers=asked).text
    assert 'id="figure-list"' in text
    assert "Fjordhelse" in text
    assert "<nav" not in text


@pytest.mark.parametrize(
    "query",
    ["weeks=5", "agent=x", "agent=99999999999999", "agent=²", "category=1", "customer=%25%00%5C"],
)
def test_what_cannot_be_read_is_left_out(agent: FlaskClient, query: str) -> None:
    assert agent.get(f"{PAGE}?{query}").status_code == 200


def test_all_figures_cost_six_statements_at_most(
    session: ScopedSession, agent: FlaskClient, engine: Engine
) -> None:
    agent.get(PAGE)
    with counted(engine) as none:
        agent.get(PAGE)
    for number in range(4):
        some(session, f"Kunde {number}", number + 1)
    with counted(engine) as many:
        agent.get(f"{PAGE}?weeks=52&customer=kunde")
    assert len(none) == len(many) <= 6, many


def test_the_file_has_a_row_for_each_thing_one_may_ask_by(
    session: ScopedSession, agent: FlaskClient
) -> None:
    some(session, "Nordlys Kraft AS", 2)
    with agent.get(f"{PAGE}.csv?weeks=4") as answer:
        told_as_text = answer.get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(told_as_text), delimiter=";"))
    assert rows[0][:5] == ["Gruppert etter", "Navn", "Opprettet", "Lukket", "Åpne nå"]
    told = {(row[0], row[1]): row[2:5] for row in rows[1:]}
    assert told["Alle", ""] == told["Kunde", "Nordlys Kraft AS"] == ["2", "0", "2"]
    assert told["Alvorlighetsgrad", "Middels"] == ["2", "0", "2"]
    assert len([key for key in told if key[0] == "Uke"]) == 4
    with agent.get(f"{PAGE}.xlsx") as book:
        assert book.data.startswith(b"PK")


def test_satisfaction_is_told_on_the_page_and_in_the_file_of_whom_and_when(
    session: ScopedSession, agent: FlaskClient
) -> None:
    account = make_account(session, "Nordlys Kraft AS")
    said = make_user(session, account=account)
    erik = make_user(session, role=Role.ESCALATION_MANAGER, name="Erik Leder")
    for score in (5, 4, 2):
        request = make_request(session, account, now=clock.now(), status=Status.CLOSED)
        request.owner_id, request.closed_at = erik.id, clock.now()
        rating = Satisfaction(account_id=account.id, request_id=request.id, by_id=said.id)
        rating.score, rating.comment, rating.at = score, "Hemmelig", clock.now()
        session.add(rating)
    session.commit()
    text = agent.get(PAGE).text
    assert "<b>67\xa0%</b>fornøyd med hjelpen (2 av 3)" in text
    assert text.count("67\xa0%<small>2 av 3</small>") == 4  # customer, category, agent, severity
    assert 'id="satisfaction-table"' in text
    assert "Hemmelig" not in text
    with agent.get(f"{PAGE}.csv") as answer:
        told_as_text = answer.get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(told_as_text), delimiter=";"))
    at = rows[0].index("Fortalte hvordan hjelpen var")
    told = {(row[0], row[1]): row[at : at + 2] for row in rows[1:]}
    for key in (("Alle", ""), ("Kunde", "Nordlys Kraft AS"), ("Supportmedarbeider", "Erik Leder")):
        assert told[key] == ["3", "2"]
    assert [told[key] for key in told if key[0] == "Uke"][-1] == ["3", "2"]


def test_customers_and_partners_see_no_figures(session: ScopedSession, sign_in: SignInAs) -> None:
    account = make_account(session)
    for user in (
        make_user(session, account=account, role=Role.ADMINISTRATOR),
        make_user(session, role=Role.PARTNER_ADMINISTRATOR),
    ):
        for path in (PAGE, f"{PAGE}.csv"):
            assert sign_in(user).get(path).status_code == 403


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 11, "2147483648"])
def test_a_number_that_nobody_has_is_as_if_it_were_not_there(
    agent: FlaskClient, number: str
) -> None:
    for path in (PAGE, f"{PAGE}.csv"):
        with agent.get(path, query_string={"agent": number}) as answer:
            assert answer.status_code == 200
