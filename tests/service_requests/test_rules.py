from datetime import UTC, date, datetime

import pytest

from portal.agreements.targets import Severity
from portal.base.words import Refused
from portal.service_requests.rules import (
    OPEN,
    PAUSED,
    RUNNING,
    STOPPED,
    Ball,
    Status,
    Who,
    ball_of,
    goes_on_to,
    may_go,
    milder,
    move,
    one_line,
    reopened_until,
    whole_text,
)

S, W = Status, Who
BALLS = {
    S.NEW: Ball.US,
    S.IN_PROGRESS: Ball.US,
    S.WAITING_FOR_CUSTOMER: Ball.CUSTOMER,
    S.WAITING_FOR_CLOUD_PARTNER: Ball.CLOUD_PARTNER,
    S.WAITING_FOR_DEVELOPMENT: Ball.US,
    S.REPLACEMENT: Ball.US,
    S.SOLUTION_PROPOSED: Ball.CUSTOMER,
    S.SOLVED: Ball.NOBODY,
    S.CLOSED: Ball.NOBODY,
    S.CANCELED: Ball.NOBODY,
}


def test_every_status_says_who_has_the_ball_and_whether_clocks_run() -> None:
    assert {status: ball_of(status) for status in Status} == BALLS
    assert frozenset(Status) == RUNNING | PAUSED | STOPPED
    assert len(RUNNING) + len(PAUSED) + len(STOPPED) == len(Status)
    assert {S.NEW, S.IN_PROGRESS, S.WAITING_FOR_DEVELOPMENT} == RUNNING
    assert frozenset(Status) - OPEN == {S.SOLVED, S.CLOSED, S.CANCELED}


def test_the_customer_answers_accepts_closes_and_opens_again() -> None:
    moves = {before: set(goes_on_to(before, W.CUSTOMER)) for before in Status}
    assert moves == {status: {S.CLOSED} for status in OPEN} | {
        S.WAITING_FOR_CUSTOMER: {S.IN_PROGRESS, S.CLOSED},
        S.SOLUTION_PROPOSED: {S.IN_PROGRESS, S.SOLVED, S.CLOSED},
        S.SOLVED: {S.IN_PROGRESS, S.CLOSED},
        S.CLOSED: {S.IN_PROGRESS},
        S.CANCELED: set(),
    }


def test_staff_move_what_is_open_anywhere_and_what_is_over_only_back() -> None:
    for before in OPEN:
        assert set(goes_on_to(before, W.STAFF)) == set(Status) - {S.NEW, before}
    assert goes_on_to(S.SOLVED, W.STAFF) == [S.IN_PROGRESS, S.CLOSED]
    assert goes_on_to(S.CLOSED, W.STAFF) == [S.IN_PROGRESS]
    assert goes_on_to(S.CANCELED, W.STAFF) == []


def test_by_itself_a_request_waits_for_a_new_device_or_goes_towards_its_end() -> None:
    moves = [(a, b) for a in Status for b in Status if may_go(a, b, W.PORTAL)]
    assert {a for a, b in moves if b is S.REPLACEMENT} == OPEN - {S.REPLACEMENT}
    assert [move for move in moves if move[1] is not S.REPLACEMENT] == [
        (S.REPLACEMENT, S.IN_PROGRESS),  # all of its replacements were called off
        (S.REPLACEMENT, S.SOLUTION_PROPOSED),
        (S.SOLUTION_PROPOSED, S.SOLVED),
        (S.SOLVED, S.CLOSED),
    ]


@pytest.mark.parametrize("who", Who)
def test_what_may_not_be_is_refused(who: Who) -> None:
    for before in Status:
        assert not may_go(before, before, who)
        assert not may_go(before, S.NEW, who)
        with pytest.raises(Refused) as refused:
            move(before, S.NEW, who)
        assert refused.value.field == "status"


def test_a_workaround_makes_it_one_step_less_bad() -> None:
    assert [milder(it) for it in Severity] == [
        Severity.HIGH,
        Severity.MEDIUM,
        Severity.LOW,
        Severity.LOW,
    ]


def test_days_to_reopen_are_those_of_the_calendar_in_norway() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # half past midnight in Oslo
    assert reopened_until(late, 30) == date(2026, 4, 1)


def test_a_line_is_a_line() -> None:
    assert one_line(" send\n\tloggfil\u202e\0 ", field="x", most=20) == "send loggfil"
    with pytest.raises(Refused) as refused:
        one_line("x" * 21, field="x", most=20)
    assert refused.value.values == {"most": 20}
    with pytest.raises(Refused, match="Tell"):
        one_line(" \u200b ", field="x", most=20, missing="Tell.")


def test_a_text_keeps_its_lines_and_its_letters() -> None:
    assert whole_text(" a\r\nb\rc\td\0\u202e 👩\u200d🔧 ", field="x") == "a\nb\nc    d 👩\u200d🔧"
    with pytest.raises(Refused):
        whole_text("x" * 50_001, field="x")
