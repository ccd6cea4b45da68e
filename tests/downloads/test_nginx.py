"""A file that nginx sends on our word: whole, in parts, resumed, and nobody's who may not have it.

By the configuration that README has, in nginx itself.
"""

import http.client
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.http import http_date, parse_options_header

from portal.base import clock
from portal.base.file_store import FileStore
from portal.web.downloads import repr_digest
from tests import databases
from tests.conftest import SETTINGS, SignInAs
from tests.downloads.conftest import CONTENT, World
from tests.factories import make_account, make_user
from tests.nginx import behind_nginx, find_nginx

CUTS = 500 if os.environ.get("PORTAL_TEST_ALL") == "1" else 20
MISSING = "No nginx: install it to run what it is tried with."
Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Front:
    """nginx before the portal, and the cookie of one who has signed in."""

    port: int
    cookie: str
    path: str

    def ask(self, *, method: str = "GET", most: int | None = None, **headers: str) -> Answer:
        """What is answered; of the body so many bytes, and then the line is cut."""
        sent = {name.replace("_", "-"): it for name, it in headers.items()}
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=60)) as line:
            line.request(method, self.path, headers=sent | {"Cookie": self.cookie})
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read(most)


@pytest.fixture
def port(tmp_path: Path, database_url: str, files: FileStore) -> Iterator[int]:
    if not find_nginx() and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if not find_nginx():
        pytest.skip(MISSING)
    settings = replace(
        SETTINGS,
        database_url=databases.as_application(database_url),
        storage_url=(tmp_path / "files").as_uri(),
    )
    with behind_nginx(settings, tmp_path) as (port, _):
        yield port


@pytest.fixture
def front(world: World, port: int) -> Front:
    cookie = world.kari_browses.get_cookie("session")
    assert cookie
    it = world.publish("7.2.0", name="Fastvare på Østlandet.zip")
    path = f"/downloads/releases/{it.reference}/file"
    return Front(port, f"session={cookie.value}", path)


def test_nginx_sends_what_the_portal_says_and_goes_on_where_it_was_cut(front: Front) -> None:
    """In one go: two servers take their time to start."""
    sends_the_file_with_our_name_and_hash(front)
    sends_one_part_or_the_whole(front)
    goes_on_where_it_was_cut(front)


def sends_the_file_with_our_name_and_hash(front: Front) -> None:
    status, told, body = front.ask()

    assert (status, body) == (200, CONTENT)
    assert told["ETag"] == f'"{sha256(CONTENT).hexdigest()}"'
    assert told["Repr-Digest"] == repr_digest(sha256(CONTENT).hexdigest())
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Content-Security-Policy"].startswith("sandbox")
    assert "Last-Modified" not in told
    assert "X-Accel-Redirect" not in told
    _, names = parse_options_header(told["Content-Disposition"])
    assert names["filename"] == "Fastvare på Østlandet.zip"
    head = front.ask(method="HEAD")
    assert (head[0], head[1]["Content-Length"], head[2]) == (200, str(len(CONTENT)), b"")


PARTS = [
    ({"Range": "bytes=100-199"}, 206, CONTENT[100:200]),
    ({"Range": "bytes=100-199", "If_Range": "ours"}, 206, CONTENT[100:200]),
    ({"Range": "bytes=100-199", "If_Range": '"of another file"'}, 200, CONTENT),
    ({"Range": "bytes=100-199", "If_Range": "now"}, 200, CONTENT),
    ({"Range": "bytes=-7"}, 206, CONTENT[-7:]),
    ({"Range": f"bytes={len(CONTENT)}-"}, 416, None),
    ({"Range": "bytes=0-1,5-6"}, 200, CONTENT),
    ({"Range": "bytes=" + ",".join(f"{at}-{at}" for at in range(1000))}, 200, CONTENT),
    ({"If_None_Match": "ours"}, 304, b""),
]


def sends_one_part_or_the_whole(front: Front) -> None:
    values = {
        "ours": f'"{sha256(CONTENT).hexdigest()}"',
        "now": http_date(clock.now().replace(microsecond=0)),
    }
    for headers, status, body in PARTS:
        told: dict[str, Any] = {name: values.get(it, it) for name, it in headers.items()}

        answer = front.ask(**told)

        assert (answer[0], headers) == (status, headers)
        assert body is None or answer[2] == body


def goes_on_where_it_was_cut(front: Front) -> None:
    chance = Random(6)
    for _ in range(CUTS // 10):
        got, tag = b"", ""
        for _cut in range(10):
            more = {"Range": f"bytes={len(got)}-", "If_Range": tag} if got else {}
            _, told, body = front.ask(most=chance.randrange(1, len(CONTENT) // 11), **more)
            got, tag = got + body, told["ETag"]
        got += front.ask(Range=f"bytes={len(got)}-", If_Range=tag)[2]
        assert sha256(got).hexdigest() == tag.strip('"')


def test_nobody_reads_the_folder_past_the_portal(
    session: Session, front: Front, sign_in: SignInAs
) -> None:
    stranger = replace(front, cookie="")
    inside = replace(front, path="/files-of-the-portal/files/")
    uncovered = sign_in(make_user(session, account=make_account(session, "Andre AS")))
    cookie = uncovered.get_cookie("session")
    assert cookie

    assert CONTENT not in stranger.ask()[2]
    assert inside.ask()[0] == 404
    assert replace(front, cookie=f"session={cookie.value}").ask()[0] == 403
