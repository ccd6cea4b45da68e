"""Whose deed it was, in words: history holds ids, and names are looked up when it is read."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Partner, User
from portal.base.history import DeskEvent, Event
from portal.web.locale import gettext as _


def signatures_of(session: Session, events: Iterable[Event | DeskEvent]) -> dict[int, str]:
    """By the id of the event, who did it and for whom. One statement."""
    events = list(events)
    accounts = {event.account_id for event in events if isinstance(event, Event)}
    ids = {event.by_id for event in events if event.by_id}
    query = (
        select(User.id, User.name, Partner.name, Account.name)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Account, Account.id.in_(accounts))
        .where(User.id.in_(ids))
    )
    people = {row[0]: row[1:] for row in session.execute(query)} if ids else {}
    return {event.id: signature(event, *people.get(event.by_id or 0, ())) for event in events}


def signature(
    event: Event | DeskEvent,
    name: str | None = None,
    partner: str | None = None,
    customer: str | None = None,
) -> str:
    """Siri Berg (Vestnett Forhandler AS) på vegne av Nordlys Kraft AS"""
    if event.by_id is None:
        return _("The portal")
    if name is None:
        return _("Former user")
    if not event.on_behalf:
        return name
    return _(
        "%(name)s (%(company)s) on behalf of %(customer)s",
        name=name,
        company=partner or "Poly",
        customer=customer or "",
    )
