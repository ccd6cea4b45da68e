"""What people fill in about licenses that come."""

from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import FileField, RadioField
from wtforms.validators import InputRequired

from portal.base.words import N_, Refused
from portal.license_intake.actions import TOO_LARGE
from portal.license_intake.models import How
from portal.license_intake.rules import MOST_BYTES
from portal.licenses.rules import LONGEST_KEY
from portal.products.forms import text_field
from portal.web.forms import CreatingForm, Form, choices_of
from portal.web.locale import lazy_gettext as _l


class ImportForm(CreatingForm):
    file = FileField(
        _l("List of licenses"),
        description=_l("CSV or Excel (.xlsx), at most 10 MB and 20,000 rows."),
    )

    def content(self) -> tuple[str, bytes]:
        sent = self.file.data
        if not isinstance(sent, FileStorage) or not sent.filename:
            raise Refused(N_("Choose a file."), field="file")
        content = sent.stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Refused(TOO_LARGE, field="file")
        return sent.filename, content


class CommitForm(Form):
    how = RadioField(
        _l("What becomes of them?"), [InputRequired(_l("Choose how."))], default=How.ACTIVE.value
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.how.choices = choices_of(How)


class ActivationForm(CreatingForm):
    key = text_field(_l("License key"), LONGEST_KEY)
