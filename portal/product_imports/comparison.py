"""What a checked row changes of a device that the account has already."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from portal.base.words import N_, LabelledEnum
from portal.product_imports.checked import Checked
from portal.product_imports.columns import Field
from portal.product_imports.faults import Fault, FaultKind, fault
from portal.products.rules import write_mac


class Outcome(LabelledEnum):
    NEW = "new", N_("New")
    CHANGED = "changed", N_("Changed")
    UNCHANGED = "unchanged", N_("Unchanged")
    WRONG = "wrong", N_("Wrong")
    LEFT_OUT = "left_out", N_("Left out")


class Held(NamedTuple):
    """A device as it is registered, by the serial number or the MAC address of a row."""

    id: int
    serial_number: str | None
    mac: str | None
    model_id: int
    site_id: int | None
    room: str
    asset_tag: str
    holder: str
    installed_version: str


_COMPARED = Held._fields[1:]
_CALLED = {name: Field(name.removesuffix("_id")) for name in _COMPARED}


def changes(row: Checked, held: Held) -> dict[str, str | int]:
    """What the row says anew. A blank cell says nothing: lists seldom know everything."""
    says = {name: getattr(row, name) for name in _COMPARED}
    return {name: value for name, value in says.items() if value and value != getattr(held, name)}


class Names(NamedTuple):
    """What models and sites are called, by their ids."""

    models: Mapping[int, str]
    sites: Mapping[int, str]


def told(row: Checked, held: Held, names: Names) -> list[tuple[Field, str, str]]:
    """The same as people read it: what, from what, to what."""

    def read(name: str, value: Any) -> str:
        if name == "site_id":
            return names.sites.get(value, "")
        if name == "model_id":
            return names.models.get(value, "")
        return write_mac(value) if name == "mac" and value else value or ""

    found = [
        (_CALLED[name], read(name, getattr(held, name)), read(name, value))
        for name, value in changes(row, held).items()
    ]
    if row.new_site:
        found.append((Field.SITE, read("site_id", held.site_id), row.new_site))
    return found


def same_device(row: Checked, by_serial: Held | None, by_mac: Held | None) -> Held | Fault | None:
    """The one registered device that the row is about; None when it is a new one."""
    held = by_serial or by_mac
    two = by_serial and by_mac and by_serial.id != by_mac.id
    # Found by its MAC address alone it has to be a device whose serial number we did not know.
    other = held is by_mac and held and row.serial_number and held.serial_number
    if two or (other and not by_serial):
        value = row.serial_number or row.mac or ""
        return fault(FaultKind.TWO_DEVICES, row.row, Field.SERIAL_NUMBER, value)
    return held


def contradiction(row: Checked, held: Held, model_of: Mapping[int, str]) -> Fault | None:
    """What a device was made as stays: where a list says otherwise, it is wrong, or what is
    registered is. Where both model and MAC address differ, it is about another device.
    """
    model, mac = row.model_id != held.model_id, row.mac and held.mac and row.mac != held.mac
    registered = model_of.get(held.model_id, "")
    if model and mac:
        value = row.serial_number or ""
        return fault(FaultKind.OTHER_DEVICE, row.row, Field.SERIAL_NUMBER, value, registered)
    if model:
        told = model_of.get(row.model_id, "")
        return fault(FaultKind.OTHER_MODEL, row.row, Field.MODEL, told, registered)
    if mac and row.mac and held.mac:
        return fault(
            FaultKind.OTHER_MAC, row.row, Field.MAC, write_mac(row.mac), write_mac(held.mac)
        )
    return None


def taken(row: Checked, field: Field, *, every_site: bool = True) -> Fault:
    """Another account has it. Which one, and what it is, is theirs to know.

    To whoever sees chosen sites only it may be a colleague's as well, and neither is told.
    """
    kind = FaultKind.TAKEN if every_site else FaultKind.NOT_AT_YOURS
    value = row.mac if field is Field.MAC else row.serial_number
    return fault(kind, row.row, field, value or "")
