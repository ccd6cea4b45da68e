"""Who reads of which incident: on the page of service status, in the feed, on banners."""

from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.about.status import PARTS
from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.catalogue.models import Category
from portal.incidents import routes
from portal.incidents.incidents import INCIDENTS
from portal.incidents.rules import Audience, Impact, Service
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_grant,
    make_incident,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)

ATOM = "{http://www.w3.org/2005/Atom}"
VIDEO = (Service.VIDEO,)


@pytest.fixture(autouse=True)
def well(app: Flask) -> None:
    class Ready:
        def check(self) -> dict[str, bool]:
            return dict.fromkeys(PARTS, True)

    app.extensions["readiness"] = Ready()


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def ola(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account))


def test_what_goes_on_comes_first_and_all_is_not_well(
    session: Session, client: FlaskClient
) -> None:
    now = clock.now()
    assert "All is well." in client.get("/status", headers={"Accept-Language": "en"}).text
    make_incident(session, "Lens is slow", next_update_due_at=now + timedelta(hours=1))
    lately = make_incident(session, "Mail was late", ended_at=now - timedelta(days=89))
    long_ago = make_incident(session, "Long ago", ended_at=now - timedelta(days=91))
    text = client.get("/status", headers={"Accept-Language": "en"}).text
    assert "All is well." not in text
    assert text.index("Going on now") < text.index("Lens is slow") < text.index("The last 90 days")
    assert text.index("The last 90 days") < text.index("Mail was late")
    assert "Next update by" in text
    assert "Long ago" not in text
    assert client.get(f"/status/{lately.reference}").status_code == 200
    assert client.get(f"/status/{long_ago.reference}").status_code == 200


def test_a_promise_that_was_not_kept_is_said(session: Session, client: FlaskClient) -> None:
    made = make_incident(session, next_update_due_at=clock.now() - timedelta(minutes=1))
    for path in ("/status", f"/status/{made.reference}"):
        text = client.get(path, headers={"Accept-Language": "en"}).text
        assert "An update was promised by" in text


@pytest.mark.parametrize("path", ["/status", "/status/{}", "/status/feed.atom"])
def test_a_page_that_is_the_same_is_sent_once(
    session: Session, client: FlaskClient, path: str
) -> None:
    path = path.format(make_incident(session).reference)
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    make_incident(session, "Another", started_at=clock.now())
    other = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == (304 if "INC" in path else 200)


def test_whoever_is_signed_in_leaves_no_page_behind(session: Session, ola: FlaskClient) -> None:
    make_incident(session)
    answer = ola.get("/status")
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


READERS = ("stranger", "ours", "others", "agent", "at others", "partner", "idle partner")


@pytest.fixture
def readers(
    session: Session, sign_in: SignInAs, client: FlaskClient, account: Account
) -> dict[str, FlaskClient]:
    partner = make_partner(session)
    make_grant(session, partner, account)
    siri = make_user(session, partner=partner)
    other = make_account(session)
    return {
        "stranger": client,
        "ours": sign_in(make_user(session, account=account, role=Role.OBSERVER)),
        "others": sign_in(make_user(session, account=other)),
        "agent": sign_in(make_user(session, role=Role.AGENT)),
        "at others": sign_in(make_user(session, role=Role.AGENT), acting_for=other),
        "partner": sign_in(siri, acting_for=account),
        "idle partner": sign_in(make_user(session, partner=partner)),
    }


EVERYONE, SIGNED_IN = set(READERS), set(READERS) - {"stranger", "idle partner"}
CONCERNED = {"ours", "agent", "partner"}


@pytest.mark.parametrize(
    ("audience", "services", "expected"),
    [
        (Audience.PUBLIC, VIDEO, EVERYONE),
        (Audience.CONCERNED, VIDEO, CONCERNED),
        (Audience.CONCERNED, (Service.VOICE,), {"agent"}),
        (Audience.CONCERNED, (Service.LENS,), SIGNED_IN),
        (Audience.CONCERNED, (Service.PORTAL, Service.VOICE), SIGNED_IN),
        (Audience.CHOSEN, (Service.LENS,), CONCERNED),
    ],
)
def test_an_incident_is_read_by_those_it_is_for(  # noqa: PLR0917
    session: Session,
    readers: dict[str, FlaskClient],
    account: Account,
    audience: Audience,
    services: tuple[Service, ...],
    expected: set[str],
) -> None:
    make_product(session, account=account, model=make_model(session, category=Category.VIDEO))
    chosen = [account] if audience is Audience.CHOSEN else []
    made = make_incident(session, "Wombats", services=services, audience=audience, accounts=chosen)
    on_status = {who for who in READERS if "Wombats" in readers[who].get("/status").text}
    of_its_own = {
        who for who in READERS if readers[who].get(f"/status/{made.reference}").status_code == 200
    }
    assert on_status == of_its_own == expected
    in_feed = {who for who in READERS if "Wombats" in readers[who].get("/status/feed.atom").text}
    assert in_feed == (EVERYONE if audience is Audience.PUBLIC else set())


