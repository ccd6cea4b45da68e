"""Whose deed it was, in words: history holds ids, and names are looked up when it is read."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Partner, User
from portal.base.names import FORMER
from portal.web.guard import viewer
from portal.web.locale import gettext as _


class Deed(Protocol):
    """An event, or what else is known by whom it was done; in an account, its `account_id` too."""

    @property
    def id(self) -> int: ...

    @property
    def by_id(self) -> int | None: ...

    @property
    def on_behalf(self) -> bool: ...


def signatures_of(session: Session, events: Iterable[Deed]) -> dict[int, str]:
    """By the id of the event, who did it and for whom. One statement."""
    events = list(events)
    accounts = {getattr(event, "account_id", None) for event in events}
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
    event: Deed,
    name: str | None = None,
    partner: str | None = None,
    customer: str | None = None,
) -> str:
    """Siri Berg (Vestnett Forhandler AS) på vegne av Nordlys Kraft AS

    Partners are competitors: one is not told which others a customer has.
    """
    if event.by_id is None:
        return _("The portal")
    if name is None:
        return _(FORMER)
    if not (event.on_behalf and customer):
        return name
    mine = getattr(viewer(), "partner", None)
    if mine and partner and partner != mine:
        return _("Another partner on behalf of %(customer)s", customer=customer)
    return _(
        "%(name)s (%(company)s) on behalf of %(customer)s",
        name=name,
        company=partner or "Poly",
        customer=customer,
    )
