from datetime import date

import pytest

from portal.catalogue.rules import (
    Lifecycle,
    fold_name,
    lifecycle,
)

LAST_SALE, LAST_SERVICE = date(2026, 2, 28), date(2028, 2, 29)


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2026, 2, 28), Lifecycle.SOLD),
        (date(2026, 3, 1), Lifecycle.SERVICED),
        (date(2028, 2, 29), Lifecycle.SERVICED),
        (date(2028, 3, 1), Lifecycle.ENDED),
    ],
)
def test_the_last_day_still_counts(day: date, stage: Lifecycle) -> None:
    assert lifecycle(LAST_SALE, LAST_SERVICE, day) is stage


def test_what_is_not_decided_does_not_end() -> None:
    assert lifecycle(None, None, date(2099, 1, 1)) is Lifecycle.SOLD
    assert lifecycle(None, LAST_SERVICE, date(2099, 1, 1)) is Lifecycle.ENDED


def test_names_are_the_same_whatever_their_case_blanks_and_dashes() -> None:
    assert fold_name(" studio-X30 ") == fold_name("Studio X30")
    assert fold_name("Voyager Free 60+ UC") != fold_name("Voyager Free 60 UC")
