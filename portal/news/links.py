"""The link of somebody's feed and calendar: signed, kept nowhere, good until renewed."""

from portal.base.signed_links import read_signed, signed

_SALT = "news link"


def news_token(secret_key: str, user_id: int, generation: int) -> str:
    return signed(secret_key, _SALT, user_id, generation)


def read_news_token(secret_key: str, token: str) -> tuple[int, int] | None:
    """Whose, and which of those they had; None for what is not ours."""
    found = read_signed(secret_key, _SALT, token)
    return (int(found[0]), int(found[1])) if found else None
