import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.accounts.models import Account, SignIn
from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import About, Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user
from tests.request_queue.conftest import Desk

QUEUE = "/desk"


def subjects(client: FlaskClient, query: str = "") -> list[str]:
    """What the queue shows, in its order."""
    table = client.get(f"{QUEUE}?{query}").text.partition("<table")[2].partition("</table>")[0]
    return re.findall(r'href="/desk/service-requests/SR-\d+">([^<]+)</a>', table)


def wait(desk: Desk, where: object, request_id: int) -> None:
    desk.do(
        where, request_id, reply, "Send loggen.", by=desk.anna,  # type: ignore[arg-type]
        status=Status.WAITING_FOR_CUSTOMER, waiting_for="send loggfil",
    )  # fmt: skip


def test_the_most_urgent_comes_first_whosever_it_is(client: FlaskClient, desk: Desk) -> None:
    desk.request(desk.nordlys, subject="Lav", severity=Severity.LOW, hours_ago=1)
    stands = desk.request(desk.fjord, subject="Venter", severity=Severity.CRITICAL, hours_ago=9)
    wait(desk, desk.fjord, stands)
    desk.request(desk.fjord, subject="Kritisk", severity=Severity.CRITICAL, hours_ago=0.1)
    desk.request(desk.nordlys, subject="Sen", severity=Severity.CRITICAL, hours_ago=48)

    assert subjects(client) == ["Sen", "Kritisk", "Lav", "Venter"]


def test_each_row_says_how_long_is_left_and_whose_it_is(client: FlaskClient, desk: Desk) -> None:
    late = desk.request(desk.nordlys, subject="Sen", severity=Severity.CRITICAL, hours_ago=72)
    desk.request(desk.fjord, subject="Ny", severity=Severity.LOW)
    desk.give(desk.nordlys, late, desk.per)

    text = client.get(QUEUE).text

    assert re.search(r"\d days overdue|\d+ h \d+ min overdue", text)
    assert "left<" in text
    for told in (desk.nordlys.account.name, desk.fjord.account.name, "Per Agent", "First response"):
        assert told in text


def test_the_tabs_part_the_queue(client: FlaskClient, desk: Desk, session: ScopedSession) -> None:
    mine, pers, lises, free, waits, bad, closed = (
        desk.request(desk.nordlys, subject=each, severity=Severity.LOW)
        for each in ("Min", "Pers", "Lises", "Fri", "Venter", "Eskalert", "Lukket")
    )
    for request_id, owner in ((mine, desk.anna), (pers, desk.per), (lises, desk.lise)):
        desk.give(desk.nordlys, request_id, owner)
    wait(desk, desk.nordlys, waits)
    desk.do(desk.nordlys, bad, escalate, "Alt står.", by=desk.nordlys.ola)
    desk.give(desk.nordlys, bad, desk.lise)
    desk.do(desk.nordlys, closed, close_request, solved=True)
    desk.request(desk.fjord, subject="Haster", severity=Severity.CRITICAL, hours_ago=0)

    found = {
        view: set(subjects(client, f"view={view}"))
        for view in ("open", "mine", "unassigned", "team", "soon", "waiting", "escalated")
    }

    assert found.pop("open") == {
        "Min", "Pers", "Lises", "Fri", "Venter", "Eskalert", "Haster",
    }  # fmt: skip
    assert found == {
        "mine": {"Min", "Venter"},  # whoever answers first has it
        "unassigned": {"Fri", "Haster"},
        "team": {"Min", "Pers", "Venter"},  # agents all; Lise is none
        "soon": {"Haster"},
        "waiting": {"Venter"},
        "escalated": {"Eskalert"},
    }
    assert free


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity=critical", {"Bildet fryser"}),
        ("severity=critical&severity=low", {"Bildet fryser", "Feil lisens"}),
        ("customer=CUSTOMER", {"Feil lisens"}),
        ("customer=DIGITS", {"Feil lisens"}),
        ("customer=CUSTOMER, DIGITS", {"Feil lisens"}),
        ("customer=ingen heter dette", set()),
        ("about=license", {"Feil lisens"}),
        ("status=new", {"Ingen lyd", "Feil lisens"}),
        ("status=closed", {"Gammel"}),
        ("owner=per agent", {"Bildet fryser"}),
        ("owner=---", set()),
        ("escalated=1", set()),
        ("q=fryser", {"Bildet fryser"}),
        ("q=fryser&severity=low", set()),
        ("q=fryser&owner=per", {"Bildet fryser"}),
        ("q=fryser&owner=lise", set()),
        ("q=skjermen&customer=CUSTOMER", {"Feil lisens"}),
        ("q=skjermen&customer=ingen heter dette", set()),
        ("q=skjermen&view=unassigned", {"Ingen lyd", "Feil lisens"}),
        ("q=skjermen&view=team", {"Bildet fryser"}),
        ("q=skjermen&view=mine", set()),
        ("q=skjermen&view=soon&severity=critical", {"Bildet fryser"}),
        ("q=skjermen&view=waiting", set()),
        ("q=skjermen&view=escalated", set()),
        ("q=skjermen&status=closed", {"Gammel"}),
        ("view=x&severity=y&status=%00&about=z&owner=%00&customer=%00&escalated=2&after=%ff", None),
        ("q=%00&after=W10&before=W10", None),
    ],
)
def test_filters_and_search_narrow_it(
    client: FlaskClient, desk: Desk, query: str, found: set[str] | None
) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd", severity=Severity.MEDIUM)
    given = desk.request(
        desk.nordlys, subject="Bildet fryser", severity=Severity.CRITICAL, hours_ago=20
    )
    desk.give(desk.nordlys, given, desk.per)
    desk.do(desk.nordlys, given, reply, "Vi ser på det.", by=desk.per)
    desk.request(desk.fjord, subject="Feil lisens", severity=Severity.LOW, about=About.LICENSE)
    gone = desk.request(desk.fjord, subject="Gammel", severity=Severity.HIGH)
    desk.do(desk.fjord, gone, close_request, solved=False)
    query = query.replace("CUSTOMER", quote(desk.fjord.account.name))
    query = query.replace("DIGITS", desk.fjord.account.master_account_id)

    everything = {"Ingen lyd", "Bildet fryser", "Feil lisens"}

    assert set(subjects(client, query)) == (everything if found is None else found)


