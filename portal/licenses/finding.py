"""What addresses and forms name: a license, a seat of it, a device; and the ring for keys."""

from dataclasses import replace

from flask import abort, current_app

from portal.base.references import read_reference
from portal.base.words import N_, Refused
from portal.licenses.actions import Seat
from portal.licenses.forms import PlaceForm, SeatForm
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.queries import assignment_with_id, device_numbered, license_with_id
from portal.licenses.rules import PREFIX, SEAT_PREFIX
from portal.licenses.sealing import KeyRing
from portal.products.finding import site_id_of
from portal.products.queries import product_with_id
from portal.products.rules import bare
from portal.web.paging import LARGEST
from portal.web.session import db


def ring() -> KeyRing:
    found: KeyRing = current_app.extensions["license_keys"]
    return found


def find(reference: str) -> License:
    """The license of a reference, with 404 for what is no reference or is not yours."""
    return db().scalars(license_with_id(_number(PREFIX, reference))).one()


def find_seat(reference: str) -> LicenseAssignment:
    return db().scalars(assignment_with_id(_number(SEAT_PREFIX, reference))).one()


def _number(prefix: str, reference: str) -> int:
    number = read_reference(prefix, reference) or 0
    if not 0 < number <= LARGEST:
        abort(404)
    return number


def seat_of(form: SeatForm) -> Seat:
    """What a form says of where seats are to be, and how many."""
    return replace(place_of(form), seats=form.seats.data)


def place_of(form: PlaceForm) -> Seat:
    return Seat(
        site_id=site_id_of(form.site.data) if form.site.data.strip() else None,
        room=form.room.data.strip(),
        product_id=device_id_of(form.device.data),
        holder=form.holder.data.strip(),
    )


def device_id_of(text: str) -> int | None:
    """The device with this serial number, MAC address or reference; None when none was given."""
    number = bare(text)
    if not number:
        return None
    known = read_reference("P", text)
    found = db().scalars(device_numbered(number)).first()
    if found is None and known and known <= LARGEST:
        found = db().scalars(product_with_id(known)).one_or_none()
    if found is None:
        raise Refused(
            N_("There is no device with this number. Check it, or register the device first."),
            field="device",
        )
    return found.id
