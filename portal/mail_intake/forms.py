"""What staff say about a mail that was set aside."""

from collections.abc import Sequence

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.models import User
from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class AttachForm(Form):
    reference = StringField(
        _l("Request"),
        [InputRequired(_l("Write the number of the request, such as SR-1002347."))],
        description=_l("Its number, such as SR-1002347. The customer does not see the note."),
        default="",
    )


class TakeOverForm(Form):
    answer_in = HiddenField(default="")
    person = SelectField(
        _l("Whose answer it is"),
        [InputRequired(_l("Choose whose answer it is."))],
        description=_l(
            "Only if you are sure who wrote it; call them if in doubt. Everybody who follows the "
            "request is told, and it says which address it came from and that you took it over."
        ),
    )

    def __init__(self, people: Sequence[User], **options: object) -> None:
        super().__init__(**options)
        named = (SelectChoice(str(it.id), f"{it.name} ({it.email})") for it in people)
        self.person.choices = [SelectChoice("", _l("Choose")), *named]


class DiscardForm(Form):
    remark = StringField(
        _l("Why is it discarded?"),
        [
            InputRequired(_l("Say in a few words why it is discarded.")),
            Length(max=200, message=_l("Use at most %(most)s characters.", most=200)),
        ],
        description=_l("For those who look for it later, such as “advertising”."),
        default="",
    )
