"""Requests are found by the names of those who have them, opened them or wrote in them."""

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Text, cast, select
from sqlalchemy.orm import sessionmaker

from portal.accounts.models import User
from portal.base import clock, migrations
from portal.base.db import make_engine
from portal.base.references import reference
from portal.base.search import Kind, index, tokens_of
from portal.base.search_table import KINDS as KIND_STEP
from portal.base.search_table import search_entry
from portal.base.tenancy import ScopedSession, vetting
from portal.personal_data.actions import erase
from portal.service_requests.actions import close_request, reopen_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.handling import assign
from portal.service_requests.indexing import marks_of
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.splitting import split
from portal.service_requests.taking import take
from tests import databases
from tests.conftest import Arranging, SignInAs
from tests.factories import make_account, make_user
from tests.service_requests.world import By, World, make_world

Finds = Callable[..., set[int]]


@pytest.fixture
def finds(world: World, sign_in: SignInAs) -> Finds:
    """Which of these requests somebody finds by some words, wherever they look."""

    def found(words: str, among: Collection[int], by: User | None = None) -> set[int]:
        reader = by or world.ola
        browser = sign_in(reader, acting_for=world.account if reader.partner_id else None)
        staff = reader.staff_role is not None
        lists = ("/desk", "/desk/search") if staff else ("/service-requests", "/search")
        pages = [browser.get(path, query_string={"q": words}).text for path in lists]
        each = [{it for it in among if str(reference("SR", it)) in page} for page in pages]
        assert each[0] == each[1], words
        return each[0]

    return found


def test_by_who_opened_it_wrote_in_it_and_has_it(world: World, finds: Finds) -> None:
    by_ola, by_mette = world.request(subject="En"), world.request(subject="To", by=world.mette)
    by_siri = world.request(subject="Tre", by=world.siri)
    among = (by_ola, by_mette, by_siri)
    world.do(by_ola, reply, "Hei.", by=world.mette)
    world.do(by_mette, take, by=world.anna)
    world.do(by_siri, reply, "Hei.", by=world.erik)
    world.do(by_siri, take, by=world.erik)

    for reader in (world.ola, world.siri, world.anna):
        assert finds("mette", among, reader) == {by_ola, by_mette}, reader.name
        assert finds("Ola Hansen", among, reader) == {by_ola}
        assert finds("berg", among, reader) == {by_siri}
        assert finds("Anna Agent", among, reader) == {by_mette}
        assert finds("leder", among, reader) == {by_siri}
        assert finds("mette to", among, reader) == {by_mette}
        assert finds("ette", among, reader) == set()


@pytest.mark.parametrize("what", ["reply", "escalation", "split"])
def test_who_wrote_among_staff_alone_is_found_by_staff_alone(
    world: World, finds: Finds, what: str
) -> None:
    asked = world.request()
    if what == "escalation":
        world.do(asked, escalate, "Haster", by=world.erik, internal=True)
    else:
        world.do(asked, reply, "Merknad", by=world.erik, internal=True)
    if what == "split":
        with world.at_work(staff=True) as session:
            request = session.get_one(ServiceRequest, asked)
            said = session.scalars(select(ServiceRequestMessage.id)).all()
            told: dict[str, Any] = {"message_ids": said, "subject": "Ny", "now": world.now}
            asked = split(session, request, by=By(world.anna.id), **told).id
    world.do(asked, reply, "Vi ser på det.", by=world.ola)

    assert finds("Erik", [asked]) == finds("leder", [asked], world.siri) == set()
    assert finds("Erik", [asked], world.anna) == {asked}
    world.do(asked, reply, "Svar", by=world.erik)
    assert finds("Erik", [asked]) == {asked}


def test_who_wrote_stays_and_who_had_it_does_not(world: World, finds: Finds) -> None:
    answered, taken = among = world.request(), world.request()
    world.do(answered, reply, "Svar", by=world.anna)
    world.do(answered, close_request, solved=True, text="Takk", by=world.mette)
    world.do(answered, reopen_request, "Igjen", by=world.siri)
    world.do(taken, take, by=world.anna)
    for each in among:
        world.do(each, assign, world.erik.id, by=world.anna)

    for reader in (world.ola, world.anna):
        for name in ("anna", "mette", "siri"):
            assert finds(name, among, reader) == {answered}, name
        assert finds("erik", among, reader) == {answered, taken}


def test_a_former_user_is_not_found_by_name(
    world: World, session: ScopedSession, finds: Finds
) -> None:
    asked = world.request(by=world.mette)
    assert finds("Mette", [asked]) == {asked}
    erase(session, session.get_one(User, world.mette.id), by=None, now=clock.now())
    session.commit()
    for name in ("Mette", "Lie", "Tidligere bruker", "Former"):
        assert finds(name, [asked]) == finds(name, [asked], world.anna) == set()


def test_others_of_the_name_hide_nobody_and_give_nobody_away(
    world: World, session: ScopedSession, finds: Finds
) -> None:
    other = make_account(session, "Fjordhelse HF")
    for _ in range(40):
        hansen = make_user(session, account=other, name="Ola Hansen")
    session.commit()
    asked = world.request()

    assert finds("hansen", [asked]) == {asked}
    assert finds("hansen", [asked], hansen) == set()


def test_entries_of_before_are_marked_as_those_of_now(database_url: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'marked.sqlite'}"
    if not database_url.startswith("sqlite"):
        url = databases.create(database_url, f"{database_url.rpartition('/')[2]}_marked")
    migrations.upgrade(url)
    engine = make_engine(url)
    sessions = sessionmaker(engine, class_=ScopedSession)
    everything = Arranging(None, None, staff=True, reason="test")
    with sessions(scope=everything, expire_on_commit=False) as session:
        world = make_world(session, sessions)
    asked, untouched = world.request(), world.request(by=world.mette)
    world.do(asked, take, by=world.anna)
    world.do(asked, reply, "Merknad", by=world.erik, internal=True)
    now = [_marks(engine, kind, it) for kind in KINDS for it in (asked, untouched)]
    assert [len(it) for it in now] == [2, 1, 3, 1]
    for kind, new in KINDS.items():  # as they were
        with world.at_work(staff=True) as session:
            for it in (asked, untouched):
                of = marks_of(session.get_one(ServiceRequest, it), kind)
                old = tokens_of(marks=[mark for mark in of if mark[0] not in new])
                index(session, kind, [(it, world.account.id, old)])
    for each in world.opened:
        each.close()

    migrations.downgrade(url, "0033")
    migrations.upgrade(url)
    assert [_marks(engine, kind, it) for kind in KINDS for it in (asked, untouched)] == now
    engine.dispose()


KINDS = {Kind.SERVICE_REQUEST: "op", Kind.SERVICE_REQUEST_DESK: "p"}


def _marks(engine: Engine, kind: Kind, request_id: int) -> set[str]:
    entry = search_entry.c
    with engine.connect() as connection, vetting():
        asked = select(cast(entry.words, Text)).where(entry.id == request_id * KIND_STEP + kind)
        words = connection.scalars(asked).one()
    return set(re.findall(r"\b[op][0-9]+", words))
