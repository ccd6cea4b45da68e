"""Passwords, stored as Argon2id hashes and compared one at a time.

A hash takes 32 MiB and about 70 ms of one core. Without a limit, a burst of guesses would stop the
machine: so one is worked on at a time in each process, a few wait, and the rest are asked to come
back. Those who wait hold a thread each, which is why they are few.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_nobodys_hash = _hasher.hash(secrets.token_urlsafe())
_WAITING = 3


class Busy(Exception):
    """So many passwords are being compared that this one will not be waited for."""

    retry_after = 5  # seconds


class _Counter:
    """One is served, a few wait in line, the rest are turned away."""

    def __init__(self, waiting: int) -> None:
        self._serving, self._guard, self._inside, self._room = Lock(), Lock(), 0, waiting + 1

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._guard:
            if self._inside >= self._room:
                raise Busy
            self._inside += 1
        try:
            with self._serving:
                yield
        finally:
            with self._guard:
                self._inside -= 1


_counter = _Counter(_WAITING)
turn = _counter.turn


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. Strangers cost one hash too: time tells nothing."""
    try:
        return _hasher.verify(password_hash or _nobodys_hash, _bytes(password)) and bool(
            password_hash
        )
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than new ones are."""
    return _hasher.check_needs_rehash(password_hash)


def hash_password(password: str) -> str:
    """For those who wait for their turn here."""
    with turn():
        return hash_of_password(password)


def hash_of_password(password: str) -> str:
    """For those whose `turn` it is."""
    return _hasher.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # An å typed on one keyboard can be two code points on another.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
