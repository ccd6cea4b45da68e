"""How long pages take: taken in turn, so that whatever else the machine does meets them all.

What is compared is the processors' time, ours and the database server's: on a busy machine the
clock on the wall tells how busy it is.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from portal.accounts.actions import open_sign_in
from portal.accounts.models import User
from portal.base import clock
from tests.counting import counted

_LOOK = "FROM event \nWHERE event.at >"  # what is noted after the answer belongs to no page
WARM = 3  # rounds that are not counted: templates are compiled, plans are made


class Browser:
    """Someone signed in who asks the application itself: no socket, no client library."""

    def __init__(self, app: Flask, session: Session, user: User) -> None:
        self.app = app
        self.weight = 0  # bytes of the last answer, its head included
        client = app.test_client()
        token = open_sign_in(session, user, now=clock.now())
        session.commit()
        with client.session_transaction() as cookie:
            cookie["sign_in"] = token
        name = app.config["SESSION_COOKIE_NAME"]
        held = client.get_cookie(name)
        assert held
        self._cookie = f"{name}={held.value}"

    def asking(self, path: str, **headers: str) -> Callable[[], bytes]:
        """A call that asks for this page, and fails if the answer is not good."""
        named = {name.replace("_", "-"): it for name, it in headers.items()}
        sent = Headers({"Accept-Encoding": "gzip, deflate, br", **named})
        environ = EnvironBuilder(path, headers=sent).get_environ()
        return lambda: self._ask(environ, "200")

    def send(self, path: str, fields: dict[str, Any]) -> bytes:
        """Send a form, and fail if what was sent is not taken."""
        return self._ask(EnvironBuilder(path, method="POST", data=fields).get_environ(), "303")

    def hidden(self, path: str, name: str) -> str:
        """What a hidden field of a page holds."""
        body = self.asking(path, Accept_Encoding="identity")().decode()
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', body)
        assert found, f"{path} has no {name}"
        return found[1]

    def _ask(self, environ: dict[str, Any], good: str) -> bytes:
        told: list[Any] = []
        asked = {**environ, "HTTP_COOKIE": self._cookie}
        answer: Any = self.app.wsgi_app(asked, lambda *it: told.extend(it[:2]))  # type: ignore[arg-type]
        try:
            body = b"".join(answer)
        finally:
            answer.close()
        status, head = told
        if not status.startswith(good):
            raise RuntimeError(f"{environ['PATH_INFO']} was answered with {status}")
        for cookie in Headers(head).getlist("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]  # the one there is
        self.weight = len(body) + sum(len(name) + len(value) + 4 for name, value in head)
        return body


@dataclass(frozen=True, slots=True)
class Taken:
    """Median seconds: by the clock on the wall, and of the processors."""

    wall: float
    work: float


def medians(
    calls: Mapping[str, Callable[[], object]], rounds: int, *engines: Engine
) -> dict[str, Taken]:
    """What each takes, one after the other in every round."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    servers = [path for engine in engines for path in _servers(engine)]
    for turn in range(WARM + rounds):
        for name, call in calls.items():
            wall, work = time.perf_counter(), _work(servers)
            call()
            if turn >= WARM:
                taken[name].append((time.perf_counter() - wall, _work(servers) - work))
    return {
        name: Taken(*(median(column) for column in zip(*pairs, strict=True)))
        for name, pairs in taken.items()
    }


def _servers(engine: Engine) -> list[Path]:
    """Where Linux tells what the engine's one connection costs the server; SQLite has none."""
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    return [Path(f"/proc/{pid}/schedstat")]


def _work(servers: list[Path]) -> float:
    theirs = sum(int(path.read_text().split()[0]) for path in servers)
    return time.thread_time() + theirs / 1e9


def statements(engine: Engine, call: Callable[[], object]) -> int:
    """How many it takes; now and then a page also looks whether the catalogue has changed."""
    counts = []
    for _ in range(3):
        with counted(engine) as sent:
            call()
        counts.append(sum(_LOOK not in each for each in sent))
    return min(counts)
