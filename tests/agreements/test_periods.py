from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.agreements.periods import Break, BreakKind, breaks

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    starts_on: date
    ends_on: date
    number: str


def periods(*spans: tuple[date, date]) -> list[Period]:
    return [Period(first, last, str(number)) for number, (first, last) in enumerate(spans)]


FIRST = (date(2026, 1, 1), date(2028, 2, 29))


def test_one_that_begins_the_day_after_takes_over() -> None:
    assert breaks(periods(FIRST, (date(2028, 3, 1), date(2029, 1, 1)))) == []


def test_a_day_between_is_a_gap() -> None:
    found = breaks(periods((date(2028, 3, 2), date(2029, 1, 1)), FIRST))

    assert found == [
        Break(
            kind=BreakKind.GAP,
            first=date(2028, 3, 1),
            last=date(2028, 3, 1),
            before="1",
            after="0",
        )
    ]


def test_a_day_in_both_is_an_overlap() -> None:
    (found,) = breaks(periods(FIRST, (date(2028, 2, 29), date(2029, 1, 1))))

    assert (found.kind, found.first, found.last) == (
        BreakKind.OVERLAP,
        date(2028, 2, 29),
        date(2028, 2, 29),
    )
    assert found.concerns("0")
    assert found.concerns("1")
    assert not found.concerns("2")


def test_one_within_another_leaves_no_gap_after_it() -> None:
    within = (date(2026, 6, 1), date(2026, 6, 30))
    after = (date(2028, 3, 1), date(2028, 12, 31))

    (found,) = breaks(periods(FIRST, within, after))

    assert (found.kind, found.first, found.last) == (BreakKind.OVERLAP, *within)


def test_nothing_and_one_have_no_breaks() -> None:
    assert breaks([]) == breaks(periods(FIRST)) == []


near = st.dates(date(2028, 2, 20), date(2028, 3, 10))
spans = st.tuples(near, near).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(spans, max_size=5))
def test_the_gaps_are_the_days_that_nobody_counts_as_theirs(them: list[tuple[date, date]]) -> None:
    taken = [first + A_DAY * n for first, last in them for n in range((last - first).days + 1)]
    span = range((max(taken) - min(taken)).days) if taken else range(0)
    free = {min(taken) + A_DAY * n for n in span} - set(taken)

    found = breaks(periods(*them))

    gaps = {
        it.first + A_DAY * n
        for it in found
        if it.kind is BreakKind.GAP
        for n in range((it.last - it.first).days + 1)
    }
    overlaps = {
        it.first + A_DAY * n
        for it in found
        if it.kind is BreakKind.OVERLAP
        for n in range((it.last - it.first).days + 1)
    }
    assert gaps == free
    assert overlaps == {day for day in taken if taken.count(day) > 1}
