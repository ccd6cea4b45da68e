"""Asking a provider who somebody is, and taking its answer: once, from the browser that asked.

The browser holds one random token meanwhile. Both what the answer must repeat (nonce) and what the
code is fetched with (PKCE's verifier) are made from it, so the table holds no secret.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from portal.accounts.tokens import hash_of, new_token
from portal.base.words import N_, Refused
from portal.single_sign_on.models import SignInAttempt

LASTS = timedelta(minutes=10)


def begin(
    session: Session,
    provider_id: int,
    *,
    user_id: int | None,
    back: str | None,
    now: datetime,
) -> tuple[str, str]:
    """The state for the question, and the token for the browser to hold."""
    state, held = new_token(), new_token()
    session.execute(delete(SignInAttempt).where(SignInAttempt.ends_at <= now))
    session.add(
        SignInAttempt(
            state_hash=hash_of(state),
            held_hash=hash_of(held),
            provider_id=provider_id,
            user_id=user_id,
            back=back,
            asked_at=now,
            ends_at=now + LASTS,
        )
    )
    return state, held


def take(session: Session, *, state: str, held: str, now: datetime) -> SignInAttempt:
    """What was asked, for the first who comes with the answer in the browser that asked."""
    query = select(SignInAttempt).where(SignInAttempt.state_hash == hash_of(state))
    found = session.scalars(query).one_or_none() if state and held else None
    if found is None or found.held_hash != hash_of(held):
        raise Refused(N_("This answer is not to what this browser asked, or it has been used."))
    session.expunge(found)
    taken = session.execute(delete(SignInAttempt).where(SignInAttempt.id == found.id))
    if cast(CursorResult[Any], taken).rowcount != 1:
        raise Refused(N_("This answer is not to what this browser asked, or it has been used."))
    if found.ends_at <= now:
        raise Refused(N_("The answer has expired. Begin again."))
    return found


def nonce_of(held: str) -> str:
    return hash_of(f"nonce {held}")


def verifier_of(held: str) -> str:
    return hash_of(f"verifier {held}")


def challenge_of(held: str) -> str:
    """What the provider is shown of the verifier (S256)."""
    digest = sha256(verifier_of(held).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
