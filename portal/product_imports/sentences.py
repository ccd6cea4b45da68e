"""Faults as sentences, in the language of the reader."""

from collections.abc import Iterable

from portal.base.words import N_
from portal.product_imports.faults import Fault, FaultKind
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import label

_PROBLEMS = {
    FaultKind.SERIAL_TOO_SHORT: N_(
        "“%(value)s” has too few characters. Write %(expected)s characters."
    ),
    FaultKind.SERIAL_TOO_LONG: N_(
        "“%(value)s” has too many characters. Write %(expected)s characters."
    ),
    FaultKind.SERIAL_CHARACTERS: N_(
        "“%(value)s” has signs that serial numbers do not have. Write letters and digits only."
    ),
    FaultKind.ROUNDED: N_(
        "“%(value)s” was rounded by the spreadsheet. Format the column as text and write it again."
    ),
    FaultKind.MAC_WRONG: N_(
        "“%(value)s” is not a MAC address. Write 12 digits or letters A–F, like 64:16:7F:34:57:1E."
    ),
    FaultKind.SERIAL_TWICE: N_("“%(value)s” is in row %(expected)s too. Keep one of the rows."),
    FaultKind.MAC_TWICE: N_("“%(value)s” is in row %(expected)s too. Keep one of the rows."),
    FaultKind.MODEL_MISSING: N_("The model is missing. Write the model or its part number."),
    FaultKind.MODEL_UNKNOWN: N_("We do not know “%(value)s”. Choose which model it is."),
    FaultKind.PART_UNKNOWN: N_("We do not know “%(value)s”. Write the model too."),
    FaultKind.PART_OF_ANOTHER: N_(
        "“%(value)s” is the part number of %(expected)s. Correct the part number or the model."
    ),
    FaultKind.NUMBER_WRONG: N_(
        "“%(value)s” is not a number of devices. Write a whole number from 1 to %(expected)s."
    ),
    FaultKind.NUMBER_NOT_ONE: N_(
        "A row with a serial number or MAC address is one device, not “%(value)s”."
    ),
    FaultKind.TEXT_TOO_LONG: N_("“%(value)s” is too long. Write at most %(expected)s characters."),
    FaultKind.UNREADABLE: N_("“%(value)s” has a sign that cannot be read. Write the cell again."),
    FaultKind.OPEN_QUOTATION: N_(
        "“%(value)s” goes on over several lines. Check whether a quotation mark is missing."
    ),
    FaultKind.TOO_MANY_CELLS: N_("“%(value)s” stands to the right of the last heading."),
    FaultKind.TAKEN: N_(
        "“%(value)s” is registered to another organization. Contact us, and we will help you."
    ),
    FaultKind.SITE_OF_OTHERS: N_(
        "“%(value)s” is not one of the sites you have access to."
        " Write one of them, or ask somebody who sees all sites."
    ),
    FaultKind.SITE_NEEDED: N_(
        "The device has no site. Write which of the sites you have access to it is at."
    ),
    FaultKind.NOT_AT_YOURS: N_(
        "“%(value)s” is registered already, and not at a site you have access to."
        " Ask somebody who sees all sites."
    ),
    FaultKind.OTHER_MODEL: N_(
        "The device is registered as %(expected)s, and not as %(value)s. Correct the row, or say"
        " that the list is right."
    ),
    FaultKind.OTHER_MAC: N_(
        "The device is registered with %(expected)s, and not with “%(value)s”. Correct the row, or"
        " say that the list is right."
    ),
    FaultKind.OTHER_DEVICE: N_(
        "“%(value)s” is the serial number of another device, %(expected)s,"
        " with another MAC address."
    ),
    FaultKind.REGISTERED_MEANWHILE: N_(
        "“%(value)s” was registered while the list was. Send the row in again."
    ),
    FaultKind.TWO_DEVICES: N_(
        "The serial number and the MAC address belong to different devices. Correct one of them."
    ),
    FaultKind.SERIAL_UNUSUAL: N_(
        "“%(value)s” does not look like other serial numbers of the model. Check that it is right."
    ),
    FaultKind.SITE_MISSING: N_("The device has no site. You can register it, and add one later."),
    # Told in the shell alone: the page names them once each, and offers to create them.
    FaultKind.SITE_NEW: N_(
        "The site “%(value)s” is not registered yet. With --create-sites it is created;"
        " without, a new device is registered without a site."
    ),
    FaultKind.COUNTED: N_(
        "The row has no serial number or MAC address. It is registered by count."
    ),
    FaultKind.EXAMPLE: N_("The row is the example of the template, and is left out."),
    FaultKind.EXAMPLE_MAC: N_(
        "“%(value)s” is the example of the template. Write the address of the device, or none."
    ),
    FaultKind.FORMULA: N_("“%(value)s” looks like a formula. It is kept as text."),
}
_MODEL_SUGGESTED = N_("We do not know “%(value)s”. Do you mean %(expected)s?")


def sentence(fault: Fault) -> str:
    """Rad 42, Serienummer: «12-AB» har for få tegn. Skriv 12 tegn."""
    if fault.field is None:
        return _("Row %(row)s: %(problem)s", row=fault.row, problem=_problem(fault))
    return _(
        "Row %(row)s, %(column)s: %(problem)s",
        row=fault.row,
        column=label(fault.field),
        problem=_problem(fault),
    )


def in_a_cell(faults: Iterable[Fault]) -> str:
    """For the column «Feil» of the rows that are sent back, which get other numbers there."""
    return " ".join(
        _("%(column)s: %(problem)s", column=label(it.field), problem=_problem(it))
        if it.field
        else _problem(it)
        for it in faults
    )


def _problem(fault: Fault) -> str:
    suggested = fault.kind is FaultKind.MODEL_UNKNOWN and fault.expected
    message = _MODEL_SUGGESTED if suggested else _PROBLEMS[fault.kind]
    counts = fault.kind in {FaultKind.NUMBER_WRONG, FaultKind.TEXT_TOO_LONG}
    expected = number(int(fault.expected)) if counts else fault.expected
    return _(message, value=fault.value, expected=expected)
