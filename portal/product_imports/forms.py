"""What people fill in about imports."""

from collections.abc import Iterable, Sequence
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal.base.words import N_, Refused
from portal.product_imports.actions import TOO_LARGE
from portal.product_imports.columns import Field
from portal.product_imports.models import ProductImport
from portal.web.formats import listing
from portal.web.forms import CreatingForm, Form, choices_of
from portal.web.locale import gettext as _
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


class ColumnsForm(Form):
    """What each column means. It has a field for each: `column-0`, `column-1` and so on."""

    left_out: Sequence[str] = ()  # what the columns are called that nothing is made of

    @classmethod
    def of(cls, it: ProductImport, **options: Any) -> "ColumnsForm":
        seen = it.report.get("examples") or [[]] * len(it.headings)
        called = [
            name or _("Column %(number)s", number=at) for at, name in enumerate(it.headings, 1)
        ]
        fields = it.fields or [None] * len(called)
        asked = {
            f"column-{at}": SelectField(
                called[at],
                choices=[SelectChoice("", _("Leave out")), *choices_of(Field)],
                default=fields[at] or "",
                description=_("For example %(values)s", values=listing(some)) if some else "",
            )
            for at, some in enumerate(seen)
        }
        unused = [
            at for at, some in enumerate(seen) if not fields[at] and (it.headings[at] or some)
        ]
        shown = {"left_out": [called[at] for at in unused]}
        form: ColumnsForm = type("ColumnsForm", (cls,), shown | asked)(**options)
        return form

    def meanings(self) -> list[Field | None]:
        told = [field.data for field in self if field.name.startswith("column-")]
        return [Field(it) if it in set(Field) else None for it in told]


class CommitForm(Form):
    correct = BooleanField(_l("The list is right: correct the registered devices"), default=False)
    create_sites = BooleanField(
        _l("Create the sites that are missing"),
        default=True,
        description=_l(
            "If it is not ticked, new devices at these sites are registered without a site."
        ),
    )
