"""Links that are signed and kept nowhere: whoever has one has what it says, until that is changed.

Each kind has a salt of its own, so that no link is good for what another is for.
"""

from hmac import compare_digest
from typing import Any

from itsdangerous import BadData, URLSafeSerializer


def signed(secret_key: str, salt: str, *parts: int | str) -> str:
    return str(URLSafeSerializer(secret_key, salt=salt).dumps(list(parts)))


def read_signed(secret_key: str, salt: str, token: str) -> list[Any] | None:
    """What was signed; None for what is not ours."""
    signer = URLSafeSerializer(secret_key, salt=salt)
    try:
        found: list[Any] = signer.loads(token)
    except BadData:
        return None
    # Several texts stand for the same bytes, of which one was given out.
    good = compare_digest(str(signer.dumps(found)).encode(), token.encode("utf-8", "replace"))
    return found if good else None
