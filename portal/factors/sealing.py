"""Secrets of authenticator apps, kept so that whoever reads the table cannot use them.

The key is made from SECRET_KEY. Each secret is sealed together with whose it is, so that one put
into another's row opens nothing.
"""

from base64 import urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(key: str, user_id: int, secret: str) -> str:
    return _fernet(key).encrypt(f"{user_id}:{secret}".encode()).decode()


def unseal(key: str, user_id: int, sealed: str, *, within: timedelta | None = None) -> str | None:
    """The secret; None when it is another's, was tampered with, or is older than `within`."""
    try:
        seconds = int(within.total_seconds()) if within else None
        text = _fernet(key).decrypt(sealed.encode(), ttl=seconds).decode()
    except (InvalidToken, ValueError):
        return None
    whose, _colon, secret = text.partition(":")
    return secret if whose == str(user_id) else None


def _fernet(key: str) -> Fernet:
    derive = HKDF(SHA256(), length=32, salt=None, info=b"authenticator secrets").derive
    return Fernet(urlsafe_b64encode(derive(key.encode())))
