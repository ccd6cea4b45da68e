"""What is followed, and when one hears of it: forms of a button, with no field to be seen."""

from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.base.references import read_reference
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Category
from portal.news.queries import What
from portal.news.rules import OFFERED
from portal.notices.notice import How
from portal.web.forms import Form
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l
from portal.web.paging import LARGEST

NOT_THERE = N_("There is no such model, and no such category.")
_NONE = _l(NOT_THERE)
_STALE = _l("The form may have expired. Go back, reload the page and try again.")


class ButtonForm(Form):
    def validate(self, extra_validators: Any = None) -> bool:
        """What is wrong is said above the page: there is no field to say it at."""
        valid = super().validate(extra_validators)
        for field in self:
            self.form_errors += [each for each in field.errors if each not in self.form_errors]
            field.errors = ()
        return valid


class FollowingForm(ButtonForm):
    what = StringField(validators=[InputRequired(_NONE), Length(max=40, message=_NONE)])
    origin = StringField(validators=[Length(max=20, message=_STALE)])  # `list`: what is followed

    def thing(self, models: Catalogue) -> What:
        text = self.what.data or ""
        if text in set(Category):
            return Category(text)
        if model := models.get(read_reference("M", text)):
            return model.id
        raise Refused(NOT_THERE)


class HowForm(FollowingForm):
    how = SelectField(choices=lambda: [(it.value, label(it)) for it in OFFERED])

    @property
    def chosen(self) -> How:
        return How(self.how.data)


class LinkForm(ButtonForm):
    """`generation` is that of the link on the page it is sent from."""

    generation = IntegerField(
        validators=[InputRequired(_STALE), NumberRange(0, LARGEST, message=_STALE)]
    )
