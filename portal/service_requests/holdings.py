"""Open requests that somebody is the contact of, opened or follows, for when that person leaves."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CompoundSelect, Select, or_, select
from sqlalchemy.orm import Session

from portal.accounts.holdings import Holding, Kind, holds_people_responsible
from portal.accounts.models import User
from portal.base import clock
from portal.base.history import Doer, What, happened
from portal.base.words import N_
from portal.service_requests.deeds import hold, put, settle
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.queries import followers_of
from portal.service_requests.rules import OPEN
from portal.service_requests.taking_part import add_follower, people_of


def _requests_of(user: User) -> Select[ServiceRequest]:
    """Whoever opened one follows it too, until they want to hear no more or handed it over."""
    followed = select(Follower.request_id).where(Follower.user_id == user.id, ~Follower.muted)
    mine = or_(ServiceRequest.contact_id == user.id, ServiceRequest.id.in_(followed))
    open_ones = select(ServiceRequest).where(mine, ServiceRequest.status.in_(OPEN))
    return open_ones.order_by(ServiceRequest.id)


def _duty(request: ServiceRequest, user: User) -> str:
    if request.contact_id == user.id:
        return N_("Contact of")
    return N_("Has opened") if request.opened_by_id == user.id else N_("Follows")


def _held_by(session: Session, user: User) -> Iterator[Holding]:
    for it in session.scalars(_requests_of(user)):
        yield Holding(_duty(it, user), it.subject, f"/service-requests/{it.reference}")


def _hand_over(session: Any, user: User, to: User, *, by: Doer) -> int:
    requests, now = session.scalars(_requests_of(user)).all(), clock.now()
    for each in requests:
        request = hold(session, each)
        told = []
        if request.contact_id == user.id:
            request.contact_id, request.contact_name = to.id, to.name
            request.contact_phone = to.phone or ""
            told = [to.name]
            session.flush()
        add_follower(session, request, to.id, now=now)
        _let_go(session, request, user)
        happened(session, request, What.HANDED_OVER, by=by, user=to.id)
        settle(session, request, now=now, texts=told, public=bool(told))
    return len(requests)


def _let_go(session: Any, request: ServiceRequest, user: User) -> None:
    """They hear no more of it, and see it no more unless they opened it."""
    lines = session.scalars(followers_of(request.id)).all()
    mine = next((it for it in lines if it.user_id == user.id), None)
    if mine is not None and request.opened_by_id == user.id:
        mine.muted = True
    elif mine is not None:
        session.delete(mine)
    left = [it for it in lines if it is not mine]
    put(session, request, None, people=people_of(request, left))


def _holders() -> CompoundSelect[Any]:
    open_ones = ServiceRequest.status.in_(OPEN)
    contacts = select(ServiceRequest.contact_id).where(
        open_ones, ServiceRequest.contact_id.is_not(None)
    )
    followers = select(Follower.user_id).join(
        ServiceRequest, ServiceRequest.id == Follower.request_id
    )
    return contacts.union(followers.where(open_ones, ~Follower.muted))


holds_people_responsible(Kind(_held_by, _hand_over, _holders))
