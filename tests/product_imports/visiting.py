"""A browser without a window: it keeps cookies, fills in forms, and sends files of any size."""

import html
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode

IMPORT = "/products/import"
BUSY = ("Vi kontrollerer filen", "Vi registrerer enhetene", "Vi angrer importen")
_BOUNDARY = "----what-no-file-has-in-it"
_PART = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
_TYPED = "application/x-www-form-urlencoded"
_number = count(1)


class Answer(NamedTuple):
    status: int
    location: str
    text: str

    @property
    def seen(self) -> str:
        """What the page says, as one reads it: no tags, and one blank between words."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.text)).split())


class File(NamedTuple):
    """A file to send: its name, its bytes, and how many they are when they are made on the way."""

    name: str
    content: bytes | Iterable[bytes]
    size: int = 0


@dataclass
class Visitor:
    address: tuple[str, int]
    account_id: int
    user_id: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, form: str = IMPORT, **fields: str) -> Answer:
        """Send a form; the page it stands on is fetched for its token first."""
        return self.post_body(
            path, urlencode({"csrf_token": self.token_on(form), **fields}).encode()
        )

    def post_body(self, path: str, body: bytes) -> Answer:
        return self._ask("POST", path, body, _TYPED)

    def send(self, file: File) -> Answer:
        """Choose a file on the import page, and send it in."""
        head, tail = self.parts(file.name)
        chunks = [file.content] if isinstance(file.content, bytes) else file.content
        size = len(file.content) if isinstance(file.content, bytes) else file.size
        return self._ask(
            "POST",
            IMPORT,
            _joined(head, chunks, tail),
            f"multipart/form-data; boundary={_BOUNDARY}",
            size=len(head) + size + len(tail),
        )

    def parts(self, name: str) -> tuple[bytes, bytes]:
        """What a browser puts around a file."""
        token = f"token-{next(_number)}-{time.monotonic_ns()}"
        fields = {"csrf_token": self.token_on(IMPORT), "token": token, "pasted": ""}
        lines = [f'{_PART}"{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
        lines.append(f'{_PART}"file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n')
        return "".join(lines).encode(), f"\r\n--{_BOUNDARY}--\r\n".encode()

    def await_rest(self, path: str, seconds: float = 150) -> Answer:
        """Look at an import's page until nobody works on it."""
        end = time.monotonic() + seconds
        while True:
            shown = self.get(path)
            assert shown.status == 200, shown.seen
            if not any(busy in shown.text for busy in BUSY):
                return shown
            assert time.monotonic() < end, shown.seen
            time.sleep(0.2)

    def imported(self, file: File) -> Answer:
        """Send a file in, and see what is found in it."""
        sent = self.send(file)
        assert sent.status == 303, sent.seen
        return self.await_rest(sent.location)

    def filled_in(self, page: str) -> bytes:
        """The form of a list that is to be registered, with its sites."""
        return urlencode({"csrf_token": self.token_on(page), "create_sites": "y"}).encode()

    def request(self, method: str, path: str, body: bytes, *, size: int | None = None) -> bytes:
        """As it goes over the wire, for those who do not wait for an answer."""
        multipart = f"multipart/form-data; boundary={_BOUNDARY}"
        kind = multipart if path == IMPORT else _TYPED
        headers = self.headers() | {
            "Host": "{}:{}".format(*self.address),
            "Content-Type": kind,
            "Content-Length": str(len(body) if size is None else size),
        }
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.1\r\n{told}\r\n".encode() + body

    def headers(self) -> dict[str, str]:
        written = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": written, "Accept": "text/html", "Accept-Language": "nb"}

    def token_on(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page).text)
        assert found
        return found[1]

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        kind: str = "",
        *,
        size: int | None = None,
    ) -> Answer:
        headers = self.headers() | ({"Content-Type": kind} if kind else {})
        if size is not None:
            headers["Content-Length"] = str(size)
        connection = HTTPConnection(*self.address, timeout=120)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", ()):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            text = answer.read().decode("utf-8", "replace")
            return Answer(answer.status, answer.headers.get("Location", ""), text)
        finally:
            connection.close()


def _joined(head: bytes, chunks: Iterable[bytes], tail: bytes) -> Iterator[bytes]:
    yield head
    yield from chunks
    yield tail
