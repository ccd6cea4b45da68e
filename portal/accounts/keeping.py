"""What stands beside a sign-in: what was typed when it ended, and when it was used last."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import SignIn, User
from portal.accounts.tokens import hash_of


def had_sign_in(session: Session, token: str, person: tuple[int, int | None] | None) -> bool:
    """Whether somebody who may come back was signed in with this, as far as is known by now."""
    known = select(SignIn.id).where(SignIn.token_hash == hash_of(token))
    return bool(session.scalars(known).first()) or bool(
        person and session.scalars(_still_here(person[0])).first()
    )


def _still_here(user_id: int) -> Select[int]:
    return select(User.id).where(User.id == user_id, User.deactivated_at.is_(None))


def keep_typed(
    session: Session,
    token: str,
    *,
    page: str,
    fields: dict[str, list[str]] | None,
    person: tuple[int, int | None] | None,
    now: datetime,
) -> None:
    """Put away what someone typed in a form that met the end of their sign-in. Where nothing is
    left of that, one that has ended stands for it; `person` is who it was, and the account."""
    kept: dict[str, Any] = {"kept_for": page if fields else None, "kept": fields}
    known = update(SignIn).where(SignIn.token_hash == hash_of(token)).values(kept)
    found = cast(CursorResult[Any], session.execute(known)).rowcount
    if found or not fields or not person or not session.scalars(_still_here(person[0])).first():
        return
    ended = {"started_at": now, "seen_at": now, "ends_at": now, "idle_seconds": 0}
    session.add(
        SignIn(user_id=person[0], account_id=person[1], token_hash=hash_of(token), **ended, **kept)
    )


def note_seen(session: Session, sign_in_id: int, *, now: datetime, forget: bool) -> None:
    """The sign-in was used. With `forget`, what it kept was sent by now."""
    values: dict[str, Any] = {"seen_at": now}
    if forget:
        values |= {"kept_for": None, "kept": None}
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(values))
