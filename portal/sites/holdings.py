"""Who is the contact person of a site, for when that person leaves.

A contact person is written as text and need not be a user: it is the address that tells.
"""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.holdings import Holding, Kind, holds_people_responsible
from portal.accounts.models import Site, User
from portal.base.history import Doer, What, happened
from portal.base.words import N_


def _sites_of(user: User) -> Select[Site]:
    mine = func.lower(Site.contact_email) == user.email
    return select(Site).where(mine).order_by(Site.name_key)


def _held_by(session: Session, user: User) -> list[Holding]:
    return [
        Holding(N_("Contact person of"), site.name, f"/organization/sites/{site.reference}")
        for site in session.scalars(_sites_of(user))
    ]


def _hand_over(session: Session, user: User, to: User, *, by: Doer) -> int:
    sites = session.scalars(_sites_of(user)).all()
    for site in sites:
        site.contact_name, site.contact_email = to.name, to.email
        site.contact_phone = to.phone or ""
        happened(session, site, What.HANDED_OVER, by=by, user=to.id)
    return len(sites)


holds_people_responsible(Kind(_held_by, _hand_over))
