from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.agreements.rules import (
    Coverage,
    Reason,
    Terms,
    coverage,
    coverage_of,
    covered_models,
)
from portal.catalogue.models import Category

LEAP_DAY = date(2028, 2, 29)
A_DAY = timedelta(days=1)
HEADSET, VIDEO, VOICE, QUOTE = (
    Category.HEADSET,
    Category.VIDEO,
    Category.VOICE,
    Category.QUOTE_ONLY,
)


@dataclass(frozen=True)
class Model:
    category: Category = VIDEO
    end_of_service: date | None = None
    id: int = 1


def terms(
    starts_on: date = date(2026, 1, 1),
    ends_on: date = date(2026, 12, 31),
    *categories: Category,
    number: str = "PPE-1",
    models: frozenset[int] = frozenset(),
) -> Terms:
    return Terms(
        account_id=1,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        categories=frozenset(categories or {VIDEO}),
        models=models,
    )


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2025, 12, 31), Reason.NOT_IN_FORCE),
        (date(2026, 1, 1), Reason.COVERED),
        (date(2026, 12, 31), Reason.COVERED),
        (date(2027, 1, 1), Reason.AGREEMENT_ENDED),
    ],
)
def test_the_first_and_the_last_day_of_an_agreement_are_covered(day: date, reason: Reason) -> None:
    assert coverage(Model(), [terms()], day).reason is reason


def test_a_leap_day_can_be_the_last_one() -> None:
    until_leap_day = terms(ends_on=LEAP_DAY)

    assert coverage(Model(), [until_leap_day], LEAP_DAY).until == LEAP_DAY
    assert not coverage(Model(), [until_leap_day], LEAP_DAY + A_DAY).covered
    serviced = Model(end_of_service=LEAP_DAY)
    assert coverage(serviced, [terms(ends_on=date(2030, 1, 1))], LEAP_DAY).covered
    assert not coverage(serviced, [terms(ends_on=date(2030, 1, 1))], date(2028, 3, 1)).covered


def test_after_its_end_the_agreement_that_covered_longest_is_named() -> None:
    before = terms(date(2024, 1, 1), date(2024, 12, 31), number="PPE-0")

    told = coverage(Model(), [before, terms()], date(2027, 1, 1))

    ended = date(2026, 12, 31)
    assert told == Coverage(reason=Reason.AGREEMENT_ENDED, agreement="PPE-1", until=ended)


def test_covered_says_by_which_agreement_and_until_when() -> None:
    told = coverage(Model(), [terms()], date(2026, 5, 1))

    assert told.category is VIDEO
    assert (told.agreement, told.since, told.until) == (
        "PPE-1",
        date(2026, 1, 1),
        date(2026, 12, 31),
    )


@pytest.mark.parametrize(
    ("end_of_service", "until", "service_ends"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 12, 31), date(2026, 12, 31), False),
        (date(2027, 6, 30), date(2026, 12, 31), False),
    ],
)
def test_what_ends_first_is_the_last_day(
    end_of_service: date, until: date, service_ends: bool
) -> None:
    told = coverage(Model(end_of_service=end_of_service), [terms()], date(2026, 5, 1))

    assert (told.covered, told.until, told.service_ends) == (True, until, service_ends)


def test_past_its_end_of_service_nothing_covers_a_model_whatever_the_agreement_says() -> None:
    ended = Model(end_of_service=date(2026, 4, 30))

    told = coverage(ended, [terms(models=frozenset({1}))], date(2026, 5, 1))

    assert told == Coverage(reason=Reason.SERVICE_ENDED, until=date(2026, 4, 30))


def test_a_category_that_is_left_out_is_named() -> None:
    told = coverage(Model(VOICE), [terms()], date(2026, 5, 1))

    assert told == Coverage(reason=Reason.CATEGORY, agreement="PPE-1", category=VOICE)


def test_quote_only_models_take_a_line_of_their_own() -> None:
    day, telehealth = date(2026, 5, 1), Model(QUOTE)

    assert coverage(telehealth, [terms()], day).reason is Reason.QUOTE_ONLY
    assert coverage(telehealth, [terms(models=frozenset({2}))], day).reason is Reason.QUOTE_ONLY
    assert coverage(telehealth, [terms(models=frozenset({1}))], day).covered


def test_quote_only_is_not_covered_as_a_category() -> None:
    told = coverage(Model(QUOTE), [terms(date(2026, 1, 1), date(2026, 12, 31), QUOTE)], LEAP_DAY)

    assert not told.covered


def test_without_agreements_there_is_none() -> None:
    assert coverage(Model(), [], LEAP_DAY) == Coverage(reason=Reason.NO_AGREEMENT)


def test_an_ended_agreement_that_left_the_category_out_is_no_reason() -> None:
    told = coverage(Model(VOICE), [terms()], date(2027, 5, 1))

    assert told.reason is Reason.NO_AGREEMENT


def test_of_several_the_one_that_covers_longest_is_named() -> None:
    longer = terms(date(2026, 3, 1), date(2027, 2, 28), number="PPE-2")

    told = coverage(Model(), [longer, terms()], date(2026, 5, 1))

    assert (told.agreement, told.until) == ("PPE-2", date(2027, 2, 28))


