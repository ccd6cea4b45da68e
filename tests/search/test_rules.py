"""What is read of what was typed, and how close a name is to it."""

import pytest

from portal.search.rules import LONGEST, distance, read_text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  lyd \t i\n møterom ", "lyd i møterom"),
        ("a\0b", "a b"),
        ("\u202elyd", "lyd"),
        ("x" * 10_000, "x" * LONGEST),
        (" " * 10_000 + "x", ""),
        ("", ""),
        ("%", "%"),
    ],
)
def test_one_line_is_read_and_no_more_than_anybody_types(typed: str, read: str) -> None:
    assert read_text(typed) == read


def test_the_very_words_come_before_beginnings_letters_stems_and_anything_else() -> None:
    labels = ["Lisens i Ås", "Lisenser i Ås", "Lisens i As", "Lisensen i Ås", "Noe annet"]
    assert [distance("lisens ås", it) for it in labels] == [0, 1, 2, 1, 4]
    assert distance("lisenser", "Lisensen") == 3
    assert distance("headset", "Hodesett i Bodø") == 3  # one thing by two names
