"""What people fill in about imports."""

from collections.abc import Iterable

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, TextAreaField

from portal.base.words import N_, Refused
from portal.product_imports.actions import TOO_LARGE
from portal.web.forms import CreatingForm, Form
from portal.web.locale import lazy_gettext as _l

TOO_MUCH_PASTED = N_("There are too many rows to paste. Send them as a file instead.")


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

    @classmethod
    def too_large(cls, *, pasted: bool) -> "ImportForm":
        """The form again, without what was sent."""
        form = cls(formdata=None)
        told, field = (TOO_MUCH_PASTED, "pasted") if pasted else (TOO_LARGE, "file")
        form.refuse(Refused(told, field=field))
        return form

    def content(self) -> tuple[str, Iterable[bytes]]:
        """The name and the bytes of what was sent, a file before what was pasted."""
        sent = self.file.data
        if isinstance(sent, FileStorage) and sent.filename:
            return sent.filename, iter(lambda: sent.stream.read(2**16), b"")
        if self.pasted.data and self.pasted.data.strip():
            return "liste.csv", [self.pasted.data.encode("utf-8", "replace")]
        raise Refused(N_("Choose a file, or paste the rows."), field="file")


class CommitForm(Form):
    correct = BooleanField(_l("The list is right: correct the registered devices"), default=False)
    create_sites = BooleanField(_l("Create the sites that are missing"), default=True)
