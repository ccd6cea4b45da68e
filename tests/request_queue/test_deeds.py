import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import close_request
from portal.service_requests.models import ServiceRequest
from portal.service_requests.own_models import SavedView
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.request_queue.conftest import Desk

QUEUE, GIVE, NEXT, VIEWS = (
    "/desk",
    "/desk/queue/assignments",
    "/desk/queue/next",
    "/desk/queue/views",
)
LOUD = "Ingen lyd i møterommet"
_number = count(1)


def number(request_id: int) -> str:
    return reference("SR", request_id)


def send(client: FlaskClient, path: str = GIVE, **told: object) -> str:
    """Send a form, follow where it leads, and what is said then."""
    answer = client.post(path, data={"token": f"token-{next(_number)}"} | told)
    if answer.status_code == 303:
        answer = client.get(answer.location)
    said = re.findall(r'<p class="ds-alert"[^>]*>(.*?)</p>', answer.text)
    said = [re.sub(r"<[^>]+>", "", each) for each in said]
    said += re.findall(r"<li>([^<]*)</li>", answer.text.partition("error-summary")[2][:2000])
    said += re.findall(r'<a class="ds-link" href="#to">([^<]*)</a>', answer.text)
    return unescape(" ".join(said))


def owners(desk: Desk, *request_ids: int) -> list[str | None]:
    found = [desk.get(each) for each in request_ids]
    names = {desk.anna.id: "Anna", desk.per.id: "Per", desk.lise.id: "Lise"}
    return [names[each.owner_id] if each.owner_id else None for each in found]


def test_one_is_taken_and_is_in_progress(client: FlaskClient, desk: Desk) -> None:
    request_id = desk.request(desk.nordlys)

    told = send(client, take=f"{number(request_id)}.0")

    assert told == f"{number(request_id)} is yours now: “{LOUD}”."
    assert owners(desk, request_id) == ["Anna"]
    assert desk.get(request_id).status is Status.IN_PROGRESS


def test_what_was_taken_is_named_and_led_to_where_it_has_left_the_list(
    client: FlaskClient, desk: Desk
) -> None:
    request_id = desk.request(desk.nordlys, subject="<b>Ingen & lyd")
    number_ = number(request_id)

    client.post(f"{GIVE}?view=unassigned", data={"token": "t", "take": f"{number_}.0"})

    shown = client.get(f"{QUEUE}?view=unassigned").text
    link = f'<a class="ds-link" href="/desk/service-requests/{number_}" data-taken="{number_}">'
    assert f"{link}{number_}</a> is yours now: “&lt;b&gt;Ingen &amp; lyd”." in shown
    assert f'data-request="{number_}"' not in shown
    client.post(GIVE, data={"token": "u", "picked": number_, "deed": "assign", "to": "Per"})
    assert "data-taken" not in client.get(QUEUE).text  # what Per has is not mine to answer


