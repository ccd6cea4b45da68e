"""What publishers fill in of a document, and of the terms that software is given on."""

from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.naming import models_named
from portal.downloads.rules import DOCUMENT_LANGUAGES, Audience, DocumentKind
from portal.downloads.wording import language_name
from portal.publishing.documents import DocumentFacts
from portal.publishing.fields import IncomingField
from portal.web.fields import DayField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import lazy_gettext as _l


class _DocumentFields(Form):
    kind = SelectField(_l("Kind"))
    title = StringField(_l("Title"), [InputRequired(_l("Enter a title."))])
    language = SelectField(_l("Language"))
    printed = StringField(_l("Version"))
    part_number = StringField(_l("Part number"))
    issued_on = DayField(_l("Date"))
    audience = SelectField(_l("For whom"))
    models = TextAreaField(
        _l("Models"), description=_l("One on each line, by name or part number.")
    )
    files = IncomingField(_l("File"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices_of(DocumentKind)
        self.audience.choices = choices_of(Audience)
        codes = DOCUMENT_LANGUAGES
        self.language.choices = [SelectChoice(code, language_name(code)) for code in codes]

    def facts(self, catalogue: Catalogue) -> DocumentFacts:
        return DocumentFacts(
            kind=DocumentKind(self.kind.data),
            title=self.title.data,
            language=self.language.data,
            version=self.printed.data or "",
            part_number=self.part_number.data or "",
            issued_on=self.issued_on.data,
            audience=Audience(self.audience.data),
            models=models_named(self.models.data or "", catalogue),
        )


class DocumentForm(CreatingForm, _DocumentFields):
    pass


class ChangeDocumentForm(EditingForm, _DocumentFields):
    pass


def told_in_fields(facts: DocumentFacts, catalogue: Catalogue) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    same = ("title", "language", "part_number", "issued_on")
    return {name: getattr(facts, name) for name in same} | {
        "kind": facts.kind.value,
        "printed": facts.version,
        "audience": facts.audience.value,
        "models": "\n".join(sorted(catalogue[each].name for each in facts.models)),
    }


class TermsForm(CreatingForm):
    text_nb = TextAreaField(
        _l("In Norwegian"),
        [InputRequired(_l("Write the terms in both languages.")), Length(max=100_000)],
    )
    text_en = TextAreaField(
        _l("In English"),
        [InputRequired(_l("Write the terms in both languages.")), Length(max=100_000)],
    )
