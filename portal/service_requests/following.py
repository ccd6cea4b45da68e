"""Who takes part in a request: its followers, and whom we reach about it."""

from datetime import datetime

from portal.accounts.models import User
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.service_requests.deeds import hold, put, settle
from portal.service_requests.indexing import forget_contact
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Contact, contact_fields
from portal.service_requests.queries import followers_of
from portal.service_requests.rules import one_line
from portal.service_requests.taking_part import add_follower, people_of


def follow(
    session: ScopedSession, request: ServiceRequest, user_id: int, *, by: Doer, now: datetime
) -> None:
    """Let somebody be told what happens: oneself, or another who may see the account's requests.

    Whether they may is for the caller to know, and is asked again when they are told.
    """
    request = hold(session, request)
    if add_follower(session, request, user_id, now=now):
        user = session.get_one(User, user_id)
        hidden = user.staff_role is not None
        if not hidden:
            happened(session, request, What.FOLLOWED, by=by, user=user_id)
        settle(session, request, now=now, public=False)


def unfollow(
    session: ScopedSession, request: ServiceRequest, user_id: int, *, by: Doer, now: datetime
) -> None:
    """Tell somebody no more.

    Whoever wants to hear no more themselves goes on seeing it, as do the one who opened it and its
    contact; anybody else who is taken off by another does not.
    """
    request = hold(session, request)
    lines = session.scalars(followers_of(request.id)).all()
    line = next((it for it in lines if it.user_id == user_id), None)
    if line is None or (line.muted and by.id == user_id):
        return
    if user_id in {by.id, request.opened_by_id, request.contact_id}:
        line.muted = True
    else:
        session.delete(line)
        put(session, request, None, people=people_of(request, [it for it in lines if it != line]))
    if not line.internal:
        happened(session, request, What.UNFOLLOWED, by=by, user=user_id)
    settle(session, request, now=now, public=False)


def change_contact(
    session: ScopedSession,
    request: ServiceRequest,
    contact: Contact,
    *,
    version: int | None,
    by: Doer,
    now: datetime,
    own_reference: str | None = None,
) -> None:
    """Say whom we reach, when to call, and what the customer calls it itself."""
    fields = contact_fields(session, contact, by=by)
    if own_reference is not None:
        most = 80
        fields["own_reference"] = one_line(own_reference, field="own_reference", most=most)
    request = hold(session, request)
    before = request.contact_name, request.contact_phone
    put(session, request, version, **fields)
    if before != (request.contact_name, request.contact_phone):
        forget_contact(session, request, *before)
    lines = session.scalars(followers_of(request.id)).all()
    put(session, request, None, people=people_of(request, lines))
    if contact.user_id:
        add_follower(session, request, contact.user_id, now=now, anew=False)
    happened(session, request, What.CHANGED, by=by, fields=sorted(fields))
    told = [request.contact_name, request.own_reference]
    numbers = [request.own_reference, request.contact_phone]
    settle(session, request, now=now, texts=told, numbers=numbers)
