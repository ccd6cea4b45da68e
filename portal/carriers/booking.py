"""What a carrier is told of a parcel that is ordered from it."""

from portal.carriers.interface import Party, Shipment
from portal.carriers.rules import Direction
from portal.replacements.models import Replacement
from portal.web.operator import OPERATOR


def shipment_of(it: Replacement, direction: Direction) -> Shipment:
    """From us to the customer, or back."""
    theirs = Party(
        name=it.account.name,
        street=it.street,
        postal_code=it.postal_code,
        city=it.city,
        country=it.country,
        contact=it.recipient,
        phone=it.phone,
    )
    ours = _ours()
    returns = direction is Direction.BACK
    return Shipment(
        reference=it.reference,
        sender=theirs if returns else ours,
        recipient=ours if returns else theirs,
        contents=f"{it.part_count} × {it.part.name_nb}" if it.part else it.model.name,
        returns=returns,
    )


def _ours() -> Party:
    """As it stands on return labels: a name, a street, and a place with its postal code."""
    name, street, *_, place = OPERATOR.returns_to
    postal_code, _, city = place.partition(" ")
    told = {"name": name, "street": street, "postal_code": postal_code, "city": city}
    return Party(**told, phone=OPERATOR.phone)
