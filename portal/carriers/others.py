"""Any other carrier: known by its name, and by where its parcels are followed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.held import Held
from portal.carriers.bring import ALSO, Bring
from portal.carriers.interface import Booking, Carrier, Declined, Shipment, Tracked
from portal.carriers.models import OtherCarrier
from portal.carriers.rules import link_to

_FOR_LINKS = Bring()  # where parcels are followed it knows, whoever we are


@dataclass(frozen=True, slots=True)
class Other:
    id: int
    name: str
    template: str
    offered: bool
    tracks: bool = False
    books: bool = False

    def track(self, number: str) -> Tracked:
        return Tracked(known=False)

    def book(self, shipment: Shipment) -> Booking:
        raise Declined(f"{self.name} takes no orders: {shipment.reference}.")

    def link(self, number: str, language: str) -> str:
        return link_to(self.template, number) if self.template else ""


def other_carriers(session: Session) -> dict[str, Other]:
    """By their folded names, in the order of these."""
    return CARRIERS.of(session)


def carrier_called(session: Session, name: str, bring: Bring = _FOR_LINKS) -> Carrier:
    """Whoever is called so. Of a name that nobody keeps nothing else is known."""
    folded = name.casefold()
    if folded in ALSO:
        return bring
    return other_carriers(session).get(folded) or Other(0, name, "", offered=False)


def _read(session: Session) -> dict[str, Other]:
    rows = session.scalars(select(OtherCarrier).order_by(OtherCarrier.folded))
    return {it.folded: Other(it.id, it.name, it.link, it.withdrawn_at is None) for it in rows}


CARRIERS = Held("other_carriers", _read, OtherCarrier)
