"""The links by which somebody stops mails of a kind: signed, kept nowhere, and good at any time.

They do nothing else, so whoever has the mail may use them, signed in or not.
"""

from hmac import compare_digest

from itsdangerous import BadData, URLSafeSerializer


def stopping_token(secret_key: str, user_id: int, kind: str) -> str:
    return str(_signer(secret_key).dumps([user_id, kind]))


def read_stopping_token(secret_key: str, token: str) -> tuple[int, str] | None:
    """Whose mails, and of which kind; None for what is not ours."""
    signer = _signer(secret_key)
    try:
        found = signer.loads(token)
    except BadData:
        return None
    # Several texts stand for the same bytes, of which one was given out.
    if not compare_digest(str(signer.dumps(found)).encode(), token.encode()):
        return None
    user_id, kind = found
    return int(user_id), str(kind)


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="stopping mails")