def test_what_it_is_narrowed_to_is_told_also_where_only_the_list_is_drawn(
    client: FlaskClient, desk: Desk
) -> None:
    asked = {"HX-Request": "true", "HX-Target": "queue-list"}
    answer = client.get("/desk?severity=critical&view=mine", headers=asked)

    assert answer.text.strip().startswith('<section id="queue-list"')
    assert 'href="/desk?view=mine"' in answer.text  # the chip: the list without it


def test_internal_notes_are_searched_too(client: FlaskClient, desk: Desk) -> None:
    noted = desk.request(desk.fjord, subject="Ingen lyd")
    desk.do(desk.fjord, noted, reply, "Sjekk kretskortet.", internal=True)

    assert subjects(client, "q=kretskortet") == ["Ingen lyd"]


def test_a_number_leads_to_its_request(client: FlaskClient, desk: Desk) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd")
    wanted = desk.request(desk.fjord, subject="Bildet fryser")

    assert subjects(client, f"q={reference('SR', wanted).lower()}") == ["Bildet fryser"]


def test_what_nobody_can_do_anything_about_is_not_in_it(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd")
    desk.request(desk.fjord, subject="Kunden er borte")
    session.get_one(Account, desk.fjord.account.id).closed_at = clock.now()
    session.commit()

    assert subjects(client) == ["Ingen lyd"]


@pytest.mark.parametrize(
    "role", [Role.LOGISTICS, Role.CSM, Role.PUBLISHER, Role.STAFF_ADMINISTRATOR]
)
def test_staff_who_do_not_work_requests_look_at_it(
    sign_in: SignInAs, session: ScopedSession, desk: Desk, role: Role
) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd")
    client = sign_in(make_user(session, role=role))

    text = client.get(QUEUE).text

    assert "Ingen lyd" in text
    assert 'name="take"' not in text
    assert "Take the" not in text
    assert "Nobody yet" in text


def test_pages_follow_each_other_while_rows_come_and_go(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    made = [
        desk.request(desk.nordlys, subject=f"Sak {it:02}", hours_ago=90 - it) for it in range(28)
    ]
    for request_id in made[:4]:
        wait(desk, desk.nordlys, request_id)
    first = client.get(QUEUE).text
    (onwards,) = set(re.findall(r'href="(/desk\?after=[^"]*)"', first))
    desk.request(desk.fjord, subject="Kommer imellom", severity=Severity.CRITICAL)
    desk.do(desk.nordlys, made[5], close_request, solved=True)

    before = subjects(client)[:25]
    second = client.get(unescape(onwards)).text

    shown = re.findall(r">(Sak \d\d|Kommer imellom)</a>", first)
    then = re.findall(r">(Sak \d\d|Kommer imellom)</a>", second)
    assert shown == [f"Sak {it:02}" for it in [*range(4, 28), 0]]
    assert then == ["Sak 01", "Sak 02", "Sak 03"]
    assert before[0] != "Sak 05"


def test_the_same_selection_goes_into_a_table(client: FlaskClient, desk: Desk) -> None:
    desk.request(desk.nordlys, subject="=Ingen lyd", severity=Severity.LOW)
    desk.request(desk.fjord, subject="Bildet fryser", severity=Severity.CRITICAL)
    waits = desk.request(desk.fjord, subject="Venter")
    wait(desk, desk.fjord, waits)

    def table(query: str) -> list[list[str]]:
        with client.get(f"/desk/queue/requests.csv?{query}") as answer:
            text = answer.data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]

    assert [row[4] for row in table("")] == ["Bildet fryser", "'=Ingen lyd", "Venter"]
    assert [row[4] for row in table("q=skjermen&view=unassigned")] == [
        "Bildet fryser",
        "'=Ingen lyd",
    ]
    assert {row[2] for row in table("severity=critical")} == {desk.fjord.account.name}


def test_it_takes_few_statements_however_long(
    client: FlaskClient, desk: Desk, engine: Engine
) -> None:
    def cost(query: str) -> int:
        with counted(engine) as sent:
            assert client.get(f"{QUEUE}?{query}").status_code == 200
        return len(sent)

    for where in (desk.nordlys, desk.fjord):
        waits = desk.request(where, subject="Venter")
        wait(desk, where, waits)
        desk.request(where, subject="Sak")
    client.get(f"{QUEUE}?q=sak")
    few = cost("")
    for number in range(30):
        desk.request(desk.fjord, subject=f"Sak {number}")

    assert cost("") <= few <= 6
    views = ("mine", "unassigned", "team", "soon", "waiting", "escalated")
    assert (
        max(cost(f"view={view}&severity=low&about=device&owner=per&customer=n") for view in views)
        <= 6
    )
    assert cost("q=sak") <= 6
    assert cost("q=anna+agent") <= 6
    assert cost(f"q={reference('SR', 1)}") <= 6


def news(client: FlaskClient, since: str, query: str = "") -> str:
    return client.get(f"/desk/queue/news?since={since}&{query}").text


def test_what_came_since_is_told_and_costs_little(
    client: FlaskClient, desk: Desk, engine: Engine
) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd")
    (since,) = set(re.findall(r"since=(\d+)", client.get(QUEUE).text))
    assert news(client, since) == ""
    desk.request(desk.fjord, subject="Ny", severity=Severity.CRITICAL)
    desk.request(desk.fjord, subject="Ny", severity=Severity.LOW)

    with counted(engine) as sent:
        told = news(client, since)

    assert "2 new requests." in told
    assert 'href="/desk"' in told
    assert "1 new request." in news(client, since, "severity=low")
    assert news(client, since, "view=mine") == ""
    assert len(sent) <= 4


@pytest.mark.parametrize("since", ["", "x", "-1", "٣", "9" * 400, "%00", "1e9"])
def test_nothing_is_new_since_nonsense(client: FlaskClient, desk: Desk, since: str) -> None:
    desk.request(desk.nordlys, subject="Ingen lyd")

    assert client.get(f"/desk/queue/news?since={since}").status_code == 204


def test_nobody_stays_signed_in_because_the_page_asks(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    mine = session.scalars(select(SignIn)).one()
    mine.seen_at = long_ago = clock.now() - timedelta(minutes=20)
    session.commit()

    client.get("/desk/queue/news?since=0").close()
    session.expire_all()
    assert session.scalars(select(SignIn)).one().seen_at == long_ago
    client.get(QUEUE).close()
    session.expire_all()
    assert session.scalars(select(SignIn)).one().seen_at > long_ago


def test_keys_are_on_for_staff_unless_they_switched_them_off(
    sign_in: SignInAs, session: ScopedSession, desk: Desk
) -> None:
    assert "data-shortcuts" in sign_in(desk.anna).get(QUEUE).text
    assert "data-shortcuts" not in sign_in(desk.nordlys.ola).get("/profile").text

    me = session.get_one(type(desk.anna), desk.anna.id)
    me.shortcuts = False
    session.commit()

    assert "data-shortcuts" not in sign_in(desk.anna).get(QUEUE).text


def test_customers_and_colleagues_are_searched_for_in_the_filters(
    client: FlaskClient, desk: Desk
) -> None:
    text = client.get(f"{QUEUE}?customer=Ødegård&owner=per").text

    for name, value in (("customer", "Ødegård"), ("owner", "per")):
        field = next(it for it in re.findall(r"<input[^>]+>", text) if f'id="{name}"' in it)
        assert 'role="combobox"' in field
        assert f'value="{value}"' in field
        assert 'hx-push-url="false"' in field


def test_colleagues_are_offered_who_work_with_requests(
    client: FlaskClient, session: ScopedSession, desk: Desk
) -> None:
    make_user(session, role=Role.LOGISTICS, name="Per Lager")
    left = make_user(session, role=Role.AGENT, name="Per Sluttet")
    left.deactivated_at = clock.now()
    session.commit()

    text = client.get("/desk/queue/colleagues?to=per").text

    assert "Per Agent" in text
    assert "Per Lager" not in text
    assert "Per Sluttet" not in text
    asked = {"HX-Request": "true", "HX-Target": "owner-options"}
    part = client.get("/desk/queue/colleagues?owner=per", headers=asked).text
    assert re.findall(r'data-text="([^"]+)"', part) == ["Per Agent"]
    assert "<h1" not in part


def test_a_hostile_subject_is_only_text(client: FlaskClient, desk: Desk) -> None:
    desk.request(desk.nordlys, subject='"><script>alert(1)</script>')

    assert "<script>alert" not in client.get(QUEUE).text


def test_the_newest_of_all_is_known_where_nothing_is_shown(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    last = desk.request(desk.nordlys, subject="Ingen lyd")

    text = client.get(f"{QUEUE}?view=mine").text

    assert f"since={last}" in text
    assert session.get(ServiceRequest, last)
