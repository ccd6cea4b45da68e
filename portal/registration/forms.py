"""What people fill in to register devices."""

from wtforms import FileField, StringField
from wtforms.validators import InputRequired

from portal.products.forms import PlaceFields, text_field
from portal.web.forms import CreatingForm, Form
from portal.web.locale import lazy_gettext as _l


class RegisterProductForm(CreatingForm, PlaceFields):
    serial_number = text_field(
        _l("Serial number"),
        40,
        description=_l("On the label under the device. Any case, with or without spaces."),
    )
    mac = text_field(_l("MAC address"), 40, description=_l("If the label has no serial number."))
    model = StringField(_l("Model"), [InputRequired(_l("Choose the model."))])


class PhotoForm(Form):
    photo = FileField(
        _l("Photo of the label"),
        [InputRequired(_l("Choose a photo."))],
        description=_l(
            "With the barcode or the QR code in focus. JPG, PNG or WebP, at most 10 MB."
        ),
    )
