"""A request that was opened for the wrong customer: canceled here, and opened for the right one.

The two accounts are written for one after the other, since a session writes for one. What ends
it also asks, in the same transaction, for what opens the other; see `copying`.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.agreements.finding import customer_meant
from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.actions import reply
from portal.service_requests.deeds import hold
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import messages_of
from portal.service_requests.rules import STOPPED, Status, over, whole_text


def customer_named(session: Session, typed: str) -> Account:
    return session.get_one(Account, customer_meant(session, typed))


def move_to_customer(
    session: ScopedSession,
    request: ServiceRequest,
    to: Account,
    *,
    contact_id: int,
    message_ids: Collection[int],
    text: str,
    by: Doer,
    now: datetime,
) -> None:
    """Cancel it with a word to its customer, and have what was chosen opened for the right one.

    Canceled and not closed: nobody helped them, so they are not asked how the help was, nor told
    that it was not solved.
    """
    request = hold(session, request)
    if to.id == request.account_id:
        raise Refused(N_("It is this customer's already."), field="customer")
    if session.scalars(select(Account.closed_at).where(Account.id == to.id)).one():
        raise Refused(N_("This customer is closed."), field="customer")
    if request.status in STOPPED:
        raise Refused(over(request.status))
    said = [it for it in session.scalars(messages_of(request.id)) if it.id in message_ids]
    if all(it.internal for it in said):
        raise Refused(N_("Choose at least one message that the customer sees."), field="messages")
    missing = N_("Write what the customer reads when the request is closed.")
    text = whole_text(text, field="text", missing=missing)
    reply(session, request, text, status=Status.CANCELED, takes=False, by=by, now=now)
    later(
        session,
        "request_desk.copy",
        account_id=to.id,
        user_id=by.id,
        request_id=request.id,
        from_account_id=request.account_id,
        message_ids=sorted(it.id for it in said),
        contact_id=contact_id,
    )
