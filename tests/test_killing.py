"""Web and worker are ended by kill -9 at any moment under load: what was acknowledged is there, and
is there once; and who is told of it twice is told by the same mail."""

import asyncio
import os
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.files import StoredFile
from portal.base.jobs import Job
from portal.base.tenancy import Scope
from portal.service_requests.models import (
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.opening import open_request
from tests.factories import make_account, make_user
from tests.lives import WEB, WORKER, Lives, living
from tests.loading import Done, Person
from tests.product_imports.serving import House, house, until
from tests.product_imports.visiting import Visitor
from tests.service_requests.world import By, said
from tests.web.smtp_server import Server, Sink

KILLS = 150 if os.environ.get("PORTAL_TEST_ALL") == "1" else 30  # on each database: sixty in all
PEOPLE = 3
TURNS = ((WEB,), (WEB,), (WORKER,), (WEB, WORKER))
ROOMY = "upload per {}=100000/600"


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    to: str
    text: str


class Postbox(Sink):
    """Every mail that it took, by the line that it came on: each is of one life of the worker."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Session, list[Mail]] = defaultdict(list)

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        found = re.search(r"svar nummer \d+\.", body.get_content() if body else "")
        text = found[0] if found else ""
        self.lines[session].append(Mail(message["Message-ID"], envelope.rcpt_tos[0], text))
        await asyncio.sleep(random.uniform(0, 0.02))  # a server takes its time to say yes
        return "250 OK"

    @property
    def taken(self) -> list[Mail]:
        return [mail for line in list(self.lines.values()) for mail in list(line)]


@dataclass
class Town:
    """A house, those that live in it, and people of one customer who all follow one request."""

    home: House
    lives: Lives
    post: Postbox
    people: list[Person]
    request_id: int
    addresses: dict[int, str]

    def await_a_deed(self) -> None:
        """Whoever is killed was at work: since the last time somebody was told of something."""
        done = self.done
        until(lambda: self.done > done, "Nobody gets anything done.", 60, pause=0.02)

    @property
    def done(self) -> int:
        return sum(len(it.opened) + len(it.replied) for it in self.people)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=each.work) for each in self.people]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.people[0].over.set()
            for thread in threads:
                thread.join()


@pytest.fixture
def town(tmp_path: Path, worker_id: str) -> Iterator[Town]:
    post = Postbox()
    server = Server(post)
    with ExitStack() as kept:
        home = kept.enter_context(house(tmp_path, f"lives_{worker_id}"))
        server.start()
        kept.callback(server.stop)
        home.settings = replace(
            home.settings,
            smtp_url=f"smtp://127.0.0.1:{server.port}",
            limits=", ".join(ROOMY.format(whom) for whom in ("person", "account", "network")),
        )
        lives = kept.enter_context(living(home))
        request_id, visitors, addresses = _moved_in(home)
        with home.session() as session:
            page = f"/service-requests/{session.get_one(ServiceRequest, request_id).reference}"
        over = threading.Event()
        people = [Person(it, page, random.Random(at), over) for at, it in enumerate(visitors)]
        lives.start(WEB, WORKER)
        for each in people:
            each.open_form()
        yield Town(home, lives, post, people, request_id, addresses)


def _moved_in(home: House) -> tuple[int, list[Visitor], dict[int, str]]:
    with home.session() as session:
        account: Account = make_account(session)
        users: list[User] = [make_user(session, account=account) for _ in range(PEOPLE)]
        session.commit()
        account_id, addresses = account.id, {it.id: it.email for it in users}
    visitors = [Visitor(home.address, account_id=account_id, user_id=it) for it in addresses]
    for each in visitors:
        home.sign_in(each)
    first, *others = addresses
    scope = Scope(frozenset({account_id}), account_id)
    with home.sessions(scope=scope) as session:
        asked = open_request(session, said(), by=By(first), now=clock.now(), followers=others)
        session.commit()
        return asked.id, visitors, addresses


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(town: Town) -> None:
    dice, kills = random.Random(), Counter[str]()
    began = time.monotonic()
    with town.at_work():
        while kills.total() < KILLS:
            town.await_a_deed()
            time.sleep(dice.uniform(0, 0.5))
            names = dice.choice(TURNS)
            town.lives.kill(*names)
            kills.update(names)
            time.sleep(dice.choice([0, 0, 0.2]))
            town.lives.start(*names)
    assert [it.troubles for it in town.people] == [[]] * PEOPLE
    until(lambda: _jobs_left(town.home) == [], "Jobs are left.")

    opened = [done for it in town.people for done in it.opened]
    replied = [done for it in town.people for done in it.replied]
    broken = sum(it.broken for it in town.people)
    twice = len(town.post.taken) - len({it.id for it in town.post.taken})
    print(
        f"{dict(kills)} kills in {time.monotonic() - began:.0f} s, {len(opened)} requests,"
        f" {len(replied)} answers, {broken} cut off, {len(town.post.taken)} mails, {twice} twice"
    )
    assert broken > 0
    _requests_are_there_once(town, opened)
    _answers_are_there_once(town, replied)
    _each_is_told_by_one_mail(town, replied)
    _only_the_mail_in_hand_came_twice(town.post)
    assert twice <= kills[WORKER]


def _jobs_left(home: House) -> list[tuple[str, str]]:
    with home.session() as session:
        once = select(Job.name, Job.error).where(Job.repeats.is_(None))
        return [(name, error) for name, error in session.execute(once)]


def _requests_are_there_once(town: Town, opened: list[Done]) -> None:
    with town.home.session() as session:
        others = select(ServiceRequest).where(ServiceRequest.id != town.request_id)
        found = session.scalars(others).all()
        there = sorted((it.opened_by_id, it.subject, it.reference) for it in found)
    assert there == sorted((it.by, it.text, it.led_to.split("/")[-2]) for it in opened)


def _answers_are_there_once(town: Town, replied: list[Done]) -> None:
    with town.home.session() as session:
        rows = session.execute(
            select(
                ServiceRequestMessage.author_id,
                ServiceRequestMessage.text,
                func.coalesce(StoredFile.sha256, ""),
            )
            .outerjoin(
                ServiceRequestFile, ServiceRequestFile.message_id == ServiceRequestMessage.id
            )
            .outerjoin(StoredFile, StoredFile.id == ServiceRequestFile.file_id)
            .where(
                ServiceRequestMessage.request_id == town.request_id,
                ServiceRequestMessage.text.contains("svar nummer"),
            )
        )
        there = sorted(tuple(row) for row in rows)
    assert there == sorted((it.by, it.text, it.sha256) for it in replied)


def _each_is_told_by_one_mail(town: Town, replied: list[Done]) -> None:
    """Everybody but who wrote it; and if twice, then with one Message-ID."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mail in town.post.taken:
        if mail.text:  # and not of the request that was there from the beginning
            told[mail.to, mail.text].add(mail.id)
    expected = {
        (address, it.text.removeprefix("Dette er "))
        for it in replied
        for user_id, address in town.addresses.items()
        if user_id != it.by
    }
    assert set(told) == expected
    assert [ids for ids in told.values() if len(ids) > 1] == []


def _only_the_mail_in_hand_came_twice(post: Postbox) -> None:
    """A life has one mail in hand when it is killed: the last of its line."""
    lines = list(post.lines.values())
    finished = Counter(mail.id for line in lines for mail in line[:-1])
    assert [id for id, times in finished.items() if times > 1] == []
