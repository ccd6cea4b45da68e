from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.words import Refused
from portal.base.workdays import Workdays
from portal.catalogue.models import Category
from portal.replacements.addresses import Address, checked
from portal.replacements.faults import CHECKS, FAULTS, MOST_CHECKS, Fault, tried_of
from portal.replacements.of_request import goes_to
from portal.replacements.rules import (
    CALLED_OFF,
    NEXT,
    Barred,
    Candidate,
    Liability,
    ReturnStage,
    Stage,
    approves_itself,
    barred,
    checked_tracking_number,
    is_over,
    may_go,
    return_due,
    return_stage,
)
from portal.service_requests.rules import Status

OFF = frozenset({(12, 24), (12, 31)})
HERE = Address(
    recipient="Ola Hansen",
    phone="22 22 22 22",
    street="Storgata 1",
    postal_code="0155",
    city="Oslo",
)


def test_nothing_is_shipped_that_nobody_approved_and_nothing_twice() -> None:
    ways_to_shipped = {before for before in Stage if may_go(before, Stage.SHIPPED)}

    assert ways_to_shipped == {Stage.APPROVED}
    assert not any(may_go(after, Stage.APPROVED) for after in set(Stage) - {Stage.REQUESTED})


def test_what_is_shipped_cannot_be_called_off() -> None:
    allowed = {before for before in Stage if any(may_go(before, it) for it in CALLED_OFF)}

    assert allowed == {Stage.REQUESTED, Stage.APPROVED}


@pytest.mark.parametrize("kind", [Stage, ReturnStage, Liability])
def test_no_track_goes_to_another_tracks_states(kind: Any) -> None:
    assert {type(after) for before in kind for after in NEXT.get(before, ())} == {kind}


def test_overdue_is_no_state_that_one_goes_to() -> None:
    assert not any(may_go(before, ReturnStage.OVERDUE) for before in ReturnStage)


def test_it_is_over_when_both_parcels_arrived_and_no_money_is_open() -> None:
    open_money = {Liability.AT_RISK, Liability.CHARGED}
    for stage, returned, money in product(Stage, ReturnStage, Liability):
        arrived = stage is Stage.DELIVERED
        back = returned in {ReturnStage.RECEIVED, ReturnStage.DESTROYED}
        let_go = returned is ReturnStage.NOT_DUE and money in {Liability.SETTLED, Liability.WAIVED}
        both = arrived and (back or let_go)
        expected = stage in CALLED_OFF or (both and money not in open_money)
        assert is_over(stage, returned, money) == expected


def test_the_day_of_the_deadline_is_in_time_and_the_next_is_not() -> None:
    due = date(2026, 12, 7)

    assert return_stage(ReturnStage.LABEL_READY, due, due) is ReturnStage.LABEL_READY
    late = return_stage(ReturnStage.LABEL_READY, due, date(2026, 12, 8))
    assert late is ReturnStage.OVERDUE


@pytest.mark.parametrize("stage", [it for it in ReturnStage if it is not ReturnStage.LABEL_READY])
def test_only_what_still_lies_with_the_customer_is_overdue(stage: ReturnStage) -> None:
    assert return_stage(stage, date(2026, 12, 7), date(2027, 1, 1)) is stage
    assert return_stage(stage, None, date(2027, 1, 1)) is stage


def test_the_return_window_is_in_business_days_from_delivery() -> None:
    norway = Workdays("NO", OFF)

    assert return_due(date(2026, 11, 23), 10, norway) == date(2026, 12, 7)
    assert return_due(date(2026, 12, 18), 10, norway) == date(2027, 1, 7)


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (Candidate(covered=True), None),
        (Candidate(covered=False), Barred.NOT_COVERED),
        (Candidate(covered=True, in_use=False), Barred.NOT_IN_USE),
        (Candidate(covered=True, open_replacements=1), Barred.BEING_REPLACED),
        (Candidate(covered=False, open_replacements=1), Barred.BEING_REPLACED),
        (Candidate(covered=True, number=3, open_replacements=2), None),
        (Candidate(covered=True, number=3, open_replacements=3), Barred.NONE_LEFT),
        (Candidate(covered=True, number=3, open_replacements=1, asked=2), None),
        (Candidate(covered=True, number=3, open_replacements=1, asked=3), Barred.TOO_MANY),
        (Candidate(covered=False, number=3), Barred.NOT_COVERED),
    ],
)
def test_a_device_is_replaced_that_is_covered_in_use_and_not_being_replaced(
    candidate: Candidate, reason: Barred | None
) -> None:
    assert barred(candidate) is reason


