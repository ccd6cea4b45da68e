"""The links by which somebody stops mails of a kind: signed, kept nowhere, and good at any time.

They do nothing else, so whoever has the mail may use them, signed in or not.
"""

from portal.base.signed_links import read_signed, signed

_SALT = "stopping mails"


def stopping_token(secret_key: str, user_id: int, kind: str) -> str:
    return signed(secret_key, _SALT, user_id, kind)


def read_stopping_token(secret_key: str, token: str) -> tuple[int, str] | None:
    """Whose mails, and of which kind; None for what is not ours."""
    found = read_signed(secret_key, _SALT, token)
    return (int(found[0]), str(found[1])) if found else None