def test_an_agreement_to_come_says_more_than_one_that_leaves_the_category_out() -> None:
    to_come = terms(date(2027, 1, 1), date(2027, 12, 31), VOICE, number="PPE-2")

    told = coverage(Model(VOICE), [terms(), to_come], date(2026, 5, 1))

    assert told == Coverage(reason=Reason.NOT_IN_FORCE, agreement="PPE-2", since=date(2027, 1, 1))


def test_an_agreement_that_begins_after_the_end_of_service_promises_nothing() -> None:
    model = Model(end_of_service=date(2026, 6, 30))

    told = coverage(model, [terms(date(2026, 7, 1), date(2027, 6, 30))], date(2026, 5, 1))

    assert told.reason is Reason.NO_AGREEMENT


def test_an_agreement_that_begins_on_the_last_day_of_service_will_cover_it() -> None:
    model = Model(end_of_service=date(2026, 7, 1))

    told = coverage(model, [terms(date(2026, 7, 1), date(2027, 6, 30))], date(2026, 5, 1))

    assert told == Coverage(reason=Reason.NOT_IN_FORCE, agreement="PPE-1", since=date(2026, 7, 1))


def test_lists_ask_once_a_model() -> None:
    models = [Model(VIDEO, id=1), Model(VOICE, id=2), Model(VIDEO, date(2026, 1, 1), id=3)]
    day = date(2026, 5, 1)

    told = coverage_of(models, [terms()], day)

    assert covered_models(models, [terms()], day) == {1}
    assert {model_id for model_id, each in told.items() if each.covered} == {1}


# Below, the rule is held against one that was written another way: a table of days.

near = st.dates(date(2028, 2, 20), date(2028, 3, 10))
any_terms = st.builds(
    lambda one, other, categories, models, number: Terms(
        account_id=1,
        number=f"PPE-{number}",
        starts_on=min(one, other),
        ends_on=max(one, other),
        categories=categories,
        models=models,
    ),
    near,
    near,
    st.frozensets(st.sampled_from(Category)),
    st.frozensets(st.integers(1, 2)),
    st.integers(1, 9),
)
any_model = st.builds(Model, st.sampled_from(Category), st.none() | near, st.integers(1, 2))


def covered_days(model: Model, agreements: list[Terms]) -> dict[date, set[str]]:
    """Day by day, the numbers of the agreements that cover the model: SERVICE.md, spelled out."""
    days: dict[date, set[str]] = {}
    for agreement in agreements:
        day = agreement.starts_on
        while day <= agreement.ends_on:
            eligible = model.category != "quote_only" and model.category in agreement.categories
            if eligible or model.id in agreement.models:
                days.setdefault(day, set()).add(agreement.number)
            day += A_DAY
    last = model.end_of_service or date.max
    return {day: numbers for day, numbers in days.items() if day <= last}


@given(any_model, st.lists(any_terms, max_size=4), near)
@example(Model(end_of_service=LEAP_DAY), [terms(LEAP_DAY, LEAP_DAY)], LEAP_DAY)
def test_the_rule_agrees_with_a_table_of_days(
    model: Model, agreements: list[Terms], day: date
) -> None:
    table = covered_days(model, agreements)
    told = coverage(model, agreements, day)

    assert told.covered == (day in table)
    if told.covered:
        assert told.until is not None
        assert told.agreement in table[day] & table[told.until]
        assert not any(
            table[day] & numbers
            for later, numbers in table.items()
            if later > told.until
            # Two agreements may bear one number here, with a gap between them.
            and all(day + A_DAY * n in table for n in range((later - day).days))
            and len({it.number for it in agreements}) == len(agreements)
        )


@given(any_model, st.lists(any_terms, max_size=4), near)
def test_every_answer_says_why(model: Model, agreements: list[Terms], day: date) -> None:
    table = covered_days(model, agreements)
    told = coverage(model, agreements, day)
    in_force = any(it.starts_on <= day <= it.ends_on for it in agreements)

    if model.end_of_service and model.end_of_service < day:
        expected = {Reason.SERVICE_ENDED}
    elif day in table:
        expected = {Reason.COVERED}
    elif any(later > day for later in table):
        expected = {Reason.NOT_IN_FORCE}
        assert told.since == min(later for later in table if later > day)
    elif in_force:
        expected = {Reason.QUOTE_ONLY if model.category == QUOTE else Reason.CATEGORY}
    elif any(earlier < day for earlier in table):
        expected = {Reason.AGREEMENT_ENDED}
        assert told.until == max(earlier for earlier in table if earlier < day)
    else:
        expected = {Reason.NO_AGREEMENT}
    assert {told.reason} == expected


@given(any_model, st.lists(any_terms, max_size=4), near)
def test_the_order_of_agreements_does_not_matter(
    model: Model, agreements: list[Terms], day: date
) -> None:
    assert coverage(model, agreements, day) == coverage(model, agreements[::-1], day)
