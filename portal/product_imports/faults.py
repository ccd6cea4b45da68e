"""What can be wrong with a row of a list, and what is worth saying of one that is right."""

from typing import NamedTuple

from portal.base.words import N_, LabelledEnum
from portal.product_imports.columns import Field

SHOWN = 60  # characters of a cell, in a sentence about it


class FaultKind(LabelledEnum):
    """The labels are headings, of all the rows that have the same fault."""

    SERIAL_TOO_SHORT = "serial_too_short", N_("Serial numbers with too few characters")
    SERIAL_TOO_LONG = "serial_too_long", N_("Serial numbers with too many characters")
    SERIAL_CHARACTERS = "serial_characters", N_("Serial numbers with other signs than A–Z and 0–9")
    ROUNDED = "rounded", N_("Numbers that the spreadsheet has rounded")
    MAC_WRONG = "mac_wrong", N_("MAC addresses that are wrong")
    SERIAL_TWICE = "serial_twice", N_("Serial numbers that are in the file twice")
    EXAMPLE_MAC = "example_mac", N_("MAC addresses from the example of the template")
    MAC_TWICE = "mac_twice", N_("MAC addresses that are in the file twice")
    MODEL_MISSING = "model_missing", N_("Rows without a model")
    MODEL_UNKNOWN = "model_unknown", N_("Models we do not know")
    PART_UNKNOWN = "part_unknown", N_("Part numbers we do not know")
    PART_OF_ANOTHER = "part_of_another", N_("Part numbers of another model")
    NUMBER_WRONG = "number_wrong", N_("Numbers of devices that are wrong")
    NUMBER_NOT_ONE = "number_not_one", N_("Single devices with a number")
    TEXT_TOO_LONG = "text_too_long", N_("Texts that are too long")
    UNREADABLE = "unreadable", N_("Cells with signs that cannot be read")
    OPEN_QUOTATION = "open_quotation", N_("Cells over several lines")
    TOO_MANY_CELLS = "too_many_cells", N_("Rows with more cells than there are headings")
    TAKEN = "taken", N_("Devices that are registered to another organization")
    SITE_OF_OTHERS = "site_of_others", N_("Sites that are not among yours")
    SITE_NEEDED = "site_needed", N_("New devices without a site")
    NOT_AT_YOURS = "not_at_yours", N_("Devices that are registered elsewhere")
    OTHER_MODEL = "other_model", N_("Devices that are registered as another model")
    OTHER_MAC = "other_mac", N_("Devices that are registered with another MAC address")
    OTHER_DEVICE = "other_device", N_("Serial numbers that another device is registered with")
    REGISTERED_MEANWHILE = "registered_meanwhile", N_("Devices that were registered meanwhile")
    TWO_DEVICES = "two_devices", N_("Serial number and MAC address of different devices")

    # With these the row is right.
    SERIAL_UNUSUAL = "serial_unusual", N_("Serial numbers with an unusual shape")
    SITE_MISSING = "site_missing", N_("Devices without a site")
    SITE_NEW = "site_new", N_("Sites that are not registered yet")
    COUNTED = "counted", N_("Devices without serial number and MAC address")
    EXAMPLE = "example", N_("The example of the template")
    FORMULA = "formula", N_("Formulas that are kept as text")

    @property
    def is_notice(self) -> bool:
        return self in _NOTICES

    @property
    def is_correction(self) -> bool:
        """Whether the row is right after all when somebody says that what is registered is not."""
        return self in CORRECTIONS


_NOTICES = {
    FaultKind.SERIAL_UNUSUAL,
    FaultKind.SITE_MISSING,
    FaultKind.SITE_NEW,
    FaultKind.COUNTED,
    FaultKind.FORMULA,
    FaultKind.EXAMPLE,
}


CORRECTIONS = (FaultKind.OTHER_MODEL, FaultKind.OTHER_MAC)
_KINDS = {kind.value: kind for kind in FaultKind}
_FIELDS = {field.value: field for field in Field}


class Fault(NamedTuple):
    """One fault: where, what stood there, and what was expected. It goes into JSON as it is."""

    kind: FaultKind
    row: int
    field: Field | None
    value: str = ""
    expected: str | int = ""

    @classmethod
    def of(cls, stored: list[str | int | None]) -> "Fault":
        """As it comes back out of JSON."""
        kind, row, field, value, expected = stored
        return cls(
            _KINDS[str(kind)],
            int(row or 0),
            _FIELDS[str(field)] if field else None,
            str(value),
            expected if isinstance(expected, int) else str(expected),
        )


def site_needed(row: int) -> Fault:
    """Of a device that would be at no site, for whoever sees chosen sites only."""
    return fault(FaultKind.SITE_NEEDED, row, Field.SITE)


def fault(
    kind: FaultKind, row: int, field: Field | None, value: str = "", expected: str | int = ""
) -> Fault:
    """A fault about a cell, of which as much is kept as can be shown."""
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    return Fault(kind, row, field, " ".join(shown.split()), expected)
