"""The fields that the style page shows."""

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
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import Form


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
