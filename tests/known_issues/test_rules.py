"""What an issue is to a device, by the version that it runs."""

import pytest

from portal.base.words import Refused
from portal.catalogue.models import Category
from portal.known_issues.facts import IssueFacts, checked
from portal.known_issues.rules import Standing, State, is_after, standing


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ("", Standing.POSSIBLE),
        (" ", Standing.POSSIBLE),
        ("4.0.9", Standing.OTHER),
        ("4.1.0", Standing.CONCERNED),
        ("v4.1.0", Standing.CONCERNED),
        ("4.2", Standing.CONCERNED),
        ("4.3.1", Standing.CONCERNED),
        ("4.3.1-391234", Standing.CONCERNED),  # a build of it
        ("4.3.10", Standing.OTHER),  # not 4.3.1, though it begins like it
        ("4.9.9", Standing.OTHER),
        ("4.10.0", Standing.FIXED),
        ("4.10.0-391", Standing.FIXED),
        ("5.0", Standing.FIXED),
    ],
)
def test_a_version_is_concerned_from_the_first_to_the_last(
    installed: str, expected: Standing
) -> None:
    found = standing(installed, since="4.1.0", until="4.3.1", fixed_in="4.10.0")
    assert found is expected


def test_where_there_is_no_end_every_version_on_that_side_is_concerned() -> None:
    assert standing("1.0") is Standing.CONCERNED
    assert standing("1.0", until="2.0") is Standing.CONCERNED
    assert standing("9.0", since="2.0") is Standing.CONCERNED
    assert standing("2.0", since="2.0", until="2.0") is Standing.CONCERNED


def test_versions_of_headsets_are_compared_by_their_parts() -> None:
    assert is_after("0226_0_0", "0225_0_0")
    assert not is_after("0225_0_0", "0225_0_0")


WHOLE = IssueFacts(title_nb="Hakkete lyd", category=Category.VIDEO)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_nb": " "}, "title_nb"),
        ({"title_nb": "x" * 161}, "title_nb"),
        ({"description_en": "In English alone"}, "title_en"),
        ({"workaround_en": "In English alone"}, "title_en"),
        ({"description_nb": "x" * 10_001}, "description_nb"),
        ({"category": None}, "models"),
        ({"models": tuple(range(201))}, "models"),
        ({"state": State.WORKAROUND}, "workaround_nb"),
        ({"state": State.FIXED}, "fixed_in"),
        ({"fixed_in": "4.4"}, "state"),
        ({"affected_from": "4.3", "affected_to": "4.2"}, "affected_to"),
        ({"affected_from": "x" * 41}, "affected_from"),
        ({"state": State.FIXED, "fixed_in": "4.2", "affected_to": "4.2"}, "fixed_in"),
        ({"state": State.FIXED, "fixed_in": "4.2-1", "affected_to": "4.2"}, "fixed_in"),
        ({"state": State.FIXED, "fixed_in": "4.1", "affected_from": "4.2"}, "fixed_in"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, object], field: str) -> None:
    values = {name: getattr(WHOLE, name) for name in WHOLE.__slots__} | wrong
    with pytest.raises(Refused) as refusal:
        checked(IssueFacts(**values))
    assert refusal.value.field == field


def test_what_is_typed_is_tidied() -> None:
    told = checked(
        IssueFacts(
            title_nb="  Hakkete \x0b lyd ",
            description_nb="En linje  \r\n\r\nto\u202e linjer\x1b\n\n",
            category=Category.VIDEO,
            affected_from=" 4.1 ",
        )
    )
    assert told.title_nb == "Hakkete lyd"
    assert told.description_nb == "En linje\n\nto linjer"
    assert told.affected_from == "4.1"
