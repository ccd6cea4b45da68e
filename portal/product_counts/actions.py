"""Registering devices by count, and correcting how many there are."""

from datetime import datetime

from portal.base.db import save
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.models import ProductModel
from portal.products.indexing import index_counts
from portal.products.models import ProductCount
from portal.products.queries import count_of

MOST = 100_000  # devices registered by count in one place


def register_count(
    session: ScopedSession,
    *,
    model_id: int,
    site_id: int | None,
    number: int,
    by: Doer,
    now: datetime,
) -> ProductCount:
    """Put so many more devices of a model at a site under the plan, without serial numbers."""
    counted = session.scalars(count_of(model_id, site_id).with_for_update()).one_or_none()
    if counted is None:
        counted = ProductCount(
            model=session.get_one(ProductModel, model_id),
            site_id=site_id,
            number=0,
            registered_at=now,
            registered_by_id=by.id,
        )
        session.add(counted)
        session.flush()
    set_count(session, counted, version=counted.version, number=counted.number + number, by=by)
    return counted


def set_count(
    session: ScopedSession, counted: ProductCount, *, version: int, number: int, by: Doer | None
) -> None:
    """Say how many there are. None at all takes the line away."""
    if not 0 <= number <= MOST:
        raise Refused(
            N_("A place can have at most %(most)s devices of one model."),
            field="number",
            most=MOST,
        )
    before = counted.number
    save(session, counted, version=version, number=number)
    what = What.COUNTED if before else What.REGISTERED
    happened(session, counted, what, by=by, number=[before, number])
    if number:
        index_counts(session, [counted])
    else:
        index_counts(session, [counted], gone=True)
        session.delete(counted)
