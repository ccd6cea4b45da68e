"""What licenses are found by: kept in the search index with every deed.

Of the key only codes are in it, which nobody makes without the ring; see `sealing`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from portal.base.search import Kind, Tokens, index, tokens_of
from portal.base.tenancy import ScopedSession
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.queries import seats_in_use
from portal.licenses.sealing import KeyRing


def index_licenses(session: ScopedSession, ring: KeyRing, licenses: Collection[License]) -> None:
    """Let them be found by name, numbers and key; and by where their seats are now, but for those
    who see chosen sites."""
    session.flush()
    seats: dict[int, list[LicenseAssignment]] = {it.id: [] for it in licenses}
    for each in session.scalars(seats_in_use(list(seats))):
        seats[each.license_id].append(each)
    tokens = {it.id: tokens_for(ring, it, seats[it.id]) for it in licenses}
    for kind in (Kind.LICENSE, Kind.LICENSE_ITSELF):
        index(session, kind, ((it.id, it.account_id, tokens[it.id][kind]) for it in licenses))


def tokens_for(ring: KeyRing, it: License, seats: Sequence[Any]) -> Mapping[Kind, Tokens]:
    """What a license is found by, with these of its seats: by those who see all, and by others."""
    keys = _key_marks(ring, it)
    places = [(seat.room, seat.holder, seat.site.name if seat.site else "") for seat in seats]
    devices = [seat.product for seat in seats if seat.product]
    own = [it.reference, it.order_number, it.purchase_order]
    numbers = [*own]
    for device in devices:
        numbers += [device.serial_number or "", device.mac or "", device.asset_tag]
    said = (it.name, *(text for place in places for text in place))
    return {
        Kind.LICENSE: tokens_of(said, identifiers=numbers, marks=keys),
        Kind.LICENSE_ITSELF: tokens_of(
            (it.name,), identifiers=own, marks=[*keys, *_site_marks(seats)]
        ),
    }


def _key_marks(ring: KeyRing, it: License) -> list[str]:
    if it.key_sealed is None or it.sealed_with is None:
        return []
    key = ring.unseal(it.account_id, it.key_sealed, it.sealed_with)
    return ring.marks_of(it.account_id, key)


def _site_marks(seats: Sequence[Any]) -> Iterator[str]:
    """By which whoever sees chosen sites is let find it."""
    for seat in seats:
        site_id = seat.site_id or (seat.product.site_id if seat.product else None)
        if site_id:
            yield f"s{site_id}"
