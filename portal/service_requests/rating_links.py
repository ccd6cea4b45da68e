"""Links to the page on which somebody says how the help was: good without signing in, for a time.

To look at it writes nothing: programs that check mail follow links.
"""

from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

GOOD_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class RatingLink:
    """Who is asked about which request."""

    account_id: int
    request_id: int
    user_id: int


def rating_path(secret_key: str, link: RatingLink) -> str:
    told = [link.account_id, link.request_id, link.user_id]
    return f"/ratings/{_signer(secret_key).dumps(told)}"


def read_rating_token(secret_key: str, token: str) -> RatingLink | None:
    """None for what is not ours, or too old."""
    try:
        found = _signer(secret_key).loads(token, max_age=int(GOOD_FOR.total_seconds()))
    except BadData:
        return None
    return RatingLink(*found)


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="rating")
