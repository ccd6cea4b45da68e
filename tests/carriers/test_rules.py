from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.words import Refused
from portal.carriers.rules import (
    LONGEST_PAUSE,
    MOST_EVENTS,
    Event,
    Status,
    checked_template,
    in_trouble,
    is_handed_in,
    link_to,
    pause,
    plain,
    stage_told,
    within_time,
)
from portal.replacements.rules import Stage

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float, status: Status = Status.IN_TRANSIT, **told: str) -> Event:
    return Event(at=NOON + hours * HOUR, status=status, code=status.upper(), **told)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], None),
        ([at(0, Status.REGISTERED)], None),
        ([at(0, Status.OTHER), at(1, Status.DEVIATION)], None),
        ([at(0, Status.HANDED_IN)], Stage.IN_TRANSIT),
        ([at(2, Status.READY_FOR_PICKUP), at(1)], Stage.READY_FOR_PICKUP),
        ([at(1, Status.READY_FOR_PICKUP), at(2)], Stage.IN_TRANSIT),
        ([at(1, Status.DELIVERED), at(2)], Stage.DELIVERED),
        ([at(1, Status.ATTEMPTED)], Stage.IN_TRANSIT),
    ],
)
def test_the_last_event_by_its_own_time_says_the_stage(
    events: list[Event], expected: Stage | None
) -> None:
    told = stage_told(events)
    assert (told and told[0]) == expected


def test_what_was_delivered_first_counts() -> None:
    told = stage_told([at(5, Status.DELIVERED), at(1, Status.DELIVERED)])
    assert told == (Stage.DELIVERED, NOON + 5 * HOUR) or told == (Stage.DELIVERED, NOON + HOUR)
    assert stage_told(sorted([at(5, Status.DELIVERED), at(1, Status.DELIVERED)], key=when)) == (
        Stage.DELIVERED,
        NOON + HOUR,
    )


def when(it: Event) -> datetime:
    return it.at


@given(st.permutations([at(h, s) for h, s in enumerate(Status)]))
def test_the_order_in_which_events_come_changes_nothing(events: list[Event]) -> None:
    since, now = NOON - HOUR, NOON + timedelta(days=2)
    assert within_time(events, since=since, until=None, now=now) == sorted(events, key=when)
    assert in_trouble(events) == in_trouble(sorted(events, key=when))


def test_only_the_time_of_the_parcel_is_its_own() -> None:
    told = [at(-1), at(0), at(5), at(10), at(100)]
    ours = within_time(told, since=NOON, until=NOON + 10 * HOUR, now=NOON + 20 * HOUR)
    assert ours == [at(0), at(5)]
    ahead = within_time(told, since=NOON, until=None, now=NOON + 20 * HOUR)
    assert ahead == [at(0), at(5), at(10)]  # what is days ahead has not happened


def test_the_same_is_known_again_in_whichever_words() -> None:
    told = [at(1, text="Innlevert"), at(1, text="Handed in"), at(1, place="OSLO")]
    assert len(within_time(told, since=NOON, until=None, now=NOON + 5 * HOUR)) == 2


def test_of_very_many_the_newest_are_kept() -> None:
    told = [at(minute / 60) for minute in range(5 * MOST_EVENTS)]
    kept = within_time(told, since=NOON, until=None, now=NOON + 50 * HOUR)
    assert kept == told[-MOST_EVENTS:]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], False),
        ([Status.DEVIATION], True),
        ([Status.DEVIATION, Status.IN_TRANSIT], False),
        ([Status.DEVIATION, Status.OTHER], True),
        ([Status.SENT_BACK, Status.IN_TRANSIT], True),
        ([Status.DEVIATION, Status.DELIVERED], False),
    ],
)
def test_somebody_should_look_at_what_goes_wrong(statuses: list[Status], expected: bool) -> None:
    assert in_trouble([at(hour, it) for hour, it in enumerate(statuses)]) is expected


def test_a_label_that_was_made_is_not_handed_in() -> None:
    assert not is_handed_in([at(0, Status.REGISTERED), at(1, Status.OTHER)])
    assert is_handed_in([at(0, Status.REGISTERED), at(1, Status.HANDED_IN)])


def test_pauses_double_up_to_a_limit() -> None:
    first = timedelta(minutes=10)
    assert [pause(first, tries) for tries in range(4)] == [first * 2**it for it in range(4)]
    assert pause(first, 10**9) == LONGEST_PAUSE
    assert pause(timedelta(days=1), 3) == timedelta(days=1)


@pytest.mark.parametrize("text", [None, 7, {"a": 1}, ["x"], ""])
def test_what_is_no_text_is_none(text: object) -> None:
    assert plain(text, "text") == ""


def test_a_text_is_one_line_of_what_can_be_seen() -> None:
    assert plain("  Pakken\n er\x00 her\u202e ", "text") == "Pakken er her"
    assert len(plain("x" * 10_000, "place")) == 80


@pytest.mark.parametrize(
    "link",
    [
        "http://example.com/{number}",
        "https://example.com/",
        "https://{number}.example.com/",
        "https://example.com{number}/",
        "https://a:b@example.com/{number}",
        "https://localhost/{number}",
        "javascript:alert({number})",
        "https://example.com/ {number}",
        "https://exämple.com/{number}",
    ],
)
def test_a_link_leads_where_it_says(link: str) -> None:
    with pytest.raises(Refused):
        checked_template(link)


def test_a_number_cannot_leave_its_place_in_a_link() -> None:
    template = checked_template(" https://track.example.com/find?id={number}&x=1 ")
    assert link_to(template, "1/../2?&#å") == (
        "https://track.example.com/find?id=1%2F..%2F2%3F%26%23%C3%A5&x=1"
    )
    assert checked_template("  ") == ""
