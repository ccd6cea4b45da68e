"""Setting up second factors, using them, and taking them away."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, delete, exists, select, update
from sqlalchemy.orm import Session

from portal.accounts.actions import Person, sign_out_everywhere
from portal.accounts.half_sign_ins import forget_halves
from portal.accounts.models import SignIn, User
from portal.accounts.provided import may_be_without_factor
from portal.accounts.tokens import hash_of
from portal.base.history import What, happened
from portal.base.words import N_, Refused
from portal.factors.models import Authenticator, Passkey, RecoveryCode
from portal.factors.queries import authenticator_of, standing
from portal.factors.rules import RECOVERY_CODES, may_reset, new_recovery_code, read_recovery_code


def add_authenticator(
    session: Session, user: User, *, sealed: str, step: int, now: datetime
) -> Authenticator:
    """Count an app's codes as this person's from now on. Another app's count no more."""
    session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    # The code that confirmed it is spent.
    added = Authenticator(user_id=user.id, sealed=sealed, used_step=step, added_at=now)
    session.add(added)
    note_added(session, user, added, now=now)
    return added


def spend_step(session: Session, authenticator_id: int, step: int, *, now: datetime) -> bool:
    """Whether the code of this step was good still. Of several at once, one spends it."""
    mine = Authenticator.id == authenticator_id
    return _hit(
        session,
        update(Authenticator)
        .where(mine, Authenticator.used_step < step)
        .values(used_step=step, used_at=now)
        .execution_options(synchronize_session=False),
    )


def remove_authenticator(session: Session, user: User, *, needed: bool) -> None:
    found = session.scalars(authenticator_of(user.id)).one_or_none()
    if found:
        _remove(session, user, found, needed=needed)


def remove_passkey(session: Session, user: User, passkey: Passkey, *, needed: bool) -> None:
    _remove(session, user, passkey, needed=needed)


def make_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new ones, to be shown once. Those from before are good no more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_of(code)) for code in codes)
    happened(session, user, What.RECOVERY_CODES_MADE, by=Person(user.id))
    return codes


def spend_recovery_code(session: Session, user_id: int, typed: str, *, now: datetime) -> bool:
    """Whether this was one of theirs, and unused. Of several at once, one spends it."""
    code = read_recovery_code(typed)
    if code is None:
        return False
    spent = _hit(
        session,
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == hash_of(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False),
    )
    if spent:
        user = session.get_one(User, user_id)
        happened(session, user, What.RECOVERY_CODE_USED, by=Person(user_id))
    return spent


def reset_factors(session: Session, user: User, *, by: User) -> None:
    """Take away all that someone has beside the password, and end every sign-in of theirs."""
    if not may_reset(standing(session, by), standing(session, user)):
        raise Refused(N_("Only an administrator of higher rank may do this."))
    if user.second_factor_at is None:
        raise Refused(N_("There is nothing to reset."))
    forget_factors(session, user)
    sign_out_everywhere(session, user.id)


def forget_factors(session: Session, user: User) -> None:
    for table in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user.id))
    forget_halves(session, user.id)
    user.second_factor_at = None


def end_other_sign_ins(session: Session, user_id: int, *, keep: int) -> None:
    """Those that a password alone was enough for."""
    session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.id != keep))


def note_added(
    session: Session, user: User, factor: Authenticator | Passkey, *, now: datetime
) -> None:
    user.second_factor_at = user.second_factor_at or now
    happened(session, user, What.FACTOR_ADDED, by=Person(user.id), kind=factor.__tablename__)


def _remove(session: Session, user: User, factor: Authenticator | Passkey, *, needed: bool) -> None:
    session.delete(factor)
    session.flush()
    left = select(
        exists().where(Authenticator.user_id == user.id)
        | exists().where(Passkey.user_id == user.id)
    )
    if not session.scalar(left):
        if needed:
            raise Refused(N_("You must have at least one. Add another before you remove this one."))
        if user.short_password:
            raise Refused(N_("Without it your password is too short. Change the password first."))
        may_be_without_factor(session, user)
        user.second_factor_at = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    happened(session, user, What.FACTOR_REMOVED, by=Person(user.id), kind=factor.__tablename__)


def _hit(session: Session, statement: Executable) -> bool:
    """Whether the statement found its row as it expected it."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount == 1
