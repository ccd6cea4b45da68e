import pytest

from portal.base.words import Refused
from portal.licenses.sealing import KeyRing

OLD, NEW, STAND_IN = "an-old-key" * 4, "a-new-key" * 4, "a-secret-key" * 4
KEY = "PLP7-4KQ2-XN8D-9F2K"


def test_the_first_key_seals_and_all_open() -> None:
    old = KeyRing.of(OLD, STAND_IN)
    both = KeyRing.of(f"{NEW}, {OLD}", STAND_IN)
    sealed = old.seal(1, KEY)

    assert both.unseal(1, sealed, old.newest) == KEY
    assert both.newest != old.newest
    with pytest.raises(Refused):
        old.unseal(1, both.seal(1, KEY), both.newest)


def test_what_was_sealed_before_there_were_keys_opens_still() -> None:
    without = KeyRing.of("", STAND_IN)
    sealed = without.seal(1, KEY)

    assert KeyRing.of(NEW, STAND_IN).unseal(1, sealed, without.newest) == KEY


@pytest.mark.parametrize("whose", [2, 10])
def test_a_key_put_into_anothers_row_opens_nothing(whose: int) -> None:
    ring = KeyRing.of(NEW, STAND_IN)
    with pytest.raises(Refused):
        ring.unseal(whose, ring.seal(1, KEY), ring.newest)


def test_what_was_tampered_with_opens_nothing() -> None:
    ring = KeyRing.of(NEW, STAND_IN)
    sealed = ring.seal(1, KEY)
    with pytest.raises(Refused):
        ring.unseal(1, sealed[:-4] + "AAAA", ring.newest)


def test_neither_what_is_sealed_nor_what_is_searched_tells_the_key() -> None:
    ring = KeyRing.of(NEW, STAND_IN)
    told = ring.seal(1, KEY) + ring.code(KEY) + "".join(ring.marks_of(1, KEY)) + ring.newest
    assert "9F2K" not in told
    assert NEW not in told


def test_a_key_is_found_by_itself_however_it_is_grouped() -> None:
    ring = KeyRing.of(NEW, STAND_IN)
    held = set(ring.marks_of(1, KEY))

    for text in (KEY, KEY.lower(), KEY.replace("-", " "), KEY.replace("-", ""), "9f2k"):
        assert held & set(ring.marks_for(1, text, parts=False)), text
    assert not held & set(ring.marks_for(2, KEY, parts=True))  # of another account


@pytest.mark.parametrize("part", ["D9F2K", "8D9F2K", "XN8D", "PLP7"])
def test_parts_that_are_not_shown_are_found_by_those_who_may_see_them(part: str) -> None:
    ring = KeyRing.of(NEW, STAND_IN)
    held = set(ring.marks_of(1, KEY))

    assert held & set(ring.marks_for(1, part, parts=True))
    assert not held & set(ring.marks_for(1, part, parts=False))


def test_while_keys_are_changed_what_the_old_one_marked_is_found() -> None:
    held = set(KeyRing.of(OLD, STAND_IN).marks_of(1, KEY))
    assert held & set(KeyRing.of(f"{NEW} {OLD}", STAND_IN).marks_for(1, KEY, parts=False))
