from dataclasses import dataclass
from datetime import date

import pytest

from portal.agreements.rules import Coverage, Reason
from portal.catalogue.models import Category
from portal.overview.rules import by_category, covered_through, past_service

TODAY = date(2026, 11, 22)
YES, NO = Coverage(reason=Reason.COVERED), Coverage(reason=Reason.NO_AGREEMENT)


@dataclass(frozen=True)
class Model:
    id: int
    category: Category
    end_of_service: date | None = None


@dataclass(frozen=True)
class Period:
    starts_on: date
    ends_on: date


def test_devices_are_summed_by_category_with_what_is_covered() -> None:
    models = {
        1: Model(1, Category.VIDEO),
        2: Model(2, Category.VIDEO),
        3: Model(3, Category.HEADSET),
    }
    held = by_category({1: 10, 2: 5, 3: 7}, models, {1: YES, 2: NO, 3: YES})

    told = [(line.category, line.devices, line.covered, line.uncovered) for line in held]
    assert told == [(Category.HEADSET, 7, 7, 0), (Category.VIDEO, 15, 10, 5)]


def test_the_last_day_of_service_is_still_served() -> None:
    models = {
        1: Model(1, Category.VIDEO, date(2026, 11, 21)),
        2: Model(2, Category.VIDEO, TODAY),
        3: Model(3, Category.VIDEO),
    }
    assert past_service({1: 4, 2: 8, 3: 16}, models, TODAY) == 4


@pytest.mark.parametrize(
    ("periods", "last"),
    [
        ([], None),
        ([("2026-01-01", "2026-11-22")], "2026-11-22"),
        ([("2026-01-01", "2026-11-21")], None),
        ([("2026-11-23", "2027-11-22")], None),
        ([("2026-01-01", "2026-12-31"), ("2027-01-01", "2029-12-31")], "2029-12-31"),
        ([("2027-01-01", "2029-12-31"), ("2026-01-01", "2026-12-31")], "2029-12-31"),
        ([("2026-01-01", "2026-12-31"), ("2027-01-02", "2029-12-31")], "2026-12-31"),
        ([("2026-01-01", "2028-12-31"), ("2026-06-01", "2026-12-31")], "2028-12-31"),
        ([("2020-01-01", "2020-12-31"), ("2026-01-01", "2026-12-31")], "2026-12-31"),
    ],
)
def test_agreements_cover_until_the_first_gap(
    periods: list[tuple[str, str]], last: str | None
) -> None:
    found = covered_through(
        [Period(date.fromisoformat(first), date.fromisoformat(end)) for first, end in periods],
        TODAY,
    )
    assert found == (date.fromisoformat(last) if last else None)
