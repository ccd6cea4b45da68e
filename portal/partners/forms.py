"""What is stated about a partner's access, and what a partner asks for."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.models import Site
from portal.accounts.queries import site_named
from portal.base.words import N_, Refused
from portal.partners.rules import ASKED_HINTS, DEEDS, HINTS, LONGEST_MESSAGE
from portal.web.fields import DayField
from portal.web.forms import CreatingForm, EditingForm, Form
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

EVERYWHERE, SOME = "everywhere", "some"
FEW = 12  # so many sites are shown at once; of more, one is searched for at a time


def short(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


def boxes(label: Any, **more: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        **more,
    )


class _WishForm(Form):
    permissions = boxes(_l("What the partner may do"))
    hints = HINTS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.permissions.choices = [
            SelectChoice(permission.value, _(words), render_kw={"hint": _(self.hints[permission])})
            for permission, words in DEEDS.items()
        ]


class _TermsForm(_WishForm):
    where = RadioField(_l("Where"), default=EVERYWHERE)
    sites = boxes(_l("Sites"))
    site = StringField(
        _l("Add a site"),
        [short(80)],
        description=_l("Write a few letters and choose. Then add it."),
    )
    last_day = DayField(
        _l("Last day"),
        description=_l("Such as 31.12.2027. The access ends by itself after this day."),
    )
    every = False  # whether all there are can be ticked

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.where.choices = [
            SelectChoice(EVERYWHERE, _("At every site, also those that come")),
            SelectChoice(SOME, _("Only at some sites")),
        ]

    def offer(self, session: Session) -> None:
        """The sites to tick: all, where there are few; else those that were chosen."""
        columns = select(Site.id, Site.name).order_by(Site.name_key)
        rows = session.execute(columns.limit(FEW + 1)).all()
        self.every = len(rows) <= FEW
        if not self.every:
            rows = session.execute(columns.where(Site.id.in_(self.chosen()))).all()
        self.sites.choices = [SelectChoice(str(row.id), row.name) for row in rows]

    def add(self, session: Session) -> None:
        """Tick the site that was searched for."""
        site = session.scalars(site_named(self.site.data or "")).one_or_none()
        if site is None:
            raise Refused(N_("We cannot find this site. Choose one from the list."), field="site")
        self.sites.data = [*(self.sites.data or []), str(site.id)]
        self.where.data = SOME
        self.site.data, self.site.raw_data = "", None

    def chosen(self) -> Collection[int]:
        return {int(each) for each in self.sites.data or () if each.isdecimal() and len(each) < 10}

    def terms(self) -> dict[str, Any]:
        """What was filled in, by the names that the actions know."""
        return {
            "permissions": self.permissions.data or [],
            "sites": self.chosen() if self.where.data == SOME else None,
            "last_day": self.last_day.data,
        }


class GiveAccessForm(_TermsForm, CreatingForm):
    partner = StringField(
        _l("Partner"),
        [InputRequired(_l("Choose the partner.")), short(120)],
        description=_l("Write the first letters of its name, and choose."),
    )


class AnswerForm(_TermsForm, CreatingForm):
    """What is given to a partner that asked."""


class ChangeAccessForm(_TermsForm, EditingForm):
    """A grant as it is, to be changed."""


class AskForAccessForm(_WishForm, CreatingForm):
    permissions = boxes(_l("What you ask to be able to do"))
    hints = ASKED_HINTS
    number = StringField(
        _l("The customer's master account ID"),
        [InputRequired(_l("Write the master account ID.")), short(20)],
        description=_l("Nine digits, such as 1042-2107-3. The customer finds it on its overview."),
    )
    message = TextAreaField(
        _l("Message to the customer"),
        [short(LONGEST_MESSAGE)],
        description=_l("Who you are, and what you need it for."),
    )


class PlainForm(Form):
    """A deed that takes no more than a press of its button."""
