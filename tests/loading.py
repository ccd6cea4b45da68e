"""People who do one thing after the other, and do it again until they are told that it is done."""

import random
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from itertools import count
from json import loads
from typing import NamedTuple
from urllib.parse import urlencode

from portal.uploads.rules import SMALLEST_PART
from tests.product_imports.visiting import Answer, Visitor

NEW = "/service-requests/new"
FORM = "application/x-www-form-urlencoded"
PART = "application/offset+octet-stream"
PATIENCE = 120  # seconds, for a portal that is away to be back
_number = count(1)


class Done(NamedTuple):
    """What the portal said that it has: whose words they are, and where that led."""

    by: int
    text: str
    led_to: str
    sha256: str = ""  # of the file that went along


@dataclass
class Person:
    visitor: Visitor
    request: str  # the page of the request that all of them write in
    dice: random.Random
    over: threading.Event
    opened: list[Done] = field(default_factory=list)
    replied: list[Done] = field(default_factory=list)
    broken: int = 0  # how often no answer came to what was sent
    troubles: list[str] = field(default_factory=list)
    token: str = ""

    def open_form(self) -> None:
        self.token = self.visitor.token_on(NEW)

    def work(self) -> None:
        try:
            while not self.over.is_set():
                self.dice.choice([self.open_one, self.reply, self.reply, self.send_file])()
        except Exception as error:
            self.troubles.append(f"{type(error).__name__}: {error}")
            raise

    def open_one(self) -> None:
        text = f"Ingen lyd i rom {next(_number)}"
        told = {"about": "device", "severity": "low", "subject": text, "text": text}
        led_to = self._send(NEW, told | {"contact_name": "Kari"})
        self.opened.append(Done(self.visitor.user_id, text, led_to))

    def reply(self, *, files: str = "", sha: str = "") -> None:
        text = f"Dette er svar nummer {next(_number)}."
        led_to = self._send(f"{self.request}/replies", {"text": text, "files": files})
        self.replied.append(Done(self.visitor.user_id, text, led_to, sha))

    def send_file(self) -> None:
        """In two parts. What was acknowledged of it stays, and it goes on from there."""
        content = (self.dice.randbytes(SMALLEST_PART * 3 // 4).hex() + "\n").encode()
        told = {"purpose": "reply", "name": f"{next(_number)}.log", "size": len(content)}
        begun = loads(self._until_told("POST", "/uploads", urlencode(told).encode(), 201).text)
        path, at = begun["path"], 0
        while at < len(content):
            part = content[at : at + SMALLEST_PART]
            try:
                answer = self._ask("PATCH", path, part, **{"Upload-Offset": str(at)})
                assert answer.status == 200, answer
                at += len(part)
            except (OSError, HTTPException):
                self.broken += 1
                kept = loads(self._until_told("GET", path, b"", 200).text)["offset"]
                assert kept in {at, at + len(part)}, f"{kept} of {at} + {len(part)} is there."
                at = kept
        while loads(self._until_told("GET", path, b"", 200).text)["state"] != "ready":
            time.sleep(0.05)
        self.reply(files=begun["token"], sha=sha256(content).hexdigest())

    def _send(self, path: str, told: dict[str, str]) -> str:
        """The same form, with its one-time token, until somebody says where it led."""
        token = f"form-{next(_number):012}-{self.visitor.user_id:04}"
        form = urlencode({**told, "token": token, "csrf_token": self.token}).encode()
        return self._until_told("POST", path, form, 303).location

    def _until_told(self, method: str, path: str, body: bytes, status: int) -> Answer:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self._ask(method, path, body)
                break
            except (OSError, HTTPException) as error:
                self.broken += not isinstance(error, ConnectionRefusedError)
                assert time.monotonic() < end, "The portal is away for good."
                time.sleep(0.02)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.seen[:400]}"
        return answer

    def _ask(self, method: str, path: str, body: bytes, **more: str) -> Answer:
        headers = self.visitor.headers() | more | {"X-CSRFToken": self.token}
        headers["Content-Type"] = PART if method == "PATCH" else FORM
        if path.startswith("/uploads"):
            headers["Accept"] = "application/json"
        connection = HTTPConnection(*self.visitor.address, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()  # all of it, or it was not told
            return Answer(answer.status, answer.headers.get("Location", ""), text)
        finally:
            connection.close()
