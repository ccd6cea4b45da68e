from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from portal.replacements.models import COLUMNS
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from portal.replacements.tracks import tracks_of

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def told(track: Track, *states: str, due_on: date | None = None, **standing: Any) -> list[Any]:
    """The track of a replacement that went through these states: what, whether, where it is."""
    fields = {"stage": Stage.REQUESTED, "returned": ReturnStage.NOT_DUE}
    it = SimpleNamespace(
        **fields | {"liability": Liability.NONE, "retain_and_destroy": False} | standing,
        return_due_on=due_on,
        part_id=None,
    )
    it.standing = lambda which: getattr(it, COLUMNS[which])
    steps: Any = [SimpleNamespace(track=track, state=state, at=NOON) for state in states]
    return [
        (step.state.value, "now" if step.current else "done" if step.done else "")
        for step in tracks_of(it, steps, today=TODAY)[track]
    ]


def test_what_happened_comes_first_then_where_it_stands_then_what_is_left() -> None:
    assert told(Track.REPLACEMENT, "requested", "approved", stage=Stage.APPROVED) == [
        ("requested", "done"),
        ("approved", "now"),
        ("shipped", ""),
        ("in_transit", ""),
        ("delivered", ""),
    ]


@pytest.mark.parametrize("stage", [Stage.DECLINED, Stage.CANCELED])
def test_of_what_is_called_off_nothing_is_left(stage: Stage) -> None:
    assert told(Track.REPLACEMENT, "requested", stage.value, stage=stage) == [
        ("requested", "done"),
        (stage.value, "now"),
    ]
    assert told(Track.RETURN, stage=stage) == [("not_due", "now")]


def test_a_step_that_was_skipped_is_not_said_to_have_happened() -> None:
    states = ("requested", "approved", "shipped", "delivered")
    assert told(Track.REPLACEMENT, *states, stage=Stage.DELIVERED) == [
        ("requested", "done"),
        ("approved", "done"),
        ("shipped", "done"),
        ("delivered", "now"),
    ]


def test_what_lies_ready_for_pickup_is_delivered_next() -> None:
    found = told(Track.REPLACEMENT, "requested", stage=Stage.READY_FOR_PICKUP)

    assert found[-2:] == [("ready_for_pickup", "now"), ("delivered", "")]


def test_a_return_whose_day_is_past_stands_there() -> None:
    ready = {"returned": ReturnStage.LABEL_READY}
    late = told(Track.RETURN, "label_ready", due_on=date(2026, 11, 19), **ready)
    in_time = told(Track.RETURN, "label_ready", due_on=TODAY, **ready)

    left = [("under_way", ""), ("received", "")]
    assert late == [("not_due", "done"), ("label_ready", "done"), ("overdue", "now"), *left]
    assert in_time == [("not_due", "done"), ("label_ready", "now"), *left]


def test_who_keeps_the_device_is_told_of_no_return_and_no_money() -> None:
    keeps: Any = {"retain_and_destroy": True, "stage": Stage.DELIVERED}

    assert told(Track.RETURN, **keeps) == [("not_due", "now"), ("destroyed", "")]
    assert told(Track.LIABILITY, **keeps) == [("none", "now")]


def test_the_money_is_at_risk_until_it_is_settled_or_waived() -> None:
    assert told(Track.LIABILITY, "at_risk", liability=Liability.AT_RISK) == [
        ("none", "done"),
        ("at_risk", "now"),
        ("settled", ""),
    ]
    waived = told(Track.LIABILITY, "at_risk", "waived", liability=Liability.WAIVED)
    assert waived == [("none", "done"), ("at_risk", "done"), ("waived", "now")]


@pytest.mark.parametrize("ended", [Liability.SETTLED, Liability.WAIVED])
def test_that_nothing_is_to_be_sent_back_any_more_is_said_once(ended: Liability) -> None:
    states = ("label_ready", "not_due")
    assert told(Track.RETURN, *states, stage=Stage.DELIVERED, liability=ended) == [
        ("label_ready", "done"),
        ("not_due", "now"),
    ]
