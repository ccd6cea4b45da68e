import pytest

from portal.base.words import Refused
from portal.sites.rules import SiteFacts, changes, checked, read_email, read_phone, read_postal_code


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("22222222", "NO", "+4722222222"),
        ("22 22 22 22", "NO", "+4722222222"),
        ("0047 22 22 22 22", "NO", "+4722222222"),
        ("+46 8 123 456 78", "NO", "+46812345678"),
        ("08-123 456 78", "SE", "+46812345678"),
        ("", "NO", ""),
    ],
)
def test_phone_numbers_are_read_in_any_grouping(typed: str, country: str, stored: str) -> None:
    assert read_phone(typed, country) == stored


@pytest.mark.parametrize("typed", ["12", "ring meg", "+47 123", "22 22 22 22 ext. 5"])
def test_what_is_no_phone_number_is_refused_beside_it(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_phone(typed, "NO")
    assert refusal.value.field == "contact_phone"


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        *(("0150", "NO", "0150"), ("NO-0150", "NO", "0150"), ("0 150", "NO", "0150")),
        *(("", "NO", ""), ("114 55", "SE", "114 55")),
    ],
)
def test_postal_codes_keep_their_leading_zero(typed: str, country: str, stored: str) -> None:
    assert read_postal_code(typed, country) == stored


@pytest.mark.parametrize("typed", ["150", "01500", "015O", "\u0660\u0661\u0665\u0660"])
def test_norwegian_postal_codes_have_four_digits(typed: str) -> None:
    with pytest.raises(Refused):
        read_postal_code(typed, "NO")


@pytest.mark.parametrize("typed", ["kari", "kari@", "kari@nordlys", "a@b.no\nBcc: c@d.no"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        read_email(typed)


def test_facts_are_tidied_and_streets_keep_their_lines() -> None:
    facts = checked(SiteFacts(name="  Oslo   HQ ", street=" Storgata 12 B \r\n\r\n 3. etasje "))
    assert (facts.name, facts.street) == ("Oslo HQ", "Storgata 12 B\n3. etasje")


@pytest.mark.parametrize(("name", "field"), [("", "name"), (" \n", "name"), ("x" * 81, "name")])
def test_a_site_has_a_name_that_fits(name: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked(SiteFacts(name=name))
    assert refusal.value.field == field


def test_what_changed_is_told_by_name_only() -> None:
    before = SiteFacts(name="Oslo", contact_name="Kari Nordmann")
    assert changes(before, SiteFacts(name="Oslo", contact_name="Ola")) == ["contact_name"]
