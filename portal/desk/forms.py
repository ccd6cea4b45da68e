"""What staff fill in, and the fields that the style page shows."""

from wtforms import (
    BooleanField,
    FileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.base.access import Permission
from portal.products.forms import text_field
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.forms import EditingForm, Form
from portal.web.locale import lazy_gettext as _l
from portal.web.reasons import seen

# So that staff can try the field out, with a customer at hand.
STYLE = purpose("style", Permission.DESK_VIEW)


class StyleForm(Form):
    """Sample data, in Norwegian whatever the reader's language, as customers' own data would be."""

    serial_number = StringField("Serienummer", description="Står på etiketten under enheten.")
    password = PasswordField("Passord")
    day = StringField("Kjøpsdato", description="For eksempel 22.11.2026.")
    site = SelectField(
        "Lokasjon",
        choices=[SelectChoice("1", "Bodø, møterom Svartisen"), SelectChoice("2", "Oslo")],
    )
    place = StringField("Lokasjon eller rom", description="Skriv noen bokstaver, og velg.")
    note = TextAreaField("Merknad", description="Det du skriver her, ser også kollegene dine.")
    role = RadioField(
        "Rolle",
        choices=[
            SelectChoice("administrator", "Administrator", render_kw={"hint": "Kan alt."}),
            SelectChoice("member", "Medlem", render_kw={"hint": "Registrerer og endrer enheter."}),
            SelectChoice("observer", "Observatør", render_kw={"hint": "Kan se, men ikke endre."}),
        ],
        default="member",
    )
    categories = SelectMultipleField(
        "Produktkategori",
        choices=[
            SelectChoice("headset", "Hodesett"),
            SelectChoice("video", "Video"),
            SelectChoice("voice", "Tale"),
        ],
        default=["video"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    agreed = BooleanField("Si fra på e-post når importen er ferdig")
    rows = FileField("Velg en fil, eller slipp den her")
    files = FilesField(
        "Legg ved filer, eller slipp dem her",
        for_what=STYLE,
        description="Bilder, PDF, logger, ZIP og mer. Opptil 2 GB hver, 25 filer.",
    )


class ReasonForm(Form):
    reason = StringField(
        _l("Reason"),
        [
            InputRequired(_l("Say why, so that the customer understands it.")),
            Length(min=5, message=_l("Say why, so that the customer understands it.")),
            Length(max=200, message=_l("Use at most %(most)s characters.", most=200)),
            seen,
        ],
        description=_l("For example: Ola asked us by phone to move his devices."),
        filters=[lambda text: " ".join((text or "").split())],
    )


class SuccessorForm(EditingForm):
    successor = text_field(_l("Model"), 80, description=_l("Its name or part number."))

    @classmethod
    def showing(cls, name: str, version: int) -> "SuccessorForm":
        return cls(formdata=None, data={"successor": name, "version": version})
