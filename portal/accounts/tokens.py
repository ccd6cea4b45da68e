"""Secrets that are worth something by themselves: in cookies, and in links sent by mail."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """256 bits that nobody guesses."""
    return secrets.token_urlsafe()


def hash_of(token: str) -> str:
    """Tokens are stored hashed: whoever reads the table cannot sign in with it."""
    return sha256(token.encode()).hexdigest()
