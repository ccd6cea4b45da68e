"""How often something may be tried: counted in Redis when there are several processes, else here.

A bucket is full when so much was tried within its time; each try leaves it again when that time
has passed, so nobody can use two windows' worth at a border between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil
from time import time
from typing import cast

from flask import Flask, current_app
from limits import RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from portal.base import clock
from portal.web.formats import date_and_time, time_of_day
from portal.web.locale import gettext as _


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many tries in so many seconds, of one kind and for one key."""

    kind: str
    tries: int
    seconds: int
    key: str = ""

    def of(self, key: object) -> "Bucket":
        """The same limit, for one address or person. Keys are stored hashed."""
        return Bucket(self.kind, self.tries, self.seconds, sha256(str(key).encode()).hexdigest())

    @property
    def item(self) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(self.tries, self.seconds, self.kind)


class Limits:
    def __init__(self, url: str) -> None:
        self._window = MovingWindowRateLimiter(storage_from_string(url or "memory://"))

    def wait(self, buckets: Iterable[Bucket]) -> int:
        """How many seconds until there is room in all of them; 0 when there is room now."""
        return max((self._wait(bucket) for bucket in buckets), default=0)

    def count(self, buckets: Iterable[Bucket]) -> None:
        for bucket in buckets:
            self._window.hit(bucket.item, bucket.key)

    def _wait(self, bucket: Bucket) -> int:
        if self._window.test(bucket.item, bucket.key):
            return 0
        reset = self._window.get_window_stats(bucket.item, bucket.key).reset_time
        return max(1, ceil(reset - time()))


def too_many(wait: int) -> str:
    """A sentence that says when to try again; to the minute, and never too early."""
    moment = clock.now() + timedelta(seconds=wait)
    if moment.second or moment.microsecond:
        moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if clock.day_of(moment) == clock.today():
        return _("Too many attempts. Try again at %(time)s.", time=time_of_day(moment))
    return _("Too many attempts. Try again on %(day)s.", day=date_and_time(moment))


def init_app(app: Flask, url: str = "") -> None:
    app.extensions["limits"] = Limits(url)


def limits() -> Limits:
    return cast(Limits, current_app.extensions["limits"])
