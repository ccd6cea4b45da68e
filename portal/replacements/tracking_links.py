"""Links to where a replacement is, for whoever waits for it: good without signing in, until a month
after it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from itsdangerous import BadData, URLSafeSerializer

from portal.replacements.models import Replacement

AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TrackingLink:
    account_id: int
    replacement_id: int


def tracking_path(secret_key: str, it: Replacement) -> str:
    return f"/track/{_signer(secret_key).dumps([it.account_id, it.id])}"


def read_tracking_token(secret_key: str, token: str) -> TrackingLink | None:
    """None for what is not ours."""
    signer = _signer(secret_key)
    try:
        found = signer.loads(token)
    except BadData:
        return None
    # Several texts stand for the same bytes, of which one was given out.
    if not compare_digest(str(signer.dumps(found)).encode(), token.encode()):
        return None
    return TrackingLink(*found)


def can_be_tracked(it: Replacement, now: datetime) -> bool:
    return it.closed_at is None or it.closed_at + AFTER > now


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="tracking")
