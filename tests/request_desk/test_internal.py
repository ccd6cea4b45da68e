"""An internal note leaves no trace for the customer: in no byte of anything they are given.

Every page that the portal has is asked for, so one that is added later is tried as well.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.notices.models import PortalNotice
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequestFile, ServiceRequestMessage
from tests.cast import doors
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.request_desk.conftest import desk, fresh, page_of
from tests.service_requests.world import World

MARKER = "Zyxwvutsrq"
LISTS = ("", "?view=mine", "?view=waiting", "?view=closed", "?sort=changed", f"?q={MARKER}")


def spelled_out(answer: TestResponse) -> Iterator[bytes]:
    """The answer as it came, its headers, and what is packed into it."""
    body = answer.get_data()
    yield body
    yield str(answer.headers).encode()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)


def has_marker(answer: TestResponse) -> bool:
    with answer:
        return any(MARKER.lower().encode() in part.lower() for part in spelled_out(answer))


def sheet(browser: FlaskClient) -> bytes:
    with browser.get("/service-requests/requests.csv") as answer:
        return answer.get_data()


def paths(app: Flask, request_id: int) -> Iterator[str]:
    """Every page that takes nothing, and every one of a request."""
    for door, rule in doors(app):
        method, path = door.split(" ", 1)
        if method != "GET" or path.startswith(("/desk", "/static", "/sign-out")):
            continue
        path = path.replace("<any(csv, xlsx):format>", "csv")
        if rule.endpoint.split(".")[0] in {"service_requests", "request_pages"}:
            path = path.replace("<reference>", reference("SR", request_id))
        if "<" not in path:
            yield path


@pytest.fixture
def people(world: World, session: ScopedSession, sign_in: SignInAs) -> dict[str, FlaskClient]:
    """Everybody of the customer's side."""
    administrator = make_user(session, account=world.account, role=Role.ADMINISTRATOR)
    observer = make_user(session, account=world.account, role=Role.OBSERVER)
    return {
        "opener": sign_in(world.ola),
        "administrator": sign_in(administrator),
        "observer": sign_in(observer),
        "partner": sign_in(world.siri, acting_for=world.account),
    }


def note(anna: FlaskClient, request_id: int) -> None:
    """All that staff write for staff, each with the word in it."""
    file = io.BytesIO(f"{MARKER} i filen".encode()), f"{MARKER}.txt"
    form = fresh(note=f"{MARKER}: kunden er rasende", note_files=file)
    told = anna.post(desk(request_id, "notes"), data=form, content_type="multipart/form-data")
    assert told.status_code == 303
    anna.post(desk(request_id, "draft"), data={"note": f"{MARKER} i en kladd"})
    spent = fresh(minutes="15", time_note=f"{MARKER} tok tid")
    assert anna.post(desk(request_id, "time"), data=spent).status_code == 303


def order(browser: FlaskClient, query: str) -> list[str]:
    """The requests that a list shows, one after the other, and what it says of their number."""
    page = browser.get(f"/service-requests{query}").text.partition('id="request-list"')[2]
    heading = re.findall(r'<h2 id="found"[^>]*>(.*?)</h2>', page)
    return heading + re.findall(r'href="/service-requests/(SR-\d+)"', page)


def test_a_note_and_its_file_are_in_no_byte_the_customer_gets(
    *,
    app: Flask,
    world: World,
    people: dict[str, FlaskClient],
    anna: FlaskClient,
    session: ScopedSession,
    run_jobs: Callable[..., int],
) -> None:
    asked, _other = world.request(), world.request()
    world.do(asked, assign, world.erik.id, by=world.anna)
    run_jobs()
    sent = len(session.scalars(select(Mail)).all())
    before = {
        (who, query): order(browser, query) for who, browser in people.items() for query in LISTS
    }
    sheets = {who: sheet(browser) for who, browser in people.items()}

    note(anna, asked)
    run_jobs()

    assert has_marker(anna.get(desk(asked)))  # it is there, for those it is for
    for who, browser in people.items():
        for path in paths(app, asked):
            assert not has_marker(browser.get(path)), (who, path)
        for query in LISTS:
            assert order(browser, query) == before[who, query], (who, query)
        assert sheet(browser) == sheets[who]
        assert not has_marker(browser.get("/service-requests/requests.xlsx"))
        assert not has_marker(browser.post("/profile/data/copy"))
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()[sent:]
    assert {it.address for it in mails} == {world.erik.email}
    assert MARKER in mails[0].text
    of_customers = {world.ola.id, world.mette.id, world.siri.id}
    told = session.scalars(select(PortalNotice)).all()
    assert [it for it in told if it.user_id in of_customers and MARKER in str(it.context)] == []


def test_searching_for_its_words_finds_nothing_and_counts_nothing(
    world: World, people: dict[str, FlaskClient], anna: FlaskClient
) -> None:
    asked = world.request()
    note(anna, asked)
    for browser in people.values():
        for address in ("/service-requests", "/search"):
            for query in (MARKER, MARKER.lower(), MARKER[:6], f"{MARKER}.txt"):
                page = browser.get(f"{address}?q={query}").text
                assert reference("SR", asked) not in page


@pytest.mark.parametrize("target", ["request-list", "timeline", "story", "talk", "news"])
def test_fragments_say_nothing_of_it_either(
    target: str, world: World, people: dict[str, FlaskClient], anna: FlaskClient
) -> None:
    asked = world.request()
    note(anna, asked)
    headers = {"HX-Request": "true", "HX-Target": target}
    for browser in people.values():
        for path in ("/service-requests", page_of(asked), page_of(asked, "news")):
            assert not has_marker(browser.get(path, headers=headers))


def test_its_file_is_downloaded_by_staff_alone(
    world: World, people: dict[str, FlaskClient], anna: FlaskClient, session: Session
) -> None:
    asked = world.request()
    note(anna, asked)
    line = session.scalars(select(ServiceRequestFile)).one()
    assert line.internal
    with anna.get(desk(asked, "files", str(line.id))) as got:
        assert MARKER.encode() in got.get_data()
        assert got.headers["Content-Disposition"].startswith("attachment")
    for browser in people.values():
        assert browser.get(page_of(asked, "files", str(line.id))).status_code == 404
        assert browser.get(desk(asked, "files", str(line.id))).status_code == 403


def test_a_file_that_was_sent_for_a_note_is_not_taken_for_an_answer(
    world: World, anna: FlaskClient, session: Session
) -> None:
    asked = world.request()
    number = world.account.master_account_id
    begun = anna.post(
        f"/desk/uploads/{number}", data={"purpose": "desk_note", "name": "a.txt", "size": "5"}
    )
    sent = anna.patch(
        begun.headers["Location"],
        data=b"linje",
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": "0"},
    )
    assert sent.json
    form = fresh(version="1", text="Se vedlegget", status="", files=sent.json["token"])
    assert anna.post(desk(asked, "messages"), data=form).status_code == 422
    form = fresh(note="Se vedlegget", note_files=sent.json["token"])
    assert anna.post(desk(asked, "notes"), data=form).status_code == 303
    messages = session.scalars(select(ServiceRequestMessage)).all()
    assert [it.internal for it in messages] == [False, True]
