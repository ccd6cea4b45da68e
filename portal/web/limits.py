"""How often something may be tried: by a person, an account, a network, and by all together.

A bucket is full when so much was tried within its time; each try leaves it again when that time
has passed, so nobody can use two windows' worth at a border between them. Tries are counted in
Redis where there is one, and else in the database. What is tried often and costs little (`light`)
is counted by each process by itself then: to write for every search would cost more than it.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from math import ceil
from time import time
from typing import cast

from flask import Flask, current_app, g, request
from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from portal.base import attempts, clock
from portal.base.attempts import Room
from portal.base.tenancy import NOBODY
from portal.web.formats import date_and_time, time_of_day
from portal.web.locale import gettext as _
from portal.web.session import SAFE_METHODS, Sessions

log = logging.getLogger("portal.limits")
KNOWN: dict[str, "Bucket"] = {}


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many tries in so many seconds, of one kind and for one key."""

    kind: str
    tries: int
    seconds: int
    key: str = ""
    light: bool = False

    def of(self, key: object) -> "Bucket":
        """The same limit, for one address or person. Keys are stored hashed."""
        return replace(self, key=sha256(str(key).encode()).hexdigest())

    @property
    def item(self) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(self.tries, self.seconds, self.kind)

    @property
    def room(self) -> Room:
        name = sha256(f"{self.kind} {self.key}".encode()).hexdigest()
        return Room(name, self.tries, self.seconds)


def limit(kind: str, tries: int, seconds: int, *, light: bool = False) -> Bucket:
    """A limit by its name, under which the setting LIMITS can state another one."""
    KNOWN[kind] = Bucket(kind, tries, seconds, light=light)
    return KNOWN[kind]


def read_limits(text: str) -> dict[str, tuple[int, int]]:
    """`sign-in per person=20/600, export in all=900/600`, as the setting has it."""
    found = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        kind, _equals, told = part.partition("=")
        tries, _slash, seconds = told.partition("/")
        if kind.strip() not in KNOWN or not (tries.strip().isdecimal() and seconds.isdecimal()):
            raise SystemExit(f"LIMITS has {part!r}; it must look like sign-in per person=10/300.")
        if not (int(tries) and int(seconds)):
            raise SystemExit(f"LIMITS has {part!r}, which would let nobody in.")
        found[kind.strip()] = int(tries), int(seconds)
    return found


class Limits:
    def __init__(self, url: str = "", *, stated: str = "") -> None:
        self._stated = read_limits(stated)
        self._redis = MovingWindowRateLimiter(storage_from_string(url)) if url else None
        self._here = MovingWindowRateLimiter(storage_from_string("memory://"))

    def wait(self, buckets: Iterable[Bucket], times: int = 1) -> int:
        """How many seconds until there is room in all of them; 0 when there is room now."""
        return self._ask(buckets, times, "wait")

    def count(self, buckets: Iterable[Bucket], times: int = 1) -> None:
        self._ask(buckets, times, "count")

    def take(self, buckets: Iterable[Bucket], times: int = 1) -> int:
        """Count a try before it is made: 0 when it may be, else how many seconds until it may.

        Of many at once, no more get through than there is room for.
        """
        return self._ask(buckets, times, "take")

    def _ask(self, buckets: Iterable[Bucket], times: int, deed: str) -> int:
        held = [self._as_stated(bucket) for bucket in buckets]
        if self._redis:
            try:
                return _in_window(self._redis, held, times, deed)
            except (RedisError, StorageError) as error:
                log.warning("Redis does not answer: tries count here. %s", type(error).__name__)
        wait = _in_window(self._here, [it for it in held if it.light], times, deed)
        heavy = [it.room for it in held if not it.light]
        return max(wait, _in_database(heavy, times, deed) if heavy else 0)

    def _as_stated(self, bucket: Bucket) -> Bucket:
        tries, seconds = self._stated.get(bucket.kind, (bucket.tries, bucket.seconds))
        return replace(bucket, tries=tries, seconds=seconds)


def _in_window(
    window: MovingWindowRateLimiter, buckets: list[Bucket], times: int, deed: str
) -> int:
    if deed == "count":
        for bucket in buckets:
            window.hit(bucket.item, bucket.key, cost=times)
        return 0
    wait = max((_left(window, bucket, times) for bucket in buckets), default=0)
    if wait or deed == "wait":
        return wait
    full = [it for it in buckets if not window.hit(it.item, it.key, cost=times)]
    return max((_left(window, bucket, times) for bucket in full), default=0)


def _left(window: MovingWindowRateLimiter, bucket: Bucket, times: int) -> int:
    if window.test(bucket.item, bucket.key, cost=times):
        return 0
    reset = window.get_window_stats(bucket.item, bucket.key).reset_time
    return max(1, ceil(reset - time()))


def _in_database(rooms: list[Room], times: int, deed: str) -> int:
    if "db" in g and request.method not in SAFE_METHODS:
        # Whoever writes already would wait for themselves. What is refused then is not counted:
        # where that matters, tries are counted before anything else.
        return _counted(g.db, rooms, times, deed)
    sessions: Sessions = current_app.extensions["sessions"]
    with sessions(scope=NOBODY) as session:
        wait = _counted(session, rooms, times, deed)
        session.commit()
    return wait


def _counted(session: Session, rooms: list[Room], times: int, deed: str) -> int:
    if deed == "wait":
        return attempts.seconds_left(session, rooms, times)
    return attempts.add(session, rooms, times, strict=deed == "take")


def network_of(address: str | None) -> str:
    """What is counted as one place: an address, or with IPv6 the 64 bits that one customer gets."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if found.version == 6 and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(found) if found.version == 4 else str(ip_network(f"{found}/64", strict=False))


def too_many(wait: int) -> str:
    """A sentence that says when to try again; to the minute, and never too early."""
    moment = clock.now() + timedelta(seconds=wait)
    if moment.second or moment.microsecond:
        moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if clock.day_of(moment) == clock.today():
        return _("Too many attempts. Try again at %(time)s.", time=time_of_day(moment))
    return _("Too many attempts. Try again on %(day)s.", day=date_and_time(moment))


def init_app(app: Flask, url: str = "", *, stated: str = "") -> None:
    app.extensions["limits"] = Limits(url, stated=stated)


def limits() -> Limits:
    return cast(Limits, current_app.extensions["limits"])
