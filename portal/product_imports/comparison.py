"""What a checked row changes of a device that the account has already."""

from typing import NamedTuple

from portal.base.words import N_, LabelledEnum
from portal.product_imports.columns import Field
from portal.product_imports.faults import Fault, FaultKind, fault
from portal.product_imports.rules import Checked


class Outcome(LabelledEnum):
    NEW = "new", N_("New")
    CHANGED = "changed", N_("Changed")
    UNCHANGED = "unchanged", N_("Unchanged")
    WRONG = "wrong", N_("Wrong")


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


def changes(row: Checked, held: Held) -> dict[str, str | int]:
    """What the row says anew. A blank cell says nothing: lists seldom know everything."""
    says = {name: getattr(row, name) for name in _COMPARED}
    return {name: value for name, value in says.items() if value and value != getattr(held, name)}


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


def taken(row: Checked, field: Field) -> Fault:
    """Another account has it. Which one, and what it is, is theirs to know."""
    value = row.mac if field is Field.MAC else row.serial_number
    return fault(FaultKind.TAKEN, row.row, field, value or "")
