"""The sites that an import made: they are there for what it registered, and go with it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Site
from portal.base.tenancy import ScopedSession
from portal.products.models import Product, ProductCount


def let_go(session: ScopedSession, site_ids: Sequence[int]) -> list[Site]:
    """Take away those that nothing needs; the others stay, and are what is returned."""
    if not site_ids:
        return []
    ours = select(Site).where(Site.id.in_(site_ids)).order_by(Site.name_key)
    used = _with_devices(session, site_ids)
    return [
        site
        for site in session.scalars(ours).all()
        if site.id in used or site.version > 1 or not _gone(session, site)
    ]


def _with_devices(session: ScopedSession, site_ids: Sequence[int]) -> set[int | None]:
    found: set[int | None] = set()
    for column in (Product.site_id, ProductCount.site_id):
        found |= set(session.scalars(select(column).where(column.in_(site_ids)).distinct()))
    return found


def _gone(session: ScopedSession, site: Site) -> bool:
    """Unless something else hangs on it: a request, or what somebody may see."""
    try:
        with session.begin_nested():
            session.delete(site)
    except IntegrityError:
        return False
    return True
