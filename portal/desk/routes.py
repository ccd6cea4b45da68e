"""Pages for the vendor's staff, across all accounts."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.bilingual import Bilingual
from portal.base.files import Hold, StoredFile
from portal.desk.forms import StyleForm
from portal.uploads.forms import Listed
from portal.uploads.models import UploadState
from portal.web.charts import Chart, Series
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
    "key",
    "location-pin",
    "magnifying-glass",
    "menu-hamburger",
    "minus-circle",
    "mobile",
    "padlock-locked",
    "pencil",
    "person-circle",
    "plus",
    "printer-small",
    "questionmark-circle",
    "trash",
    "upload",
    "xmark",
    "scan",
]


@bp.get("/style")
@allow(Permission.DESK_MANAGE, everywhere=True)
def style() -> ResponseReturnValue:
    """Every part of the interface in every state, to look at and to test."""
    mistaken = StyleForm(formdata=None, prefix="wrong-")
    mistaken.serial_number.errors = ["Skriv inn serienummeret."]
    mistaken.role.errors = ["Velg en rolle."]
    sample = StyleForm(formdata=None)
    sample.files.uploads = _sample_files()
    mistaken.files.errors = ["«faktura.exe» er et program. Filen kan ikke sendes."]
    mistaken.rows.errors = ["Filen er tom. Den må ha minst én rad under overskriftene."]
    return page(
        "desk/style.html",
        sample=sample,
        attached=_sample_attachments(),
        mistaken=mistaken,
        now=clock.now(),
        icons=ICONS,
        charts=_sample_charts(),
        in_english=Bilingual(en="The device restarts by itself."),
    )


def _sample_charts() -> list[Chart]:
    """Two series over time, and one of kinds of things."""
    weeks = [str(number) for number in range(36, 48)]
    opened = Series("Åpnet", [12, 15, 9, 18, 22, 14, 17, 25, 19, 16, 21, 8])
    closed = Series("Lukket", [10, 14, 12, 15, 20, 18, 16, 19, None, 18, 17, 5])
    kinds = ["Hodesett og personlige enheter", "Video", "Telefoni"]
    return [
        Chart("flow", "Åpnet og lukket", "Saker hver uke.", weeks, [opened, closed], "Uke"),
        Chart("kinds", "Åpne saker", "Etter kategori.", kinds, [Series("Åpne", [42, 17, 3])]),
    ]


def _sample_files() -> list[Listed]:
    """One in each state, as if they had been sent."""
    told = (
        ("lens-logg.zip", "48,2 MB", UploadState.READY, "Sendt"),
        ("skjermbilde.png", "812 kB", UploadState.READY, "Venter på viruskontroll"),
        ("opptak-fra-møterommet.pcapng", "1,4 GB", UploadState.CHECKING, "Kontrolleres"),
        ("video.mov", "1,9 GB", UploadState.SENDING, "Alt er ikke sendt. Velg filen på nytt."),
        (
            "eicar.zip",
            "184 B",
            UploadState.REFUSED,
            "Det er virus i filen, så den er ikke tatt imot.",
        ),
    )
    return [
        Listed(f"sample-{name}", name, size, state, says, "/desk/style", name)
        for name, size, state, says in told
    ]


def _sample_attachments() -> list[StoredFile]:
    told = (
        ("lens-logg.zip", 48_200_000, None),
        ("skjermbilde.png", 812_000, Hold.WAITING),
        ("makro.docx", 31_000, Hold.STOPPED),
    )
    return [StoredFile(name=name, size=size, held=held) for name, size, held in told]
