"""The link of somebody's feed and calendar: signed, kept nowhere, good until renewed."""

from hmac import compare_digest

from itsdangerous import BadData, URLSafeSerializer


def news_token(secret_key: str, user_id: int, generation: int) -> str:
    return str(_signer(secret_key).dumps([user_id, generation]))


def read_news_token(secret_key: str, token: str) -> tuple[int, int] | None:
    """Whose, and which of those they had; None for what is not ours."""
    signer = _signer(secret_key)
    try:
        found = signer.loads(token)
    except BadData:
        return None
    # Several texts stand for the same bytes, of which one was given out.
    if not compare_digest(str(signer.dumps(found)).encode(), token.encode()):
        return None
    user_id, generation = found
    return int(user_id), int(generation)


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="news link")
