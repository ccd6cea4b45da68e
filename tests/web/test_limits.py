"""How often things may be tried: in the database, in Redis, by everyone and by each."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.base import clock
from portal.base.attempts import Attempts
from portal.base.jobs import later
from portal.web.limits import KNOWN, Bucket, Limits, network_of, read_limits
from tests.conftest import SETTINGS, SignInAs
from tests.factories import account_of, make_product, make_user

BUCKET = Bucket("trying", 3, 60).of("ola")
Travel = Callable[[timedelta], None]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A real server, started for these tests."""
    program = shutil.which("redis-server")
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("There is no redis-server here.")
    if program is None:
        pytest.skip("There is no redis-server here.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"]
    server = subprocess.Popen(told, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(params=["database", "light", "redis", "redis that is away"])
def counted(request: pytest.FixtureRequest, app: Flask) -> Iterator[tuple[Limits, Bucket]]:
    url, key = "", f"{request.node.name}"
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
    elif request.param == "redis that is away":
        url = "redis://127.0.0.1:1/0"
    with app.app_context():
        light = request.param == "light"
        yield Limits(url), Bucket("trying", 3, 60, light=light).of(key)


def test_so_many_tries_and_no_more(counted: tuple[Limits, Bucket]) -> None:
    limits, bucket = counted
    assert [limits.take([bucket]) for _ in range(3)] == [0, 0, 0]
    assert 58 <= limits.take([bucket]) <= 60
    assert 58 <= limits.wait([bucket]) <= 60
    assert limits.wait([bucket.of("another")]) == 0
    assert limits.wait([bucket.of("another")], times=4) > 0


def test_counting_fills_a_bucket_too(counted: tuple[Limits, Bucket]) -> None:
    limits, bucket = counted
    limits.count([bucket], times=2)
    assert limits.wait([bucket]) == 0
    assert limits.take([bucket], times=2) > 0
    assert limits.take([bucket]) == 0
    assert limits.wait([bucket]) > 0


def test_each_try_leaves_in_its_time_and_is_forgotten(
    app: Flask, session: Session, travel: Travel, run_jobs: Callable[..., int]
) -> None:
    with app.app_context():
        limits = Limits()
        limits.take([BUCKET])
        travel(timedelta(seconds=30))
        limits.count([BUCKET], times=2)
        assert limits.wait([BUCKET]) == 30
        travel(timedelta(seconds=30))
        assert limits.wait([BUCKET]) == 0
        assert limits.wait([BUCKET], times=2) == 30
        travel(timedelta(days=1, seconds=31))
    later(session, "retention.apply")
    session.commit()
    run_jobs(clock.now())
    assert session.query(Attempts).count() == 0


def test_of_many_at_once_no_more_get_through(app: Flask, session: Session) -> None:
    def take(_: int) -> int:
        with app.app_context():
            return Limits().take([BUCKET, Bucket("in all", 100, 60)])

    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(take, range(20)))
    assert sorted(waits)[:3] == [0, 0, 0]
    assert all(sorted(waits)[3:])


def test_names_and_addresses_are_not_stored(app: Flask, session: Session) -> None:
    with app.app_context():
        Limits().take([Bucket("sign-in per person", 3, 60).of("ola@example.com")])
    assert "ola" not in session.query(Attempts).one().bucket


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
        (None, ""),
        ("x", ""),
    ],
)
def test_an_ipv6_network_is_what_one_customer_gets(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_settings_state_other_limits(app: Flask) -> None:
    told = read_limits("sign-in per person=20/600, export in all=9/10")
    assert told == {"sign-in per person": (20, 600), "export in all": (9, 10)}
    with app.app_context():
        limits = Limits(stated="sign-in per person=1/600")
        assert limits.take([KNOWN["sign-in per person"]]) == 0
        assert limits.take([KNOWN["sign-in per person"]]) > 500


@pytest.mark.parametrize(
    "text", ["x=1/2", "export in all", "export in all=1", "export in all=-1/2",
             "export in all=0/5", "export in all=a/b"],
)  # fmt: skip
def test_limits_that_cannot_be_are_refused_at_the_start(text: str) -> None:
    with pytest.raises(SystemExit, match="LIMITS"):
        create_app(replace(SETTINGS, limits=text))


def test_readme_has_every_limit(root: Path) -> None:
    told = (root / "README.md").read_text("utf-8")
    for kind, bucket in KNOWN.items():
        assert f"| {kind} | {bucket.tries} | {bucket.seconds} |" in told


def test_a_search_in_the_header_counts_once(
    session: Session, sign_in: SignInAs, travel: Travel
) -> None:
    browser = sign_in(make_user(session))
    travel(timedelta())
    for _ in range(50):
        assert browser.get("/search?q=x", follow_redirects=True).status_code == 200
    assert browser.get("/search?q=x", follow_redirects=True).status_code == 429


@pytest.mark.parametrize(
    ("path", "times"),
    [
        ("/products/devices.csv", 30),
        ("/products?q=x", 50),
        ("/search?q=x", 50),
        ("/search?q=8G2241000001CV", 50),
    ],
)
def test_too_many_are_told_when_to_try_again(
    session: Session, sign_in: SignInAs, path: str, times: int, travel: Travel
) -> None:
    ola = make_user(session, language="nb")
    make_product(session, account=account_of(ola), serial_number="8G2241000001CV")
    browser = sign_in(ola)
    travel(timedelta())
    for _ in range(times):  # a search in the header leads on to what it finds, and is one search
        with browser.get(path, follow_redirects=True) as answer:
            assert answer.status_code < 400
    refused = browser.get(path)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Du kan prøve igjen fra" in refused.text
    other = sign_in(make_user(session))
    with other.get(path) as answer:
        assert answer.status_code < 400


def test_every_limit_is_a_setting(root: Path) -> None:
    made = [
        path.name
        for path in (root / "portal").rglob("*.py")
        if re.search(r"(?<![\w.])Bucket\(", path.read_text("utf-8"))
    ]
    assert made == ["limits.py"]
