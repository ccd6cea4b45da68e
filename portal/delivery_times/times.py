"""The promise as pages ask for it: what it is worked out from is in the memory of each process."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.held import Held
from portal.base.workdays import Workdays
from portal.delivery_times.models import PostalCodeStretch, ShippingSite
from portal.delivery_times.rules import CUT_OFF, Promise, Shipping, Stretch, promise


@dataclass(frozen=True, slots=True)
class DeliveryTimes:
    """Plain values, shared by everyone, changed by nobody."""

    shipping: Shipping
    stretches: tuple[Stretch, ...]

    def promise(
        self, approved: datetime, *, cut_off: int = CUT_OFF, country: str, postal_code: str
    ) -> Promise:
        return promise(
            approved,
            self.shipping,
            cut_off=cut_off,
            country=country,
            postal_code=postal_code,
            stretches=self.stretches,
        )

    def workdays(self, country: str) -> Workdays:
        """By which deadlines of a customer there are counted."""
        return Workdays(country, self.shipping.days_off)


def delivery_times(session: Session) -> DeliveryTimes:
    return TIMES.of(session)


def shipping_of(site: ShippingSite) -> Shipping:
    return Shipping(
        name=site.name,
        country=site.country,
        zone=site.zone,
        days_off=frozenset((month, day) for month, day in site.days_off),
    )


def stretch_of(line: PostalCodeStretch) -> Stretch:
    return Stretch(country=line.country, first=line.first_code, last=line.last_code, days=line.days)


def _read(session: Session) -> DeliveryTimes:
    site = session.scalars(select(ShippingSite).order_by(ShippingSite.id).limit(1)).first()
    lines = session.scalars(select(PostalCodeStretch).order_by(PostalCodeStretch.id))
    return DeliveryTimes(
        shipping_of(site) if site else Shipping(), tuple(stretch_of(line) for line in lines)
    )


TIMES = Held("delivery_times", _read, ShippingSite, PostalCodeStretch)
