"""The link of an account's employees: signed, and good until it is renewed or switched off."""

from portal.base.signed_links import read_signed, signed

_SALT = "employee link"


def employee_token(secret_key: str, link_id: int, generation: int) -> str:
    return signed(secret_key, _SALT, link_id, generation)


def read_employee_token(secret_key: str, token: str) -> tuple[int, int] | None:
    """Which link, and which of those it had; None for what is not ours."""
    found = read_signed(secret_key, _SALT, token)
    return (int(found[0]), int(found[1])) if found else None
