"""The portal as it is really served, to send it what nobody should, and to kill it at work."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import open_sign_in
from portal.accounts.models import Site, User
from portal.app import ROOT
from portal.base import clock, migrations
from portal.base.access import Role
from portal.base.db import make_engine
from portal.base.history import Event
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import Category, SerialPattern
from portal.config import Settings
from portal.products.models import Product, ProductCount
from tests import databases
from tests.conftest import Arranging
from tests.factories import account_of, make_model, make_user
from tests.product_imports.visiting import Visitor

MODEL = "Savi 7310"
MOST = 300  # MB that a process may hold more than when it rests
PATIENCE = 120  # seconds, on a machine with other work


@dataclass
class House:
    """A database, and the processes that serve it."""

    settings: Settings
    sessions: "sessionmaker[ScopedSession]"
    log: IO[bytes]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def session(self) -> Session:
        return self.sessions(scope=Arranging(None, None, staff=True, reason="test"))

    def start(self, name: str, *command: str, **environment: str) -> None:
        """Run a command of the portal's, or a module of the tests that does."""
        module, *rest = command
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", module, *rest],
            cwd=ROOT,
            env=os.environ | self.settings.to_environment() | environment,
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
        )

    def serve(self, *options: str) -> None:
        host, port = self.address
        self.start("server", "portal.cli", "serve", *options, HOST=host, PORT=str(port))
        until(lambda: _listens(host, port), "The portal did not start.")

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        assert process.stdin
        process.kill()
        process.stdin.close()
        process.wait()

    def visitor(self, *, role: Role = Role.ADMINISTRATOR) -> Visitor:
        """Somebody of a customer of their own, signed in, who reads Norwegian."""
        with self.session() as session:
            user = make_user(session, role=role, language="nb")
            account = account_of(user)
            visitor = Visitor(self.address, account_id=account.id, user_id=user.id)
        self.sign_in(visitor)
        return visitor

    def sign_in(self, visitor: Visitor) -> None:
        """On a browser that knows nothing of earlier ones."""
        with self.session() as session:
            user = session.get_one(User, visitor.user_id)
            token = open_sign_in(session, user, now=clock.now())
            session.commit()
        app = Flask("cookies")
        app.secret_key = self.settings.secret_key
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer
        visitor.cookies = {self.settings.cookie_name: str(signer.dumps({"sign_in": token}))}

    def written(self, account_id: int) -> dict[str, int]:
        """What an account has: how many devices, lines of counts, sites and events."""
        with self.session() as session:
            kinds: tuple[Any, ...] = (Product, ProductCount, Site, Event)
            return {
                kind.__tablename__: len(
                    session.scalars(select(kind.id).where(kind.account_id == account_id)).all()
                )
                for kind in kinds
            }

    def pids(self) -> set[int]:
        """The processes that were started, and those that they started."""
        own = {process.pid for process in self.processes.values()}
        return own | {child for pid in own for child in _children(pid)}

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.settings.portal_url.rpartition("/")[2].partition(":")
        return host, int(port)


@contextmanager
def house(folder: Path, name: str) -> Iterator[House]:
    """A house without any process yet; whatever was started in it ends with it."""
    server = os.environ.get("TEST_DATABASE_URL")
    url = databases.create(server, name) if server else f"sqlite:///{folder / 'portal.sqlite'}"
    migrations.upgrade(url)
    engine = databases.arranging(make_engine(url))
    if server:
        with engine.begin() as connection:
            databases.admit_application(connection)
    settings = Settings(
        database_url=databases.as_application(url),
        secret_key=os.urandom(32).hex(),
        portal_url=f"http://127.0.0.1:{_free_port()}",
        storage_url=(folder / "files").as_uri(),
    )
    log = (folder / "log").open("wb")
    made = House(settings, sessionmaker(engine, class_=ScopedSession), log)
    with made.session() as session:
        make_model(session, MODEL, category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET)
    try:
        yield made
    finally:
        for each in list(made.processes):
            made.stop(each)
        engine.dispose()
        log.close()


class Memory:
    """What processes hold at rest, and the most that they held since they were last asked."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._idle = {pid: _megabytes(pid, "VmRSS") for pid in pids}

    def forget(self) -> None:
        for pid in self._idle:
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def over_idle(self) -> float:
        """By how many MB the greediest of them went beyond what it held at rest."""
        return max(_megabytes(pid, "VmHWM") - idle for pid, idle in self._idle.items())


def until(
    true: Callable[[], object], otherwise: str, seconds: float = PATIENCE, *, pause: float = 0.2
) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(pause)


def _megabytes(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def _free_port() -> int:
    with closing(socket.socket()) as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port
