"""The secret that a provider knows the portal by, kept so that a copied table opens nothing."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(key: str, account_id: int, secret: str) -> str:
    return _fernet(key).encrypt(f"{account_id}:{secret}".encode()).decode()


def unseal(key: str, account_id: int, sealed: str) -> str | None:
    """None when it is another account's, or was sealed with another SECRET_KEY."""
    try:
        text = _fernet(key).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None
    whose, _colon, secret = text.partition(":")
    return secret if whose == str(account_id) else None


def _fernet(key: str) -> Fernet:
    derive = HKDF(SHA256(), length=32, salt=None, info=b"client secrets").derive
    return Fernet(urlsafe_b64encode(derive(key.encode())))
