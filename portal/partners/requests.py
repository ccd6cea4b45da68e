"""A partner asks a customer for access, and the customer answers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account, User
from portal.base.db import broke
from portal.base.history import Doer, What, happened, happened_in
from portal.base.references import read_master_account_id
from portal.base.typed import plain_text
from portal.base.words import N_, Refused
from portal.partners.mails import answer_mail, request_mails
from portal.partners.models import AccessRequest, Answer
from portal.partners.rules import LONGEST_MESSAGE, UNANSWERED, whole


def ask_for_access(
    session: Session,
    *,
    partner_id: int,
    number: str,
    permissions: Iterable[str],
    message: str,
    by: Doer,
    now: datetime,
) -> AccessRequest | None:
    """Ask whoever has this number. Nothing here tells the partner whether anybody does.

    None when the same was asked and waits already.
    """
    digits = read_master_account_id(number)
    if digits is None:
        raise Refused(
            N_("This is no master account ID: check the digits. It looks like 1042-2107-3."),
            field="number",
        )
    wishes = [str(permission) for permission in whole(permissions)]
    _let_lapse(session, partner_id, digits, now)
    asked = AccessRequest(
        partner_id=partner_id,
        digits=digits,
        account_id=session.scalars(
            select(Account.id).where(Account.digits == digits, Account.closed_at.is_(None))
        ).one_or_none(),
        permissions=wishes,
        message=plain_text(message)[:LONGEST_MESSAGE],
        asked_by_id=by.id,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(asked)
    except IntegrityError as error:
        if not broke(error, "uq_access_request_partner_id_digits_waiting"):
            raise
        return None
    happened(session, asked, What.ACCESS_ASKED, by=by, permissions=wishes)
    request_mails(session, asked)
    return asked


def answer(
    session: Session,
    asked: AccessRequest,
    given: Grant | None,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Tell the partner what the customer decided; `given` is None when it declined."""
    done = session.execute(
        update(AccessRequest)
        .where(AccessRequest.id == asked.id, AccessRequest.waiting.is_(True))
        .values(waiting=None, answer=Answer.GIVEN if given else Answer.DECLINED)
        .values(answered_at=now, answered_by_id=by.id)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Refused(N_("Somebody has answered this request already."))
    assert asked.account_id
    if given is None:
        happened_in(session, asked.account_id, asked, What.ACCESS_DECLINED, by=by)
    answer_mail(session, asked, session.get_one(User, asked.asked_by_id), given)


def _let_lapse(session: Session, partner_id: int, digits: str, now: datetime) -> None:
    """A request that nobody answered makes room for a new one."""
    session.execute(
        update(AccessRequest)
        .where(AccessRequest.partner_id == partner_id, AccessRequest.digits == digits)
        .where(AccessRequest.waiting.is_(True), AccessRequest.asked_at <= now - UNANSWERED)
        .values(waiting=None)
    )
