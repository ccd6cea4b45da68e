"""What logistics decides about delivery times."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.words import Refused
from portal.delivery_times.models import PostalCodeStretch, ShippingSite
from portal.delivery_times.queries import shipping_sites, stretches_listed
from portal.delivery_times.rules import (
    CODES_TAKEN,
    Shipping,
    checked_shipping,
    checked_stretch,
)
from portal.delivery_times.times import shipping_of, stretch_of


def change_shipping(session: Session, told: Shipping, *, version: int, by: Doer) -> bool:
    """State how the shipping site works. Whether that changed anything."""
    told = checked_shipping(told)
    site = session.scalars(shipping_sites().limit(1)).first()
    if site is None:
        # The first lines of the table are made with it; where they are gone, the defaults hold.
        site = ShippingSite(**_columns(told))
        session.add(site)
        happened(session, site, What.CREATED, by=by)
        return True
    if shipping_of(site) == told and site.version == version:
        return False
    save(session, site, version=version, **_columns(told))
    happened(session, site, What.CHANGED, by=by)
    return True


def add_stretch(
    session: Session, *, country: str, first_code: str, last_code: str, days: int, by: Doer
) -> PostalCodeStretch:
    """From now on parcels to these postal codes are promised so many business days later."""
    known = [stretch_of(line) for line in session.scalars(stretches_listed())]
    told = checked_stretch(country, first_code, last_code, days, known)
    line = PostalCodeStretch(
        country=told.country, first_code=told.first, last_code=told.last, days=told.days
    )
    try:
        with session.begin_nested():
            session.add(line)
    except IntegrityError as error:
        _refuse_twin(error)
        raise
    happened(session, line, What.CREATED, by=by, **_told(line))
    return line


def remove_stretch(session: Session, line: PostalCodeStretch, *, by: Doer) -> None:
    happened(session, line, What.REMOVED, by=by, **_told(line))
    session.delete(line)


def _told(line: PostalCodeStretch) -> dict[str, object]:
    return {"country": line.country, "codes": [line.first_code, line.last_code], "days": line.days}


def _refuse_twin(error: IntegrityError) -> None:
    if broke(error, "uq_postal_code_stretch_country_first_code"):
        raise Refused(CODES_TAKEN, field="first_code") from None


def _columns(told: Shipping) -> dict[str, Any]:
    days = [list(each) for each in sorted(told.days_off)]
    return asdict(told) | {"days_off": days}