def test_many_of_several_customers_are_taken_at_once_and_each_is_told_of(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    free = [desk.request(where) for where in (desk.nordlys, desk.fjord, desk.nordlys)]
    had = desk.request(desk.fjord)
    desk.give(desk.fjord, had, desk.per)
    closed = desk.request(desk.nordlys)
    desk.do(desk.nordlys, closed, close_request, solved=True)

    told = send(client, picked=[number(each) for each in (*free, had, closed)], deed="take")

    assert told == (
        f"3 requests are yours now: {number(free[0])}, {number(free[2])} and {number(free[1])}."
        f" Per Agent has {number(had)}. {number(closed)} is closed."
    )
    assert owners(desk, *free, had, closed) == ["Anna", "Anna", "Anna", "Per", None]
    # Each leaves its row with its own customer, as a deed of staff.
    rows = session.scalars(select(Event).where(Event.what == What.ASSIGNED)).all()
    mine = {(it.account_id, it.record_id) for it in rows if it.by_id == desk.anna.id}
    assert mine == {(desk.get(each).account_id, each) for each in free}
    assert all(it.on_behalf for it in rows)


def test_what_several_others_have_is_told_in_one_sentence(client: FlaskClient, desk: Desk) -> None:
    free, pers, lises = (desk.request(desk.nordlys) for _ in range(3))
    desk.give(desk.nordlys, pers, desk.per)
    desk.give(desk.nordlys, lises, desk.lise)

    told = send(client, picked=[number(each) for each in (free, pers, lises)], deed="take")

    assert told == (
        f"{number(free)} is yours now: “{LOUD}”. 2 had been taken before you: "
        f"{number(pers)} (Per Agent) and {number(lises)} (Lise Tam)."
    )


def test_a_request_that_somebody_has_is_not_taken(client: FlaskClient, desk: Desk) -> None:
    request_id = desk.request(desk.nordlys)
    desk.give(desk.nordlys, request_id, desk.per)

    answer = client.post(GIVE, data={"token": "t", "take": number(request_id)})

    assert answer.status_code == 422
    assert f"Per Agent has {number(request_id)}." in answer.text
    assert owners(desk, request_id) == ["Per"]


def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(
    sign_in: SignInAs, desk: Desk
) -> None:
    request_id = desk.request(desk.fjord)
    clients = [sign_in(desk.anna), sign_in(desk.per)]

    with ThreadPoolExecutor(2) as both:
        found = list(
            both.map(
                lambda it: it.post(GIVE, data={"token": "t", "take": number(request_id)}), clients
            )
        )

    assert sorted(it.status_code for it in found) == [303, 422]
    (winner,) = owners(desk, request_id)
    lost = next(it for it in found if it.status_code == 422)
    assert f"{winner} Agent has {number(request_id)}." in lost.text


def test_sending_it_twice_does_it_once(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    request_id = desk.request(desk.nordlys)
    form = {"token": "once", "take": number(request_id)}

    first = client.post(f"{GIVE}?view=unassigned", data=form)
    desk.give(desk.nordlys, request_id, desk.per)
    again = client.post(f"{GIVE}?view=unassigned", data=form)

    assert first.status_code == again.status_code == 303
    assert first.location == again.location == "/desk?view=unassigned"
    assert owners(desk, request_id) == ["Per"]


@pytest.mark.parametrize("to", ["Per Agent", "per", "  per   agent ", "EMAIL"])
def test_requests_are_handed_to_a_colleague(client: FlaskClient, desk: Desk, to: str) -> None:
    ids = [desk.request(desk.nordlys), desk.request(desk.fjord)]
    to = to.replace("EMAIL", desk.per.email)

    told = send(client, picked=[f"{number(each)}.0" for each in ids], deed="assign", to=to)

    which = f"{number(ids[0])} and {number(ids[1])}"
    assert told == f"Per Agent has 2 requests from now on: {which}."
    assert owners(desk, *ids) == ["Per", "Per"]


def test_a_colleagues_request_is_handed_on_only_while_it_is_still_theirs(
    client: FlaskClient, desk: Desk
) -> None:
    theirs, moved = desk.request(desk.nordlys), desk.request(desk.nordlys)
    desk.give(desk.nordlys, theirs, desk.per)
    desk.give(desk.nordlys, moved, desk.per)
    seen = [f"{number(each)}.{desk.per.id}" for each in (theirs, moved)]
    desk.give(desk.nordlys, moved, desk.anna)

    told = send(client, picked=seen, deed="assign", to="Lise")

    assert told == (
        f"Lise Tam has {number(theirs)} from now on: “{LOUD}”. Anna Agent has {number(moved)}."
    )
    assert owners(desk, theirs, moved) == ["Lise", "Anna"]


def test_where_a_colleague_was_quicker_nothing_is_to_be_corrected(
    client: FlaskClient, desk: Desk
) -> None:
    theirs = desk.request(desk.nordlys)
    desk.give(desk.nordlys, theirs, desk.per)

    late = client.post(GIVE, data={"token": "late", "take": f"{number(theirs)}.0"})
    none = client.post("/desk/queue/next", data={"token": "none"})

    for answer, said in (
        (late, f"Per Agent has {number(theirs)}."),
        (none, "Somebody has every open request. There is none to take."),
    ):
        assert answer.status_code == 422
        assert f'data-color="info" tabindex="-1" autofocus>{said}</p>' in answer.text
        assert "error-summary" not in answer.text
        assert "<title>Error" not in answer.text


@pytest.mark.parametrize("whom", ["deactivated", "csm", "customer", "nobody", "several", "signs"])
def test_nobody_else_is_handed_one(
    client: FlaskClient, desk: Desk, session: ScopedSession, whom: str
) -> None:
    request_id = desk.request(desk.nordlys)
    left = make_user(session, role=Role.AGENT, name="Kim Borte")
    left.deactivated_at = clock.now()
    make_user(session, role=Role.CSM, name="Kari Selger")
    session.commit()
    to = {
        "deactivated": "Kim Borte", "csm": "Kari Selger", "customer": "Ola Hansen", "nobody": "",
        "several": "agent", "signs": "%_\0---",
    }[whom]  # fmt: skip

    answer = client.post(
        GIVE, data={"token": "t", "picked": number(request_id), "deed": "assign", "to": to}
    )

    assert answer.status_code == 422
    assert f'value="{to}"' in answer.text or whom == "signs"  # kept as it was typed
    assert f'value="{number(request_id)}.0" checked' in answer.text
    assert owners(desk, request_id) == [None]


@pytest.mark.parametrize(
    "picked", [[], ["x"], ["SR-1"], ["٣"], ["\0"], ["SR-99999999999999999999.9"], [".."]]
)
def test_nothing_that_is_no_request_is_taken(client: FlaskClient, picked: list[str]) -> None:
    answer = client.post(GIVE, data={"token": "t", "picked": picked, "deed": "take"})

    assert answer.status_code == 422
    assert "Pick the requests first." in answer.text


def test_what_is_not_there_is_told(client: FlaskClient, desk: Desk) -> None:
    assert send(client, picked=number(4_000), deed="take") == f"{number(4_000)} is not there."


def test_at_most_a_hundred_are_chosen(client: FlaskClient, desk: Desk) -> None:
    told = send(client, picked=[number(each) for each in range(1, 102)], deed="take")

    assert told == "Pick at most 100 requests."


def test_for_a_closed_customer_nothing_is_taken(
    client: FlaskClient, desk: Desk, session: ScopedSession
) -> None:
    gone, free = desk.request(desk.fjord), desk.request(desk.nordlys)
    session.get_one(Account, desk.fjord.account.id).closed_at = clock.now()
    session.commit()

    told = send(client, picked=[number(gone), number(free)], deed="take")

    assert told == (
        f"{number(free)} is yours now: “{LOUD}”. The customer of {number(gone)} is closed."
    )
    assert owners(desk, gone, free) == [None, "Anna"]


@pytest.mark.parametrize("role", [Role.CSM, Role.LOGISTICS, Role.STAFF_ADMINISTRATOR])
def test_staff_without_the_right_take_nothing(
    sign_in: SignInAs, session: ScopedSession, desk: Desk, role: Role
) -> None:
    request_id = desk.request(desk.nordlys)
    client = sign_in(make_user(session, role=role))

    found = [
        client.post(it, data={"token": "t", "take": number(request_id)}) for it in (GIVE, NEXT)
    ]

    assert [it.status_code for it in found] == [403, 403]
    assert owners(desk, request_id) == [None]


def test_the_next_one_is_the_most_urgent_that_nobody_has(client: FlaskClient, desk: Desk) -> None:
    later, first = desk.request(desk.nordlys, hours_ago=1), desk.request(desk.fjord, hours_ago=9)
    his = desk.request(desk.nordlys, hours_ago=20)
    desk.give(desk.nordlys, his, desk.per)

    answer = client.post(NEXT, data={"token": "t"})

    assert answer.location == f"/desk/service-requests/{number(first)}"
    assert owners(desk, first, later, his) == ["Anna", None, "Per"]


def test_the_next_one_is_taken_once_by_two_clicks(client: FlaskClient, desk: Desk) -> None:
    ids = [desk.request(desk.nordlys), desk.request(desk.fjord)]

    first, again = (client.post(NEXT, data={"token": "t"}).location for _ in range(2))

    assert first == again
    assert sorted(map(str, owners(desk, *ids))) == ["Anna", "None"]


def test_several_who_ask_for_the_next_one_at_once_each_get_another(
    sign_in: SignInAs, desk: Desk
) -> None:
    ids = [desk.request(where) for where in (desk.nordlys, desk.fjord, desk.nordlys)]
    clients = [sign_in(each) for each in (desk.anna, desk.per, desk.lise)]

    with ThreadPoolExecutor(3) as all_of_them:
        ask: Callable[[FlaskClient], str] = lambda it: it.post(NEXT, data={"token": "t"}).location  # noqa: E731
        found = set(all_of_them.map(ask, clients))

    assert found == {f"/desk/service-requests/{number(each)}" for each in ids}
    assert set(owners(desk, *ids)) == {"Anna", "Per", "Lise"}


def test_where_somebody_has_everything_there_is_no_next_one(
    client: FlaskClient, desk: Desk
) -> None:
    desk.give(desk.nordlys, desk.request(desk.nordlys), desk.per)

    answer = client.post(NEXT, data={"token": "t"})

    assert answer.status_code == 422
    assert "Somebody has every open request. There is none to take." in answer.text


def test_a_view_is_shared_with_colleagues_and_let_go_by_whoever_made_it(
    client: FlaskClient, desk: Desk, session: ScopedSession, sign_in: SignInAs
) -> None:
    client.post(f"{VIEWS}?severity=critical&junk=1", data={"name": "Kritiske", "shared": "y"})
    client.post(f"{VIEWS}?view=mine", data={"name": "Bare mine"})
    shared = session.scalars(select(SavedView).where(SavedView.shared)).one()

    pers = sign_in(desk.per)
    text = pers.get(QUEUE).text
    assert "Kritiske" in text
    assert "Bare mine" not in text
    assert (shared.query, shared.account_id) == ("severity=critical", None)
    pers.post(f"{VIEWS}/{shared.id}/removal")
    assert "Kritiske" in pers.get(QUEUE).text
    client.post(f"{VIEWS}/{shared.id}/removal")
    assert "Kritiske" not in pers.get(QUEUE).text
    assert "Kritiske" not in sign_in(desk.nordlys.ola).get("/service-requests").text


def test_one_name_is_one_view_also_when_it_is_saved_twice_at_once(
    sign_in: SignInAs, desk: Desk, session: ScopedSession
) -> None:
    clients = [sign_in(desk.anna) for _ in range(4)]

    with ThreadPoolExecutor(4) as at_once:
        found = list(
            at_once.map(
                lambda it: it.post(f"{VIEWS}?view=mine", data={"name": "Mine"}).status_code, clients
            )
        )

    assert found == [303] * 4
    assert len(session.scalars(select(SavedView)).all()) == 1


def test_a_view_needs_a_name(client: FlaskClient) -> None:
    answer = client.post(VIEWS, data={"name": ""})

    assert answer.status_code == 422
    assert "Give the search a name." in answer.text


def test_customers_come_to_none_of_it(
    sign_in: SignInAs, desk: Desk, session: ScopedSession
) -> None:
    request_id = desk.request(desk.nordlys)
    client = sign_in(desk.nordlys.ola)

    found = [
        client.get(QUEUE),
        client.get("/desk/queue/requests.csv"),
        client.get("/desk/queue/news?since=0"),
        client.post(GIVE, data={"token": "t", "take": number(request_id)}),
    ]

    assert {it.status_code for it in found} == {403}
    assert session.get_one(ServiceRequest, request_id).owner_id is None
