import pytest

from portal.base.words import Refused
from portal.employees.rules import (
    is_let_in,
    mailbox_of,
    name_in,
    new_code,
    read_code,
    read_domains,
    read_email,
)

KNOWN = {"nordlys.example.com", "kraft.example.com"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Siv.Dahl@Nordlys.example.com ", "siv.dahl@nordlys.example.com"),
        ("siv+hodesett@nordlys.example.com", "siv+hodesett@nordlys.example.com"),
    ],
)
def test_addresses_are_kept_in_lower_case(typed: str, kept: str) -> None:
    assert read_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "siv", "siv@", "@nordlys.example.com", "siv@nordlys", "a b@nordlys.example.com"),
        *(
            "siv@nordlys.example.com\nBcc: alle@nordlys.example.com",
            "siv@nordlys.example.com,x@y.no",
        ),
        *("siv@[127.0.0.1]", "sïv@nordlys.example.com"),
        f"siv@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_email(typed)
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    ("email", "let_in"),
    [
        ("siv@nordlys.example.com", True),
        ("siv@sub.nordlys.example.com", False),
        ("siv@evilnordlys.example.com", False),
        ("siv@nordlys.example.com.evil.com", False),
        ("siv@gmail.com", False),
    ],
)
def test_only_the_domains_themselves_are_let_in(email: str, let_in: bool) -> None:
    assert is_let_in(email, ["nordlys.example.com"]) is let_in


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("siv.dahl@nordlys.example.com", "Siv Dahl"),
        ("ola-nordmann2@nordlys.example.com", "Ola Nordmann"),
        ("siv+evil.com@nordlys.example.com", "Siv"),
        ("1234@nordlys.example.com", ""),
    ],
)
def test_a_name_is_guessed_from_the_address(email: str, name: str) -> None:
    assert name_in(email) == name


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("siv+1@nordlys.example.com", "siv@nordlys.example.com"),
        ("siv+1+2@nordlys.example.com", "siv@nordlys.example.com"),
        ("siv@nordlys.example.com", "siv@nordlys.example.com"),
        ("+1@nordlys.example.com", "+1@nordlys.example.com"),
    ],
)
def test_a_plus_makes_no_other_mailbox(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


def test_codes_have_six_digits_in_any_writing() -> None:
    assert read_code(f" {new_code()[:3]} {new_code()[3:]}-").isdecimal()
    for wrong in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        with pytest.raises(Refused):
            read_code(wrong)


def test_domains_are_those_that_are_the_organizations_for_sure() -> None:
    assert read_domains("Nordlys.example.com, @kraft.example.com\nnordlys.example.com", KNOWN) == [
        "nordlys.example.com",
        "kraft.example.com",
    ]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "at least one"),
        ("gmail.com", "Everyone"),
        ("offer.example.com", "not known as yours"),
        ("sub.nordlys.example.com", "not known as yours"),
        ("nordlys", "like this"),
        ("*.example.com", "like this"),
    ],
)
def test_other_domains_are_refused(typed: str, says: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_domains(typed, KNOWN)
    assert says in str(refusal.value.message)
