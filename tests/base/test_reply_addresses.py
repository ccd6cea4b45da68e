"""Only the very address that we gave somebody is one; whatever is changed in it, it is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.reply_addresses import (
    Whose,
    address_with,
    is_genuine,
    number_in,
    token_for,
    token_in,
    wrong_template,
)

KEY = "signs nothing but what tests send"
TEMPLATE = "support+{token}@portal.example"
LARGEST = 2**31 - 1
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
OURS = Whose(number=7, request_id=234, user_id=42)


def test_an_address_leads_back_to_whom_it_was_given_to_in_any_case() -> None:
    token = token_for(OURS, secret_key=KEY)
    address = address_with(TEMPLATE, token)

    for each in (address, address.upper(), f" {address} "):
        found = token_in(TEMPLATE, each)
        assert found is not None
        assert number_in(found) == 7
        assert is_genuine(found, OURS, secret_key=KEY)


@given(st.integers(1, LARGEST), st.integers(1, LARGEST), st.integers(1, LARGEST))
def test_every_address_fits_before_the_at_sign(number: int, request: int, user: int) -> None:
    whose = Whose(number=number, request_id=request, user_id=user)
    local, _at, _domain = address_with(TEMPLATE, token_for(whose, secret_key=KEY)).partition("@")
    assert len(local) <= 64
    found = token_in(TEMPLATE, f"{local}@portal.example")
    assert found
    assert number_in(found) == number


def test_any_change_of_any_sign_is_refused() -> None:
    token = token_for(OURS, secret_key=KEY)
    changed = [
        token[:at] + digit + token[at + 1 :]
        for at in range(len(token))
        for digit in DIGITS
        if digit != token[at]
    ]
    changed += [token[:at] + token[at + 1 :] for at in range(len(token))]
    changed += [token[:at] + digit + token[at:] for at in range(len(token) + 1) for digit in "0a"]
    changed += [token[1:] + token[0], token[::-1], token * 2, "0" + token]

    for each in set(changed) - {token}:
        found = token_in(TEMPLATE, address_with(TEMPLATE, each))
        assert not found or not is_genuine(found, OURS, secret_key=KEY)


@pytest.mark.parametrize(
    "other",
    [
        Whose(number=7, request_id=235, user_id=42),
        Whose(number=7, request_id=234, user_id=43),
        Whose(number=8, request_id=234, user_id=42),
        Whose(number=7, request_id=234, user_id=42, as_note=True),
        Whose(number=7, request_id=2344, user_id=2),
    ],
)
def test_it_is_nobody_elses_and_about_nothing_else(other: Whose) -> None:
    assert not is_genuine(token_for(OURS, secret_key=KEY), other, secret_key=KEY)
    assert not is_genuine(token_for(OURS, secret_key=KEY + "x"), OURS, secret_key=KEY)


@pytest.mark.parametrize(
    "address",
    [
        "support@portal.example",
        "support+@portal.example",
        "support+abc@other.example",
        "support+abc@portal.example.evil.example",
        "x-support+abc@portal.example",
        "",
        "@",
        "a@b@portal.example",
    ],
)
def test_what_is_no_address_of_ours_has_no_token(address: str) -> None:
    assert not token_in(TEMPLATE, address)


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("", False),
        ("support+{token}@portal.example", False),
        ("{token}@reply.portal.example", False),
        ("support@portal.example", True),
        ("{token}{token}@portal.example", True),
        ("kundestøtte+{token}@portal.example", True),
        ("saksbehandling+{token}@portal.example", True),
        ("{token}@portal.example\nBcc: x@example.com", True),
    ],
)
def test_a_setting_that_makes_no_addresses_is_refused(template: str, wrong: bool) -> None:
    assert bool(wrong_template(template)) is wrong
