from dataclasses import replace
from datetime import date

import pytest

from portal.catalogue.catalogue import Catalogue, Model
from portal.catalogue.models import Category, Kind, SerialPattern
from portal.stock.rules import Offer, Supply, offer, successors

TODAY = date(2026, 11, 19)
LATER, BEFORE = date(2026, 12, 3), date(2026, 11, 18)


def a_model(number: int, successor: int | None = None) -> Model:
    return Model(
        id=number,
        name=f"Model {number}",
        category=Category.HEADSET,
        family="",
        kind=Kind.HEADSET,
        serial_pattern=SerialPattern.UNKNOWN,
        end_of_sale=None,
        end_of_service=None,
        part_numbers=(),
        demo=False,
        successor_id=successor,
    )


OLD, NEW, NEWEST = a_model(1, 2), a_model(2, 3), a_model(3)
ALL = Catalogue([OLD, NEW, NEWEST])


@pytest.mark.parametrize(
    ("supplies", "found"),
    [
        ({}, Offer()),
        ({1: Supply(2)}, Offer()),
        ({1: Supply(1)}, Offer(enough=False, instead=NEW)),
        ({1: Supply(1, LATER)}, Offer(enough=False, expected_on=LATER, instead=NEW)),
        ({1: Supply(0, BEFORE), 2: Supply(5)}, Offer(enough=False, instead=NEW)),
        ({1: Supply(0), 2: Supply(1), 3: Supply(2)}, Offer(enough=False, instead=NEWEST)),
        ({1: Supply(0), 2: Supply(1), 3: Supply(1)}, Offer(enough=False)),
    ],
)
def test_what_is_offered_to_who_wants_two(supplies: dict[int, Supply], found: Offer) -> None:
    assert offer(OLD, 2, supplies, ALL, TODAY) == found


def test_models_that_name_each_other_are_gone_through_once() -> None:
    one, other = a_model(1, 2), a_model(2, 1)
    assert successors(one, Catalogue([one, other])) == [other]
    assert successors(replace(one, successor_id=9), Catalogue([one])) == []
