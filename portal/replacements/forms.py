"""What people fill in to have a device replaced."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.products.forms import PickedField
from portal.replacements.actions import Asked
from portal.replacements.addresses import Address
from portal.replacements.faults import CHECKS, Fault
from portal.replacements.standing import Standing
from portal.sites.rules import Country
from portal.web.formats import listing, place, weekday_date
from portal.web.forms import CreatingForm, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

OTHER, WAIT, INSTEAD = "other", "wait", "instead"
_ADDRESS = ("street", "postal_code", "city", "country", "hours")
Saved = Mapping[str, tuple[str, Address]]


def at_most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


class ReplacementForm(CreatingForm):
    """What was tried, and where the new device is sent. `saved` are the sites to choose from."""

    product = PickedField()
    count = HiddenField(validators=[at_most(40)])
    number = HiddenField(validators=[at_most(40)])
    request = HiddenField(validators=[at_most(40)])
    fault = HiddenField(validators=[at_most(40)])
    shown = HiddenField(validators=[at_most(10)])  # the day that was promised when it was checked
    tried = SelectMultipleField(
        _l("What have you tried?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    untried = StringField(
        _l("Why not the rest?"),
        [at_most(200)],
        description=_l("Only if you skip something. A few words are enough."),
    )
    description = TextAreaField(_l("More about what is wrong"), [at_most(5000)])
    where = RadioField(
        _l("Where is the new device to be sent?"), [InputRequired(_l("Choose an address."))]
    )
    recipient = StringField(_l("Who receives the parcel"), [at_most(120)])
    phone = StringField(
        _l("Phone number"),
        [at_most(40)],
        description=_l("So that the carrier can reach whoever receives it."),
    )
    street = TextAreaField(_l("Street address"), [at_most(200)])
    postal_code = StringField(_l("Postal code"), [at_most(10)])
    city = StringField(_l("City"), [at_most(80)])
    country = SelectField(_l("Country"), default=Country.NORWAY.value)
    supply = RadioField(_l("There are not enough left"), [InputRequired(_l("Choose what to do."))])
    hours = StringField(
        _l("When somebody can receive it"),
        [at_most(200)],
        description=_l("For example: Monday to Friday 8–16."),
    )

    def __init__(
        self, *args: Any, asked: Fault, saved: Saved, short: Sequence[Standing] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.asked, self.saved = asked, saved
        self._offer(short)
        checks = enumerate(CHECKS[asked])
        self.tried.choices = [SelectChoice(str(number), _(text)) for number, text in checks]
        self.where.choices = [
            *(
                SelectChoice(ref, name, render_kw={"hint": in_one_line(address)})
                for ref, (name, address) in saved.items()
            ),
            SelectChoice(OTHER, _("Another address")),
        ]
        self.country.choices = choices_of(Country)
        if self.where.data is None:
            self.where.data = next(iter(saved), OTHER)

    def _offer(self, short: Sequence[Standing]) -> None:
        """What to do about what there is not enough of; nothing is asked where there is."""
        if not short:
            del self.supply
            return
        instead = [(it.model.name, it.offer.instead.name) for it in short if it.offer.instead]
        days = [it.offer.expected_on for it in short]
        choices = []
        if len(instead) == len(short):
            get = _("Get %(models)s instead", models=listing([after for _before, after in instead]))
            at_once = {"hint": _("It is in stock, and is sent at once.")}
            choices.append(SelectChoice(INSTEAD, get, render_kw=at_once))
        known = [day for day in days if day]
        told = (
            _("We expect more %(day)s.", day=weekday_date(max(known)))
            if len(known) == len(days)
            else _("We do not know yet when there are more, and tell you when we do.")
        )
        wait = _("Wait for %(models)s", models=listing([it.model.name for it in short]))
        choices.append(SelectChoice(WAIT, wait, render_kw={"hint": told}))
        self.supply.choices = choices
        if self.supply.data is None:
            self.supply.data = choices[0].value

    @property
    def chosen(self) -> str:
        """What to do where there are not enough."""
        return (self.supply.data or "") if self.supply else ""

    @property
    def address(self) -> Address:
        """Where to, and who is there: of a saved address its site tells the rest."""
        known = self.saved.get(self.where.data or "")
        there = known[1] if known else None
        told = {name: getattr(there, name) if there else self[name].data or "" for name in _ADDRESS}
        hours = self.hours.data or told["hours"]
        who = {"recipient": self.recipient.data or "", "phone": self.phone.data or ""}
        return Address(**told | {"hours": hours} | who)

    @property
    def checks(self) -> list[int]:
        """Which of the fault's checks were tried."""
        return [int(each) for each in self.tried.data or ()]

    def asking(self, recipient_id: int | None, request_id: int | None = None) -> Asked:
        return Asked(
            fault=self.asked,
            tried=self.checks,
            untried=self.untried.data or "",
            description=self.description.data or "",
            address=self.address,
            recipient_id=recipient_id,
            request_id=request_id,
            waits=self.chosen == WAIT,
            instead=self.chosen == INSTEAD,
        )


def in_one_line(address: Address) -> str:
    street = ", ".join(address.street.splitlines())
    return ", ".join(filter(None, (street, place(address.postal_code, address.city))))
