import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from argon2 import PasswordHasher

from portal.accounts import hashing
from portal.accounts.hashing import Busy, hash_of_password, is_outdated, matches, turn


def test_hashes_are_argon2id_and_dear_enough() -> None:
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", hash_of_password("x"))

    assert found
    memory, time_cost, lanes = map(int, found.groups())
    assert (memory >= 19 * 1024, time_cost >= 2, lanes) == (True, True, 1)


def test_every_character_of_a_password_counts() -> None:
    long = "a" * 71
    hashed = hash_of_password(long + "1")

    assert matches(hashed, long + "1")
    assert not matches(hashed, long + "2")
    assert not matches(hashed, long)


def test_a_letter_is_itself_however_the_keyboard_makes_it() -> None:
    assert matches(hash_of_password("bl\N{LATIN SMALL LETTER A WITH RING ABOVE}"), "bla\u030a")


@pytest.mark.parametrize("stored", ["", "no hash at all"])
def test_nothing_matches_what_is_no_hash(stored: str) -> None:
    assert not matches(stored, "")
    assert not matches(stored, stored)


def test_hashes_of_weaker_parameters_are_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))
    assert not is_outdated(hash_of_password("x"))


def test_one_is_served_a_few_wait_and_the_rest_are_turned_away() -> None:
    let_go, served = Event(), 0

    def take() -> str:
        try:
            with turn():
                let_go.wait(10)
                return "served"
        except Busy:
            return "turned away"

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(take) for _ in range(8)]
        while sum(each.done() for each in waiting) < 8 - hashing._WAITING - 1:
            time.sleep(0.01)
        let_go.set()
        told = [each.result() for each in waiting]
    served = told.count("served")

    assert (served, len(told) - served) == (hashing._WAITING + 1, 8 - hashing._WAITING - 1)
