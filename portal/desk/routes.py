"""Pages for the vendor's staff, across all accounts."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.desk.forms import StyleForm
from portal.web.guard import allow
from portal.web.pages import page

bp = Blueprint("desk", __name__)
ICONS = [
    "arrow-left",
    "arrow-undo",
    "buildings3",
    "checkmark",
    "checkmark-circle",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up-down",
    "circle-slash",
    "clock",
    "download",
    "exclamationmark-triangle",
    "file-text",
    "files",
    "funnel",
    "information-square",
    "location-pin",
    "magnifying-glass",
    "menu-hamburger",
    "minus-circle",
    "padlock-locked",
    "pencil",
    "person-circle",
    "plus",
    "printer-small",
    "questionmark-",
    "circle",
    "trash",
    "upload",
    "xmark",
    "scan",
]


@bp.get("/style")
@allow(Permission.DESK_VIEW, everywhere=True)
def style() -> ResponseReturnValue:
    """Every part of the interface in every state, to look at and to test."""
    mistaken = StyleForm(formdata=None, prefix="wrong-")
    mistaken.serial_number.errors = ["Skriv inn serienummeret."]
    mistaken.role.errors = ["Velg en rolle."]
    mistaken.rows.errors = ["Filen er tom. Den må ha minst én rad under overskriftene."]
    return page(
        "desk/style.html",
        sample=StyleForm(formdata=None),
        mistaken=mistaken,
        now=clock.now(),
        icons=ICONS,
    )
