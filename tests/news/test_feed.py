"""The feed and the calendar: valid, of what one may see now, asked again for nothing, and dead when
they should be."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role
from portal.downloads.rules import Channel
from portal.news.actions import forget_people
from portal.news.links import news_token
from portal.news.models import NewsLink
from portal.publishing.fates import withdraw
from tests.conftest import SETTINGS, SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_document,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_release,
    make_user,
)
from tests.news.conftest import World

PLAIN = {"n": "\n", "N": "\n"}
ATOM = "{http://www.w3.org/2005/Atom}"


def link(world: World, user: User | None = None) -> str:
    it = NewsLink(user_id=(user or world.kari).id, active=True, generation=1)
    it.made_at = clock.now()
    world.session.add(it)
    world.session.commit()
    return news_token(SETTINGS.secret_key, it.user_id, 1)


def feed_of(token: str) -> str:
    return f"/downloads/feed/{token}.atom"


def calendar_of(token: str) -> str:
    return f"/downloads/calendar/{token}.ics"


def read(text: str) -> ET.Element:
    return ET.fromstring(text)


def entries(text: str) -> dict[str, ET.Element]:
    """By what they are called; with what RFC 4287 asks of feeds and entries."""
    root = read(text)
    assert root.tag == f"{ATOM}feed"
    for it in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(it.findall(f"{ATOM}{name}")) == 1, name
        assert datetime.fromisoformat(it.findtext(f"{ATOM}updated") or "").tzinfo
    rels = [it.get("rel") for it in root.findall(f"{ATOM}link")]
    assert rels.count("self") == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    found = {it.findtext(f"{ATOM}title") or "": it for it in root.iter(f"{ATOM}entry")}
    ids = [it.findtext(f"{ATOM}id") for it in found.values()]
    assert len(set(ids)) == len(ids)
    for it in found.values():
        assert any(each.get("rel") == "alternate" for each in it.findall(f"{ATOM}link"))
    return found


def test_what_is_followed_and_what_one_has_is_in_the_readers_language(
    session: Session, world: World, stranger: FlaskClient
) -> None:
    other, third = make_model(session, "Sync 20"), make_model(session, "Studio X50")
    make_product(session, account=world.account, model=other)
    world.follow(world.kari)
    it = world.publish()
    make_release(session, "1.0", other, store=world.store, security=True)
    make_release(session, "9.9", third, store=world.store)
    make_document(session, "Guide <&>", world.phone, store=world.store)

    answer = stranger.get(feed_of(link(world)))

    found = entries(answer.text)
    assert set(found) == {
        "Fastvare 7.2.1 for CCX 500",
        "Sikkerhetsretting: Fastvare 1.0 for Sync 20",
        "Guide <&> (engelsk) for CCX 500",
    }
    mine = found["Fastvare 7.2.1 for CCX 500"]
    assert (mine.findtext(f"{ATOM}id") or "").endswith(f"/downloads/releases/{it.reference}")
    assert mine.findtext(f"{ATOM}summary") == "Støtte for fleksible plasser."
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers


def test_asked_again_it_answers_that_nothing_is_new(world: World, stranger: FlaskClient) -> None:
    world.follow(world.kari)
    world.publish()
    for path in (feed_of(token := link(world)), calendar_of(token)):
        first = stranger.get(path)
        tag = first.headers["ETag"]
        again = stranger.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        head = stranger.head(path)
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    since = {"If-Modified-Since": stranger.get(feed_of(token)).headers["Last-Modified"]}
    assert stranger.get(feed_of(token), headers=since).status_code == 304
    world.publish("7.3.0")
    changed = stranger.get(feed_of(token), headers={"If-None-Match": tag})
    assert len(entries(changed.text)) == 2


def test_nothing_is_in_it_that_one_may_not_see(
    world: World, stranger: FlaskClient, session: Session
) -> None:
    other = make_account(session, "Andre AS")
    world.follow(world.kari)
    world.publish("8.0.0", staged=True, pilots=[other])
    world.publish("8.1.0", opens_at=clock.now() + timedelta(days=1))
    world.draft("8.2.0")
    assert entries(stranger.get(feed_of(link(world))).text) == {}


def test_what_was_withdrawn_says_so(world: World, stranger: FlaskClient) -> None:
    world.follow(world.kari)
    it = world.publish()
    told: dict[str, Any] = {"reason_nb": "Feil.", "reason_en": "", "by": Person(world.petra.id)}
    withdraw(world.session, it, list(Channel), now=clock.now() + timedelta(hours=1), **told)
    world.session.commit()
    found = entries(stranger.get(feed_of(link(world))).text)
    assert list(found) == ["Skal ikke brukes lenger: Fastvare 7.2.1 for CCX 500"]


def ends(world: World, how: str) -> None:
    if how == "membership":
        world.kari.memberships[0].deactivated_at = clock.now()
    elif how == "user":
        world.kari.deactivated_at = clock.now()
    elif how == "account":
        world.account.closed_at = clock.now()
    elif how == "erased":
        forget_people(world.session, [world.kari.id], told=True)
    else:
        held = world.session.query(NewsLink).one()
        held.active, held.generation = how != "off", held.generation + (how == "renewed")
    world.session.commit()


@pytest.mark.parametrize("how", ["membership", "user", "account", "erased", "off", "renewed"])
def test_a_dead_link_is_answered_as_one_that_never_was(
    world: World, stranger: FlaskClient, how: str
) -> None:
    world.follow(world.kari)
    world.publish()
    token = link(world)
    assert stranger.get(feed_of(token)).status_code == 200
    ends(world, how)
    for of in (feed_of, calendar_of):
        dead, never = stranger.get(of(token)), stranger.get(of("WzEsMV0.abc"))
        assert (dead.status_code, never.status_code) == (404, 404)
        plain = re.compile(r"(?:value|content)=\"[^\"]*\"|[\w.-]{20,}")
        assert plain.sub("", dead.text) == plain.sub("", never.text)
        assert {**dead.headers}.keys() == {**never.headers}.keys()


def test_a_partner_reads_of_all_its_customers(
    session: Session, world: World, stranger: FlaskClient
) -> None:
    partner = make_partner(session)
    siri = make_user(session, partner=partner, role=Role.PARTNER, language="en")
    siri.every_customer = True
    second = make_account(session, "Fjordhelse HF")
    make_grant(session, partner, world.account)
    make_grant(session, partner, second)
    world.devices("6.0.0", account=second)
    session.commit()
    world.publish(staged=True, pilots=[second])
    found = entries(stranger.get(feed_of(link(world, siri))).text)
    assert list(found) == ["Firmware 7.2.1 for CCX 500"]


def test_whoever_asks_too_often_waits(world: World, stranger: FlaskClient) -> None:
    token = link(world)
    answers = [stranger.get(calendar_of(token)).status_code for _ in range(65)]
    assert answers.count(200) == 60
    late = stranger.get(calendar_of(token))
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


def test_a_feed_costs_few_statements(engine: Engine, world: World, stranger: FlaskClient) -> None:
    world.follow(world.kari)
    world.devices("6.0.0")
    for number in range(20):
        world.publish(f"7.2.{number}")
    path = feed_of(link(world))
    stranger.get(path)
    with counted(engine) as sent:
        assert stranger.get(path).status_code == 200
    assert len(sent) <= 8, sent


def events(text: str) -> list[dict[str, str]]:
    """By RFC 5545: lines of at most 75 bytes that end in CRLF, unfolded, and texts as they were."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "VERSION:2.0" in lines
    assert any(line.startswith("PRODID:") for line in lines)
    found: list[dict[str, str]] = []
    inside = False
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            assert not inside
            inside = True
            found.append({})
        elif line == "END:VEVENT":
            inside = False
            assert {"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(found[-1])
            assert re.fullmatch(r"\d{8}T\d{6}Z", found[-1]["DTSTAMP"])
        elif inside:
            assert name not in found[-1]
            found[-1][name] = re.sub(r"\\(.)", lambda m: PLAIN.get(m[1], m[1]), value)
    assert not inside
    return found


@pytest.fixture
def dated(world: World) -> World:
    world.phone.end_of_sale, world.phone.end_of_service = date(2027, 1, 31), date(2029, 6, 30)
    world.session.commit()
    return world


def test_the_calendar_has_the_last_days_of_what_one_has_or_follows(
    session: Session, dated: World, stranger: FlaskClient
) -> None:
    long = make_model(session, "Æøå; langt, navn \\ " + "ø" * 50)
    long.end_of_service = date(2028, 2, 29)
    other = make_model(session, "Sync 20")
    other.end_of_service = date(2028, 1, 1)
    session.commit()
    dated.devices("6.0.0")
    dated.follow(dated.kari, long)

    answer = stranger.get(calendar_of(link(dated)))

    found = events(answer.text)
    days = {it["SUMMARY"]: (it["DTSTART;VALUE=DATE"], it["DTEND;VALUE=DATE"]) for it in found}
    assert days == {
        "CCX 500: Siste salgsdag": ("20270131", "20270201"),
        f"{long.name}: Siste dag med støtte": ("20280229", "20280301"),
        "CCX 500: Siste dag med støtte": ("20290630", "20290701"),
    }
    assert len({it["UID"] for it in found}) == 3
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    before = {it["UID"] for it in found}
    dated.phone.end_of_service = date(2030, 6, 30)
    session.commit()
    again = events(
        stranger.get(calendar_of(news_token(SETTINGS.secret_key, dated.kari.id, 1))).text
    )
    assert {it["UID"] for it in again} == before


def test_signed_in_the_dates_are_a_page_and_a_file(dated: World, sign_in: SignInAs) -> None:
    dated.devices("6.0.0", "7.0.0")
    dated.phone.end_of_sale = date(2026, 1, 31)
    dated.session.commit()
    page = dated.kari_browses.get("/downloads/end-dates").text
    rows: list[Any] = re.findall(r"<time datetime=\"([\d-]+)\"", page)
    assert rows == ["2029-06-30", "2026-01-31"]
    assert ">2</td>" in page
    file = dated.kari_browses.get("/downloads/end-dates.ics")
    assert [it["SUMMARY"] for it in events(file.text)] == [
        "CCX 500: Siste salgsdag",
        "CCX 500: Siste dag med støtte",
    ]
    assert "attachment" in file.headers["Content-Disposition"]
    nobody = sign_in(make_user(dated.session, account=make_account(dated.session, "Uten AS")))
    assert "CCX 500" not in nobody.get("/downloads/end-dates").text
