"""The code that is asked for after the password: tried a few times, spent once."""

from flask import current_app, request
from sqlalchemy.orm import Session

from portal.accounts.actions import note_refusal
from portal.accounts.half_sign_ins import HalfSignIn, use_up
from portal.accounts.models import User
from portal.accounts.proof import TooOften, known_device
from portal.accounts.rules import place_of
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.factors.actions import spend_recovery_code, spend_step
from portal.factors.mails import changed_mail
from portal.factors.queries import authenticator_of, codes_left
from portal.factors.rules import step_of
from portal.factors.sealing import unseal
from portal.web.limits import limit, limits, network_of
from portal.web.session import open_session

LIMITS = (
    limit("code per person", 5, 300),
    limit("code per person an hour", 20, 3600),
    limit("code per person a day", 50, 86_400),
)

PER_NETWORK = limit("code per network", 50, 3600)
IN_ALL = limit("code in all", 2000, 3600)


def try_code(half: HalfSignIn, *, code: str, recovery_code: str) -> bool:
    """Whether one of the two was right. Then both it and the half sign-in are used up."""
    user_id = half.user_id
    # A browser known to be theirs is counted by itself: a stranger who has the password and
    # guesses codes does not lock them out of it.
    key = known_device(user_id) or user_id
    buckets = [bucket.of(key) for bucket in LIMITS]
    if key == user_id:
        buckets += [PER_NETWORK.of(network_of(request.remote_addr)), IN_ALL.of("")]
    if wait := limits().take(buckets):
        raise TooOften(wait)
    with open_session(NOBODY, reading=False) as session:
        if recovery_code:
            right = _spend_recovery_code(session, user_id, recovery_code)
        else:
            right = _spend_code(session, user_id, code)
        right = right and use_up(session, half.id)
        if not right:
            session.rollback()
            note_refusal(session, user_id, place=place_of(request.remote_addr))
        session.commit()
    return right


def _spend_code(session: Session, user_id: int, code: str) -> bool:
    app = session.scalars(authenticator_of(user_id)).one_or_none()
    secret = unseal(current_app.config["SECRET_KEY"], user_id, app.sealed) if app else None
    if app is None or secret is None:
        return False
    now = clock.now()
    step = step_of(secret, code, now=now)
    return step is not None and spend_step(session, app.id, step, now=now)


def _spend_recovery_code(session: Session, user_id: int, code: str) -> bool:
    if not spend_recovery_code(session, user_id, code, now=clock.now()):
        return False
    left = session.scalar(codes_left(user_id)) or 0
    changed_mail(session, session.get_one(User, user_id), "code_used", left=left)
    return True
