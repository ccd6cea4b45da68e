"""What people fill in about imports."""

from collections.abc import Iterable

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, TextAreaField

from portal.base.words import N_, Refused
from portal.web.forms import CreatingForm, Form
from portal.web.locale import lazy_gettext as _l


class ImportForm(CreatingForm):
    file = FileField(
        _l("Device list"),
        description=_l("CSV or Excel (.xlsx), at most 50 MB and 250,000 rows."),
    )
    pasted = TextAreaField(
        _l("Or paste the rows here"),
        default="",
        description=_l(
            "With the headings in the first row, as they are copied from a spreadsheet."
        ),
    )

    def content(self) -> tuple[str, Iterable[bytes]]:
        """The name and the bytes of what was sent, a file before what was pasted."""
        sent = self.file.data
        if isinstance(sent, FileStorage) and sent.filename:
            return sent.filename, iter(lambda: sent.stream.read(2**16), b"")
        if self.pasted.data and self.pasted.data.strip():
            return "liste.csv", [self.pasted.data.encode("utf-8", "replace")]
        raise Refused(N_("Choose a file, or paste the rows."), field="file")


class CommitForm(Form):
    create_sites = BooleanField(_l("Create the sites that are missing"), default=True)
