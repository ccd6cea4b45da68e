from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.text import version_key
from portal.downloads.rules import Fleet, State, is_older, is_open, newest_first
from portal.downloads.way import way_to

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    version: str
    id: int = 1
    predecessor_id: int | None = None

    @property
    def version_key(self) -> str:
        return version_key(self.version)


@dataclass(frozen=True)
class Out:
    state: State = State.PUBLISHED
    opens_at: datetime | None = None
    staged: bool = False
    pilots: frozenset[int] = field(default_factory=frozenset)


IN_ORDER = [
    *("0216_0_0", "0225_0_0", "0225_0_1", "0225_1_0", "1000_0_0"),
]
FIRMWARE = [
    *("3.6.0.210534", "3.6.0.350035", "3.7.0", "3.8.0", "3.9.0", "3.10.0", "3.12.0.366027"),
    *("6.2.23.0202", "7.0.2.1072", "7.0.3.0515", "7.1.3.0991", "7.1.4.0200", "7.2.1.1707"),
    *("8.6.0.1321", "3861.3039.100"),
]


@pytest.mark.parametrize("order", [IN_ORDER, FIRMWARE], ids=["underscores", "points"])
def test_versions_sort_by_their_numbers(order: list[str]) -> None:
    releases = [Version(each, number) for number, each in enumerate(order, 1)]

    assert [it.version for it in newest_first(releases)] == order[::-1]
    assert all(is_older(one, Version(other)) for one, other in pairwise(order))
    assert not any(is_older(other, Version(one)) for one, other in pairwise(order))


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=5), st.sampled_from("._"))
def test_leading_zeros_change_no_order(parts: list[int], between: str) -> None:
    plain, padded = (between.join(f"{it:{how}}" for it in parts) for how in ("d", "09"))

    assert version_key(plain) == version_key(padded)


def test_the_way_goes_through_every_step_that_is_needed() -> None:
    first, second, third = (
        Version("6.2", 1),
        Version("7.0", 2, predecessor_id=1),
        Version("7.2", 3, predecessor_id=2),
    )
    known = {1: first, 2: second, 3: third}

    def way(installed: str) -> list[str]:
        return [it.version for it in way_to(third, known.get, installed).steps]

    assert way("6.0") == ["6.2", "7.0", "7.2"]
    assert way("6.2") == ["7.0", "7.2"]
    assert way("6.9") == ["7.0", "7.2"]
    assert way("7.1") == ["7.2"]
    assert way("") == ["6.2", "7.0", "7.2"]


def test_a_circle_of_steps_is_walked_once() -> None:
    known = {1: Version("1", 1, predecessor_id=2), 2: Version("2", 2, predecessor_id=1)}

    assert [it.version for it in way_to(known[2], known.get, "0").steps] == ["1", "2"]


def test_what_nobody_knows_the_version_of_is_not_behind() -> None:
    fleet = Fleet({"6.2": 3, "7.2": 2, "": 4, "?": 1})

    assert (fleet.total, fleet.behind(Version("7.2")), fleet.unknown) == (10, 3, 5)
    assert fleet.oldest() == "6.2"


@pytest.mark.parametrize(
    ("release", "told"),
    [
        (Out(), True),
        (Out(State.DRAFT), False),
        (Out(State.PROPOSED), False),
        (Out(opens_at=NOW), True),
        (Out(opens_at=NOW + timedelta(seconds=1)), False),
        (Out(staged=True), False),
        (Out(staged=True, pilots=frozenset({7, 8})), True),
        (Out(staged=True, pilots=frozenset({8})), False),
    ],
)
def test_who_is_told_of_a_release(release: Out, told: bool) -> None:
    assert is_open(release, {7}, NOW) is told
    if release.staged:
        assert not is_open(release, None, NOW)
