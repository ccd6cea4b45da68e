from decimal import Decimal

import pytest

from portal.agreements.targets import (
    TARGETS,
    Severity,
    baseline,
    first_response,
    next_update,
    own_targets,
    targets_with,
)
from portal.base.words import Refused


def test_the_defaults_are_the_plans() -> None:
    targets = targets_with({})

    assert [targets[first_response(it)] for it in Severity] == [30, 60, 120, 480]
    assert [targets[next_update(it)] for it in Severity] == [6, 12, 48, 120]
    assert targets["cut_off"] == 15 * 60
    assert [targets[key] for key in ("return_window", "dead_on_arrival", "reopening")] == [
        10,
        30,
        30,
    ]
    assert targets["true_up"] == 5


def test_an_agreement_keeps_only_what_it_sets_itself() -> None:
    stated = targets_with({"first_response_critical": 15})

    own = own_targets(stated)

    assert own == {"first_response_critical": 15}
    assert targets_with(own) == stated


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cut_off", 1440),
        ("true_up", 101),
        ("true_up", 0),
        ("reopening", -1),
        ("reopening", 99999),
        ("first_response_low", 0),
        ("next_update_high", 0),
        ("return_window", 0),
    ],
)
def test_what_no_target_can_be_is_refused_at_its_field(key: str, value: int) -> None:
    with pytest.raises(Refused) as refusal:
        own_targets({key: value})

    assert refusal.value.field == key


def test_every_target_has_words() -> None:
    assert all(target.label for target in TARGETS.values())


@pytest.mark.parametrize(
    ("agreed", "headroom", "expected"),
    [
        (100, "5", "105"),
        (34, "5", "35.7"),
        (0, "5", "0"),
        (1, "5", "1.05"),
        (1000, "5", "1050"),
        (100, "0", "100"),
        (200, "2.5", "205"),
        (3, "12.25", "3.3675"),
    ],
)
def test_the_baseline_is_exact(agreed: int, headroom: str, expected: str) -> None:
    assert baseline(agreed, Decimal(headroom)) == Decimal(expected)
    assert "E" not in str(baseline(agreed, Decimal(headroom)))
