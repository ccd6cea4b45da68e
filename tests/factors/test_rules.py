"""Who may take away whose second factor; recovery codes however they are typed."""

import pytest

from portal.base.access import Role
from portal.factors.rules import Standing, may_reset, new_recovery_code, read_recovery_code

R = Role
HERE, THERE = 1, 2
PEOPLE = {
    "member": Standing(1, roles={HERE: R.MEMBER}),
    "observer": Standing(2, roles={HERE: R.OBSERVER}),
    "member of two": Standing(3, roles={HERE: R.MEMBER, THERE: R.MEMBER}),
    "member elsewhere": Standing(4, roles={THERE: R.MEMBER}),
    "administrator": Standing(5, roles={HERE: R.ADMINISTRATOR}),
    "other administrator": Standing(6, roles={HERE: R.ADMINISTRATOR}),
    "partner": Standing(7, partner_id=9, partner_role=R.PARTNER),
    "member and partner": Standing(8, None, 9, R.PARTNER, {HERE: R.MEMBER}),
    "partner administrator": Standing(9, partner_id=9, partner_role=R.PARTNER_ADMINISTRATOR),
    "other partner": Standing(10, partner_id=8, partner_role=R.PARTNER),
    "agent": Standing(11, R.AGENT),
    "portal administrator": Standing(12, R.STAFF_ADMINISTRATOR),
    "other portal administrator": Standing(13, R.STAFF_ADMINISTRATOR),
}
MAY = {
    "administrator": {"member", "observer"},
    "other administrator": {"member", "observer"},
    "partner administrator": {"partner"},
    "portal administrator": set(PEOPLE) - {"portal administrator", "other portal administrator"},
    "other portal administrator": set(PEOPLE)
    - {"portal administrator", "other portal administrator"},
}


@pytest.mark.parametrize("by", PEOPLE)
def test_only_a_higher_rank_resets_and_only_over_its_own(by: str) -> None:
    allowed = {whose for whose in PEOPLE if may_reset(PEOPLE[by], PEOPLE[whose])}

    assert allowed == MAY.get(by, set())


def test_a_recovery_code_has_eighty_bits_and_is_read_however_it_is_typed() -> None:
    codes = {new_recovery_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code.replace("-", "")) * 5 == 80
        typed = code.upper().replace("-", " ").replace("0", "O").replace("1", "l")
        assert read_recovery_code(typed) == code


@pytest.mark.parametrize("wrong", ["", "abcd", "u" * 16, "k7wm-x2p4-9dtq-3hbvv", "\0" * 16])
def test_what_is_no_recovery_code_is_none(wrong: str) -> None:
    assert read_recovery_code(wrong) is None
