"""What a filled-in form says: one request, or one for each of the devices that were picked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.products.finding import model_named, site_id_of
from portal.profile.rules import read_phone
from portal.request_opening.finding import (
    Device,
    colleague_with,
    colleagues_like,
    device_meant,
    devices_with,
)
from portal.request_opening.forms import TOGETHER, ContactFields, OpeningForm
from portal.request_opening.rules import MOST_AT_ONCE, call_window
from portal.service_requests.opening import Contact, Opening
from portal.service_requests.rules import About
from portal.web.guard import account, viewer
from portal.web.locale import gettext as _
from portal.web.locale import time_zone
from portal.web.session import db

TOO_MANY = N_("Open at most %(most)s requests at a time.")


def openings_of(form: OpeningForm, own_phone: str) -> list[Opening]:
    """The requests that this form asks for, as it was filled in."""
    said = Opening(
        subject=form.subject.data,
        text=form.text.data,
        about=About(form.about.data),
        severity=Severity(form.severity.data),
        contact=contact_of(form, own_phone),
        own_reference=form.own_reference.data,
    )
    devices = picked(form)
    if devices and form.manner.data == TOGETHER:
        return [replace(said, **_together(devices), text=_with_list(said.text, devices))]
    if devices:
        return [replace(said, product_id=it.id) for it in devices]
    return [replace(said, **_about_what(form))]


def picked(form: OpeningForm) -> list[Device]:
    """The devices that were picked in the list. All of them, or none of it is done."""
    sees = viewer().may(Permission.PRODUCTS_VIEW)
    ids = [read_reference("P", it) or 0 for it in form.picked.data] if sees else []
    if len(ids) > MOST_AT_ONCE:
        raise Refused(TOO_MANY, field="picked", most=MOST_AT_ONCE)
    found = devices_with(db(), ids)
    if len(found) < len(ids):
        raise Refused(
            N_("We do not find all the devices you picked. Pick them again."), field="picked"
        )
    return found


def of_one_model(devices: Sequence[Device]) -> bool:
    return len({it.model_id for it in devices}) == 1


def _together(devices: Sequence[Device]) -> dict[str, Any]:
    if len(devices) == 1:
        return {"product_id": devices[0].id}
    if not of_one_model(devices):
        raise Refused(
            N_("The devices are of different models. Open one request for each."), field="manner"
        )
    return {"model_id": devices[0].model_id, "device_count": len(devices)}


def _with_list(text: str, devices: Sequence[Device]) -> str:
    named = "\n".join(it.label for it in devices)
    return "\n\n".join((text, _("The devices it is about:") + "\n" + named))


def _about_what(form: OpeningForm) -> dict[str, Any]:
    """A device, or so many of a model, or neither; and where."""
    sees = viewer().may(Permission.PRODUCTS_VIEW)
    device = device_meant(db(), form.device.data, form.product.data) if sees else None
    model, count = form.model.data.strip(), form.device_count.data
    if device and (model or count is not None):
        raise Refused(
            N_("Choose either one device or several of a model, and not both."), field="device"
        )
    site = form.site.data.strip()
    told: dict[str, Any] = {"site_id": site_id_of(site) if site else None}
    if device:
        return told | {"product_id": device.id}
    if count is not None and not model:
        raise Refused(N_("Choose the model."), field="model")
    if model and count is None:
        raise Refused(N_("Write how many there are."), field="device_count")
    if model:
        told |= {"model_id": model_named(model).id, "device_count": count}
    return told


def contact_of(form: ContactFields, own_phone: str) -> Contact:
    """Whom we reach: the viewer, a colleague who has access, or whoever is named."""
    phone = _phone(form.contact_phone.data)
    start, end = call_window(
        form.call_day.data,
        form.call_from.data,
        form.call_until.data,
        now=clock.now(),
        zone=time_zone(),
    )
    name = form.contact_name.data.strip()
    user_id = _person(name, form.contact.data)
    if phone and phone == own_phone and user_id != viewer().id and viewer().kind != "staff":
        raise Refused(
            N_("This is your own number. Write theirs, or leave it open."), field="contact_phone"
        )
    if user_id == viewer().id:
        name = viewer().name
    return Contact(user_id=user_id, name=name, phone=phone, call_from=start, call_until=end)


def _phone(text: str) -> str:
    try:
        return read_phone(text) or ""
    except Refused as refusal:
        raise Refused(refusal.message, field="contact_phone") from None


def _person(name: str, key: str | None) -> int | None:
    """The user of this name: oneself, who was chosen, or the only colleague who is called so."""
    who = viewer()
    if who.kind != "staff" and (not name or name == who.name):
        return who.id
    if not name or who.kind == "partner":  # whom a customer employs is not a partner's to look up
        return None
    chosen = db().execute(colleague_with(account().id, read_reference("U", key or "") or 0)).first()
    if chosen and chosen.name == name:
        return int(chosen.user_id)
    alike = db().execute(colleagues_like(account().id, name).limit(20)).all()
    same = [it for it in alike if sort_key(it.name) == sort_key(name)]
    return int(same[0].user_id) if len(same) == 1 else None
