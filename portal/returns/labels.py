"""Return labels as the PDF has them, with the instructions that go along."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from portal.base.words import N_, LabelledEnum
from portal.replacements.models import Replacement
from portal.replacements.rules import RETURN_OPEN
from portal.returns.codes import bars, squares
from portal.returns.rules import TO_PACK, steps_of
from portal.web.formats import phone, place, text_date
from portal.web.locale import gettext as _
from portal.web.locale import language
from portal.web.operator import OPERATOR
from portal.web.pdf import breakable, make_pdf


class Size(LabelledEnum):
    """What it is printed on."""

    A4 = "a4", N_("A4, for an ordinary printer")
    A6 = "a6", N_("A6, for a label printer")


def has_label(it: Replacement) -> bool:
    """Whether there is something to send back, and it has not come."""
    return it.returned in RETURN_OPEN


def labels_pdf(
    them: Sequence[Replacement],
    size: Size,
    *,
    now: datetime,
    numbers: Mapping[int, str] = MappingProxyType({}),
) -> bytes:
    """A page for each, and of A6 the instructions at the end, so that no label is wasted.

    `numbers` are those that a carrier gave, by which its scanners know a parcel; of the others the
    bars are our own number.
    """
    data: dict[str, Any] = {
        "lang": language(),
        "author": OPERATOR.name,
        "size": size.value,
        "title": _("Return label") if len(them) == 1 else _("Return labels"),
        "words": _words(),
        "labels": [_label(it, numbers.get(it.id, "")) for it in them],
    }
    return make_pdf("returns/labels.typ", data, now=now)


def sender_of(it: Replacement) -> list[str]:
    """From whom, in the lines of an address."""
    lines = [it.account.name, it.recipient, *it.street.splitlines()]
    return [line for line in (*lines, place(it.postal_code, it.city)) if line]


def packing(it: Replacement) -> list[str]:
    return [_(step) for step in steps_of(it.model.category)]


def _label(it: Replacement, given: str) -> dict[str, Any]:
    return {
        "number": it.reference,
        "bars": bars(given or it.reference),
        "given": given,
        "squares": squares(it.reference),
        "from": [breakable(line) for line in sender_of(it)],
        "to": list(OPERATOR.returns_to),
        "device": breakable(f"{it.model.name} {it.comes_back}".strip()),
        "by": text_date(it.return_due_on) if it.return_due_on else "",
        "pack": _(TO_PACK[it.model.category]),
        "steps": packing(it),
    }


def _words() -> dict[str, str]:
    return {
        "label": _("Return label"),
        "from": _("From"),
        "to": _("To"),
        "paid": _("The freight is paid"),
        "number": _("RMA number"),
        "pack": _("What to pack"),
        "by": _("Send it by"),
        "enclosed": _("Enclosed: instructions"),
        "instructions": _("Instructions"),
        "bars": _("The RMA number as a bar code"),
        "given": _("Tracking number"),
        "squares": _("The RMA number as a QR code"),
        "help": _("Questions? Call us, day or night: %(phone)s", phone=phone(OPERATOR.phone)),
        "cut": _("Cut here, and put the upper part on the parcel."),
    }
