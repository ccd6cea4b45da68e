"""Challenges and keys: asked once, kept, and used."""

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.tokens import hash_of
from portal.base.words import N_, Refused
from portal.factors.actions import note_added
from portal.factors.models import Passkey, PasskeyChallenge
from portal.factors.queries import passkeys_of

CHALLENGE_LASTS = timedelta(minutes=5)
MOST_PASSKEYS = 20


def new_challenge(session: Session, *, user_id: int | None, now: datetime) -> str:
    """What a key is to sign: for this person's key, or, with None, for whoever has one."""
    challenge = secrets.token_urlsafe()
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= now))
    session.add(
        PasskeyChallenge(
            challenge_hash=hash_of(challenge), user_id=user_id, ends_at=now + CHALLENGE_LASTS
        )
    )
    return challenge


def take_challenge(session: Session, challenge: str, *, user_id: int | None, now: datetime) -> bool:
    """Whether it was asked, of this person, lately, and is not answered yet."""
    whose = PasskeyChallenge.user_id
    mine = whose.is_(None) if user_id is None else whose == user_id
    taken = session.execute(
        delete(PasskeyChallenge).where(
            PasskeyChallenge.challenge_hash == hash_of(challenge),
            PasskeyChallenge.ends_at > now,
            mine,
        )
    )
    return cast(CursorResult[Any], taken).rowcount == 1


def handle_of(keys: list[Passkey]) -> bytes:
    """What authenticators know a person by: the same for all keys, and random."""
    return keys[0].handle if keys else secrets.token_bytes(32)


def add_passkey(
    session: Session,
    user: User,
    *,
    credential: str,
    public_key: bytes,
    sign_count: int,
    handle: bytes,
    name: str,
    now: datetime,
) -> Passkey:
    if session.scalar(select(Passkey.id).where(Passkey.credential == credential)):
        raise Refused(N_("This passkey is added already."))
    if len(session.scalars(passkeys_of(user.id)).all()) >= MOST_PASSKEYS:
        raise Refused(N_("You have as many passkeys as there is room for. Remove one first."))
    added = Passkey(user_id=user.id, handle=handle, credential=credential, public_key=public_key)
    added.sign_count, added.name, added.added_at = sign_count, name, now
    session.add(added)
    note_added(session, user, added, now=now)
    return added


def note_signed(session: Session, passkey_id: int, count: int, *, now: datetime) -> bool:
    """Keep the count of signatures. Of two answers with the same count, one is a copy's.

    Many authenticators do not count, and always say nought.
    """
    counted = or_(Passkey.sign_count < count, (Passkey.sign_count == 0) & (count == 0))
    noted = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, counted)
        .values(sign_count=count, used_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], noted).rowcount == 1
