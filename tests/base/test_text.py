"""Sorted as Norwegians do, found however it was typed."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.text import (
    identifier,
    loose_key,
    phrases,
    sort_key,
    strict_key,
    variants,
    version_key,
    words_of,
)

SORTED = [
    *("Abel", "Berg", "Haase", "Vang", "Wang", "Zimmer", "Äpple", "Ærlig", "Öberg", "Ødegård"),
    *("Ørsted", "Østby", "Aalto", "Aaron", "Ås", "Åse"),
]


def test_names_sort_as_norwegians_do() -> None:
    shuffled = Random(1).sample(SORTED, len(SORTED))

    assert sorted(shuffled, key=sort_key) == SORTED


@pytest.mark.parametrize(
    ("one", "other"),
    [("Aas", "Ås"), ("Ødegaard", "ødegård"), ("Öst", "Øst"), ("Émile", "emile"), ("A-B", "a b")],
)
def test_what_differs_in_writing_only_sorts_alike(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


@pytest.mark.parametrize(
    "names",
    [
        ["2.9", "2.10", "10.1"],
        ["Rom 9", "Rom 10", "Rom 10 B", "Rom A"],
        ["Berg Hansen", "Bergen"],
        ["Mygland", "Müller", "Myrvold"],
        ["Å", "Яна"],
        ["", "0", "1", "a"],
        ["x" + "9" * 98, "x" + "9" * 99],
    ],
)
def test_order_is_as_people_expect(names: list[str]) -> None:
    assert all(sort_key(one) < sort_key(other) for one, other in pairwise(names))


@given(st.text())
def test_sort_keys_are_digits_so_that_every_collation_sorts_them_alike(text: str) -> None:
    key = sort_key(text)
    assert key == "" or (key.isascii() and key.isdecimal() and len(key) <= 240)


def test_versions_sort_by_their_numbers() -> None:
    versions = ["3.6.0.350035", "3.7.0", "v3.8.0", "3.9.0", "3.12.0.366027", "0225_0_0", "0226_0_0"]

    assert sorted(versions, key=version_key) == versions
    assert version_key("7.1.4.0200") < version_key("7.1.4.0201")


@pytest.mark.parametrize(
    ("text", "strict", "loose"),
    [
        ("Ødegård", "ødegård", "odegard"),
        ("Ødegaard", "ødegård", "odegard"),
        ("Oedegaard", "ødegård", "odegard"),
        ("odegard", "odegard", "odegard"),
        ("Østby", "østby", "ostby"),
        ("ÖSTBY", "østby", "ostby"),
        ("Ås", "ås", "as"),
        ("A\u030as", "ås", "as"),
        ("Ærlig", "ærlig", "arlig"),
        ("Tåen", "tåen", "tan"),
        ("Taaen", "tåen", "tan"),
        ("Čáhcesuolu", "čáhcesuolu", "cahcesuolu"),
    ],
)
def test_keys_fold_letters(text: str, strict: str, loose: str) -> None:
    assert (strict_key(text), loose_key(text)) == (strict, loose)


@given(st.text("aeoåæøäöxAEO", max_size=8))
def test_the_loose_key_is_the_coarser_one(text: str) -> None:
    assert loose_key(strict_key(text)) == loose_key(text)


@pytest.mark.parametrize("written", ["8G-2241 0a3f", "8g22410A3F", " 8G:22.41_0A3F\u00a0"])
def test_identifiers_have_no_case_and_no_separators(written: str) -> None:
    assert identifier(written) == "8G22410A3F"


def test_identifiers_keep_their_letters() -> None:
    assert identifier("aaø-1") == "AAØ1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hodesett", "headset"),
        ("hodesettene", "headsets"),
        ("hovudsett", "headset"),
        ("lisens", "lisenser"),
        ("lisensene", "license"),
        ("licences", "licenses"),
        ("fastvare", "firmware"),
        ("retur", "bytte"),
        ("RMA", "returer"),
        ("enheter", "device"),
        ("devices", "eining"),
        ("kameraer", "kamera"),
        ("Bestilling", "PO"),
        ("datablad", "dataark"),
        ("sak", "ticket"),
        ("utgått", "EOL"),
        ("justering", "korrigering"),
        ("Østby", "oestby"),
    ],
)
def test_words_that_mean_the_same_share_a_variant(one: str, other: str) -> None:
    assert variants(words_of(one)[0]) & variants(words_of(other)[0])


@pytest.mark.parametrize(("one", "other"), [("headset", "hode"), ("sak", "sekk"), ("video", "bar")])
def test_words_that_mean_something_else_share_none(one: str, other: str) -> None:
    assert not variants(words_of(one)[0]) & variants(words_of(other)[0])


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("video bars", "videobar"),
        ("conference phone", "konferansetelefon"),
        ("desk phones", "bordtelefoner"),
        ("release notes", "versjonsnotater"),
        ("true-up", "korrigering"),
        ("end of life", "utgått"),
    ],
)
def test_names_of_several_words_mean_what_one_word_does(phrase: str, word: str) -> None:
    assert all(meant & variants(word) for meant in phrases(words_of(phrase)))
    assert phrases(words_of("video of a bar")) == [set()] * 4
