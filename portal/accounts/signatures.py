"""Whose deed it was, in words: history holds ids, and names are looked up when it is read."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from sqlalchemy import String, literal, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Partner, Site, User
from portal.base.deeds import VENDORS_OWN
from portal.base.names import FORMER
from portal.web.guard import viewer
from portal.web.locale import gettext as _

COMPANY = "Poly"  # whose staff they are


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
    return signatures_and_sites(session, events, ())[0]


def signatures_and_sites(
    session: Session, events: Iterable[Deed], site_ids: Collection[int]
) -> tuple[dict[int, str], dict[int, str]]:
    """The same, and the names of the sites that they tell of, in one statement."""
    events = list(events)
    accounts = {getattr(event, "account_id", None) for event in events}
    ids = {event.by_id for event in events if event.by_id}
    nothing = literal(None, String)
    columns: Any = select  # of two kinds, so that their types say nothing
    people = (
        columns(literal(True), User.id, User.name, Partner.name, Account.name)
        .select_from(User)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Account, Account.id.in_(accounts))
        .where(User.id.in_(ids))
    )
    sites = columns(literal(False), Site.id, Site.name, nothing, nothing)
    sites = sites.where(Site.id.in_(site_ids))
    query = people.union_all(sites) if ids and site_ids else people if ids else sites
    rows: Any = session.execute(query).all() if ids or site_ids else []
    told = {number: names for person, number, *names in rows if person}
    named = {number: names[0] for person, number, *names in rows if not person}
    return {it.id: signature(it, *told.get(it.by_id or 0, ())) for it in events}, named


def signature(
    event: Deed,
    name: str | None = None,
    partner: str | None = None,
    customer: str | None = None,
) -> str:
    """Siri Berg (Vestnett Forhandler AS) på vegne av Nordlys Kraft AS

    Partners are competitors: one is not told which others a customer has. What the vendor owes the
    customer, its staff do in its own name: Lars Lager (Poly).
    """
    if event.by_id is None:
        return _("The portal")
    if name is None:
        return _(FORMER)
    if not (event.on_behalf and customer):
        return name
    if partner is None and getattr(event, "what", None) in VENDORS_OWN:
        return _("%(name)s (%(company)s)", name=name, company=COMPANY)
    mine = getattr(viewer(), "partner", None)
    if mine and partner and partner != mine:
        return _("Another partner on behalf of %(customer)s", customer=customer)
    return _(
        "%(name)s (%(company)s) on behalf of %(customer)s",
        name=name,
        company=partner or COMPANY,
        customer=customer,
    )