def test_so_many_a_week_approve_themselves_and_the_next_one_does_not() -> None:
    assert [approves_itself(before, 2) for before in range(4)] == [True, True, False, False]
    assert not approves_itself(0, 0)
    assert approves_itself(0, 20, 20)
    assert not approves_itself(1, 20, 20)


@pytest.mark.parametrize("category", Category)
def test_every_category_has_faults_and_the_last_is_something_else(category: Category) -> None:
    assert FAULTS[category][-1] is Fault.OTHER
    assert len(set(FAULTS[category])) == len(FAULTS[category])


def test_no_fault_has_more_checks_than_people_have_patience_for() -> None:
    assert set(CHECKS) == set(Fault)
    assert max(len(checks) for checks in CHECKS.values()) == MOST_CHECKS
    assert {fault for faults in FAULTS.values() for fault in faults} == set(Fault)


def test_what_was_tried_is_told_in_words() -> None:
    assert tried_of(Fault.POWER, [1]) == ["Tried another socket"]
    assert tried_of(Fault.BROKEN, [0, 7]) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("  70 730 259 ", "70730259"), ("ab-1234", "AB-1234"), ("370722\t1234", "3707221234")],
)
def test_a_tracking_number_is_read_as_a_scanner_sends_it(text: str, number: str) -> None:
    assert checked_tracking_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "  ", "å12", "12;34", "1" * 41, "--", "<b>", "X1", "12-3-45", "RMA-1000015", "rma1000015"],
)
def test_garbage_is_no_tracking_number(text: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_tracking_number(text)
    assert refused.value.field == "tracking_number"


@given(st.text(max_size=60))
def test_whatever_is_scanned_is_a_tracking_number_or_refused(text: str) -> None:
    try:
        number = checked_tracking_number(text)
    except Refused:
        return
    assert number.isascii()
    assert checked_tracking_number(number) == number


def test_an_address_is_tidied() -> None:
    typed = {"street": " Storgata  1 \n\n 3. etg ", "postal_code": "N-0155"}
    told = replace(HERE, **typed)

    assert checked(told).street == "Storgata 1\n3. etg"
    assert (checked(told).postal_code, checked(told).phone) == ("0155", "+4722222222")


def test_the_postal_code_tells_its_place() -> None:
    assert checked(replace(HERE, postal_code="8611", city="")).city == "Mo i Rana"
    abroad = replace(HERE, country="SE", postal_code="114 55", city="Stockholm")
    assert checked(abroad).city == "Stockholm"
    with pytest.raises(Refused) as refused:
        checked(replace(abroad, city=""))
    assert refused.value.field == "city"


def test_a_phone_abroad_is_one_too() -> None:
    assert checked(replace(HERE, phone="+46 8 123 456 78")).phone == "+46812345678"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", " "),
        ("phone", ""),
        ("phone", "12"),
        ("street", ""),
        ("street", "Storgata"),
        ("postal_code", ""),
        ("postal_code", "155"),
        ("postal_code", "0000"),
        ("postal_code", "5003"),  # which is in Bergen, and not in Oslo
        ("city", "O" * 81),
    ],
)
def test_where_no_parcel_arrives_is_refused_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(replace(HERE, **{field: value}))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("status", "stages", "after"),
    [
        (Status.IN_PROGRESS, [Stage.REQUESTED], None),
        (Status.IN_PROGRESS, [Stage.REQUESTED, Stage.APPROVED], Status.REPLACEMENT),
        (Status.WAITING_FOR_CUSTOMER, [Stage.APPROVED], Status.REPLACEMENT),
        (Status.REPLACEMENT, [Stage.SHIPPED], None),
        (Status.REPLACEMENT, [Stage.DELIVERED, Stage.IN_TRANSIT], None),
        (Status.REPLACEMENT, [Stage.DELIVERED, Stage.CANCELED], Status.SOLUTION_PROPOSED),
        (Status.REPLACEMENT, [Stage.CANCELED, Stage.DECLINED], Status.IN_PROGRESS),
        (Status.REPLACEMENT, [Stage.REQUESTED], None),
        (Status.SOLUTION_PROPOSED, [Stage.DELIVERED], None),
        (Status.SOLVED, [Stage.APPROVED], None),
        (Status.CLOSED, [Stage.DELIVERED], None),
    ],
)
def test_a_request_goes_on_with_its_replacements(
    status: Status, stages: list[Stage], after: Status | None
) -> None:
    assert goes_to(status, stages) is after