def test_a_model_concerns_those_who_have_it_where_one_may_look(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    model, bergen = make_model(session), make_site(session, account, "Bergen")
    make_product(session, account=account, model=model, site=bergen)
    made = make_incident(session, services=(), models=[model], audience=Audience.CONCERNED)
    other_site = make_site(session, account, "Oslo")
    path = f"/status/{made.reference}"
    for sites, status in ((None, 200), ([bergen], 200), ([other_site], 404)):
        browser = sign_in(make_user(session, account=account, sites=sites or ()))
        assert browser.get(path).status_code == status
        assert ("Follow the incident" in browser.get("/").text) == (status == 200)


def test_those_concerned_see_one_banner_on_their_overview(
    session: Session, readers: dict[str, FlaskClient], account: Account
) -> None:
    make_product(session, account=account, model=make_model(session, category=Category.VIDEO))
    make_incident(session, "Over", services=VIDEO, ended_at=clock.now())
    text = readers["ours"].get("/").text
    assert 'class="banner"' not in text
    first = make_incident(session, "Cameras sleep", services=VIDEO)
    text = readers["ours"].get("/").text
    assert text.count('class="banner"') == 1
    assert text.index("Cameras sleep") < text.index("<h1")
    assert f'href="/status/{first.reference}"' in text
    assert "Cameras sleep" in readers["partner"].get("/").text
    assert "Cameras sleep" not in readers["others"].get("/").text
    for title in ("Second", "Third", "Fourth"):
        make_incident(session, title, services=VIDEO)
    text = readers["ours"].get("/").text
    assert text.count('class="banner"') == 1
    assert "4 incidents concern you" in text
    assert text.index("Show all incidents") < text.index("<h1")


def test_where_another_banner_stands_there_is_no_second(
    session: Session, ola: FlaskClient, account: Account
) -> None:
    make_incident(session)
    account.closed_at = clock.now()
    session.commit()
    assert ola.get("/").text.count('class="banner"') == 1


def test_the_overview_costs_no_more_for_it(
    session: Session, ola: FlaskClient, account: Account, engine: Engine
) -> None:
    make_product(session, account=account)
    taken = []
    for _ in range(2):
        ola.get("/")
        with counted(engine) as sent:
            ola.get("/")
        taken.append(len(sent))
        make_incident(session, services=VIDEO)
        make_incident(session, services=(), models=[make_model(session)])
    assert taken[0] == taken[1] <= 7


def test_the_status_costs_a_stranger_nothing_and_a_customer_little(
    session: Session, ola: FlaskClient, client: FlaskClient, engine: Engine
) -> None:
    for _ in range(5):
        make_incident(session, services=VIDEO, audience=Audience.CONCERNED)
    ola.get("/status")
    with counted(engine) as sent:
        client.get("/status")
    assert sent == []
    with counted(engine) as sent:
        ola.get("/status")
    assert len(sent) <= 3, sent


def test_while_the_database_is_away_the_status_still_says_so(
    app: Flask,
    session: Session,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    travel: Callable[[timedelta], None],
) -> None:
    headers = {"Accept-Language": "en"}
    make_incident(session, "Lens is slow")
    assert "Lens is slow" in client.get("/status", headers=headers).text

    def away(_session: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(routes, "incidents_of", away)
    assert "Lens is slow" in client.get("/status", headers=headers).text  # as it was read last
    app.extensions["readiness"].check = lambda: dict.fromkeys(PARTS, False)
    travel(timedelta(minutes=1))
    INCIDENTS.forget()
    text = client.get("/status", headers=headers).text
    assert "We cannot show earlier incidents right now." in text
    assert "Not everything works right now." in text


def test_the_feed_is_atom_in_the_language_it_is_asked_in(
    session: Session, client: FlaskClient
) -> None:
    title = 'Lens <b>&"slow"'
    make_incident(session, "Old", started_at=clock.now() - timedelta(days=80))
    made = make_incident(session, title, title_nb="Lens er treg", started_at=clock.now())
    answer = client.get("/status/feed.atom?language=nb")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    entries = feed.findall(f"{ATOM}entry")
    assert [it.findtext(f"{ATOM}title") for it in entries] == [
        "Undersøkes: Lens er treg",
        "Undersøkes: Old",
    ]
    assert entries[0].findtext(f"{ATOM}id") == f"http://localhost/status/{made.reference}"
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    english = ElementTree.fromstring(client.get("/status/feed.atom?language=en").data)
    assert english.findtext(f"{ATOM}entry/{ATOM}title") == f"Investigating: {title}"
    for odd in ("", "?language=", "?language=x%00y", "?language[]=nb"):
        ElementTree.fromstring(client.get(f"/status/feed.atom{odd}").data)


def test_an_empty_feed_is_a_feed(client: FlaskClient) -> None:
    feed = ElementTree.fromstring(client.get("/status/feed.atom").data)
    assert feed.findtext(f"{ATOM}updated")


@pytest.mark.parametrize("ref", ["INC-1", "x", "INC-1000015", "KI-1000015", "INC-9999999999999"])
def test_what_is_no_incident_is_not_there(client: FlaskClient, ref: str) -> None:
    assert client.get(f"/status/{ref}").status_code == 404


def test_the_page_says_what_is_affected_and_when(session: Session, client: FlaskClient) -> None:
    model = make_model(session, "Studio X50")
    made = make_incident(
        session, "Cameras sleep", services=(Service.LENS,), models=[model], impact=Impact.OUTAGE
    )
    text = client.get(f"/status/{made.reference}", headers={"Accept-Language": "en"}).text
    assert "Poly Lens and Studio X50" in text
    assert "Does not work" in text
    assert "Going on" in text
