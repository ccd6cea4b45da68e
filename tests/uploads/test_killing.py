"""Whatever is killed, and whenever: what was acknowledged is there, and each file is there once."""

import hashlib
import json
import os
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from portal.base import clock
from portal.base.files import StoredFile
from portal.base.jobs import Job
from portal.uploads.models import UploadPart
from portal.uploads.rules import SMALLEST_PART
from tests.product_imports.serving import House, _listens, house, until
from tests.product_imports.visiting import Visitor

KILLS = 60 if os.environ.get("PORTAL_TEST_ALL") == "1" else 8
PARTS = 4


@pytest.fixture
def home(tmp_path: Path, worker_id: str) -> Iterator[House]:
    with house(tmp_path, f"killing_{worker_id}") as made:
        serve(made)
        yield made


def serve(home: House) -> None:
    host, port = home.address
    home.start("server", "tests.uploads.serving", PORT=str(port))
    until(lambda: _listens(host, port), "The portal did not start.")


@dataclass
class Client:
    """Sends a file part by part, and is sure of nothing but what it was told."""

    home: House
    visitor: Visitor
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.visitor.cookies.items())
        self.headers = {"Cookie": cookies, "Accept": "application/json"}
        line = self.ask("GET", "/messages", headers={"Accept": "text/html"}, raw=True)
        found = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', line[1])
        assert found
        self.headers["X-CSRFToken"] = found[1]
        cookie = re.search(r"session=[^;]+", line[2])
        self.headers["Cookie"] = cookie[0] if cookie else cookies

    def ask(
        self, method: str, path: str, body: bytes = b"", *, raw: bool = False, **told: Any
    ) -> Any:
        connection = HTTPConnection(*self.home.address, timeout=60)
        connection.request(method, path, body, {**self.headers, **told.get("headers", {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if raw:
            return answer.status, text, answer.getheader("Set-Cookie") or ""
        return answer.status, json.loads(text) if text else {}

    def begin(self, name: str, size: int) -> str:
        form = urlencode({"purpose": "message", "name": name, "size": size}).encode()
        status, told = self.ask(
            "POST", "/uploads", form, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert status == 201, told
        path: str = told["path"]
        return path

    def add(self, path: str, start: int, part: bytes) -> int:
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(start),
        }
        status, told = self.ask("PATCH", path, part, headers=headers)
        assert status == 200, told
        offset: int = told["offset"]
        return offset

    def is_ready(self, path: str) -> bool:
        return bool(self.ask("GET", path)[1]["state"] == "ready")

    def add_and_kill(self, path: str, start: int, part: bytes, share: float) -> None:
        """Send some of it, or all, and end the server before it can answer."""
        connection = HTTPConnection(*self.home.address, timeout=60)
        connection.putrequest("PATCH", path)
        sent = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        for name, value in {**self.headers, **sent, "Content-Length": str(len(part))}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(part[: int(share * len(part))])
        self.home.stop("server")
        with suppress(HTTPException, OSError):  # it may have answered, or not
            connection.getresponse()
        connection.close()
        serve(self.home)


def test_nothing_that_was_acknowledged_is_lost(home: House) -> None:
    dice, visitor = random.Random(8), home.visitor()
    client, kills = Client(home, visitor), 0
    expected: dict[str, str] = {}
    while kills < KILLS:
        content = b"x" + dice.randbytes(PARTS * SMALLEST_PART // 2 - 1).hex().encode() + b"y"
        name = f"logg-{len(expected)}.log"
        expected[name] = hashlib.sha256(content).hexdigest()
        path, at = client.begin(name, len(content)), 0
        while at < len(content):
            part = content[at : at + SMALLEST_PART]
            if dice.random() < 0.5 and kills < KILLS:
                kills += 1
                client.add_and_kill(path, at, part, dice.choice([0.3, 0.9, 1, 1]))
                _status, told = client.ask("GET", path)
                assert told["offset"] in {at, at + len(part)}
                at = told["offset"]
            else:
                at = client.add(path, at, part)
        if dice.random() < 0.5:  # while it is put together
            kills += 1
            home.stop("server")
            serve(home)
        _let_leases_end(home)
        until(partial(client.is_ready, path), f"{name} is not there.")
    with home.session() as session:
        found = session.execute(select(StoredFile.name, StoredFile.sha256)).all()
        assert sorted(found) == sorted(expected.items())
        assert session.scalars(select(UploadPart)).all() == []


def _let_leases_end(home: House) -> None:
    """As if half a minute had passed since the worker was killed."""
    with home.session() as session:
        taken = update(Job).where(Job.name == "uploads.finish").values(due_at=clock.now())
        session.execute(taken.execution_options(synchronize_session=False))
        session.commit()
