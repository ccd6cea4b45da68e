"""Secrets that are worth something by themselves: in cookies, and in links sent by mail."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """256 bits that nobody guesses."""
    return secrets.token_urlsafe()


def hash_of(token: object) -> str:
    """Tokens are stored hashed: whoever reads the table cannot sign in with it.

    What is no text is nobody's token, and neither is one that cannot be written down.
    """
    text = token if isinstance(token, str) else ""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
