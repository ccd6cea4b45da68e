"""What an employee without an account fills in."""

from dataclasses import replace
from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.base.typed import leads_somewhere
from portal.delivery_times.rules import Promise
from portal.employees.choosing import Offered
from portal.replacements.actions import Asked
from portal.replacements.addresses import Address
from portal.replacements.asking_pages import NO_DAY
from portal.replacements.fault_forms import choices_among
from portal.replacements.faults import CHECKS, Fault
from portal.replacements.forms import (
    OTHER,
    ReplacementForm,
    Saved,
    at_most,
    in_one_line,
)
from portal.replacements.lots import Lot
from portal.web.formats import weekday_date
from portal.web.forms import Form
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

Days = dict[str, Promise | None]


class BeginForm(Form):
    """Who they are, and which device it is."""

    email = StringField(
        _l("Your e-mail address at work"),
        [at_most(254)],
        description=_l("We send a link there, so that nobody orders in your name."),
    )
    serial = StringField(
        _l("Serial number"),
        [at_most(60)],
        description=_l("On the label under the device. Leave it empty if you cannot read it."),
    )


class CodeForm(Form):
    code = StringField(_l("Code from the e-mail"), [at_most(20)])


class DeviceForm(Form):
    """By its number, or as one of a model."""

    serial = StringField(_l("Serial number"), [at_most(60)])
    model = RadioField(_l("Or which model is it?"), validate_choice=False)

    def __init__(self, offered: Offered, **options: Any) -> None:
        super().__init__(**options)
        self.model.choices = [
            SelectChoice(it.reference, it.name, render_kw={"hint": it.place} if it.place else {})
            for it in offered.choices
        ]
        if not offered.choices and not offered.searched:
            del self.model

    @property
    def meant(self) -> str:
        """What they say it is: the number that they typed, or else the line they chose."""
        chosen = (self.model.data or "") if self.model else ""
        return ((self.serial.data or "").strip() or chosen)[:60]


def _no_address(_form: Any, field: Any) -> None:
    """Our mails tell the name to people who trust them."""
    if leads_somewhere(field.data or ""):
        raise ValidationError(_("Write a name, without web addresses."))


class OrderForm(ReplacementForm):
    """What is wrong and where to, on one page; each address says when it arrives there."""

    shown = HiddenField(validators=[at_most(400)])
    fault = RadioField(_l("What is wrong?"), [InputRequired(_l("Choose what is wrong."))])
    tried = SelectMultipleField(
        _l("What have you tried?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    recipient = StringField(_l("Who receives the parcel"), [at_most(120), _no_address])
    untried = SelectField(_l("If you have not tried all of it: why not?"))

    def __init__(
        self, lot: Lot, *, saved: Saved, days: Days, phone: str, at_once: bool, **options: Any
    ) -> None:
        sent = request.form.get("fault", "")
        asked = Fault(sent) if sent in lot.faults else lot.faults[0]
        super().__init__(asked=asked, saved=saved, short=lot.short, **options)
        self.instead_of_mine, self.days = phone, days
        self.fault.choices = choices_among(lot.faults)
        self.tried.choices = [
            SelectChoice(f"{fault.value}-{number}", _(text))
            for fault in lot.faults
            for number, text in enumerate(CHECKS[fault])
        ]
        reasons = (
            _("I need it to work, and cannot wait"),
            _("I do not know how"),
            _("I have nothing to try it with"),
        )
        self.untried.choices = [SelectChoice(each, each) for each in reasons]
        self.where.choices = [
            *(self._place(ref, *told, at_once=at_once) for ref, told in saved.items()),
            SelectChoice(OTHER, _("Another address")),
        ]
        self.phone.description = _(
            "So that you are told when the parcel comes. Leave it empty, and the carrier calls"
            " those who help you."
        )

    def _place(self, ref: str, name: str, address: Address, *, at_once: bool) -> SelectChoice:
        hint, promise = in_one_line(address), self.days.get(ref)
        if promise and at_once:
            day = weekday_date(promise.arrives)
            hint = _("%(address)s · arrives %(day)s", address=hint, day=day)
        return SelectChoice(ref, name, render_kw={"hint": hint})

    def show_days(self) -> None:
        """What is promised now for each address, so that what is sent is what was shown."""
        told = [f"{ref}={_day(promise)}" for ref, promise in self.days.items()]
        self.shown.data = " ".join(told)

    def was_shown(self, promise: Promise | None) -> bool:
        ref = self.where.data or ""
        return f"{ref}={_day(promise)}" in (self.shown.data or "").split()

    def tries_of(self, fault: str) -> list[Any]:
        return [each for each in self.tried if each.data.startswith(f"{fault}-")]

    @property
    def checks(self) -> list[int]:
        mine = f"{self.asked.value}-"
        return [int(it.removeprefix(mine)) for it in self.tried.data or () if it.startswith(mine)]

    def asking(self, recipient_id: int | None, request_id: int | None = None) -> Asked:
        told = super().asking(recipient_id, request_id)
        whole = len(told.tried) >= len(CHECKS[self.asked])
        return replace(told, untried="") if whole else told

    @property
    def address(self) -> Address:
        told = super().address
        return told if told.phone.strip() else replace(told, phone=self.instead_of_mine)


def _day(promise: Promise | None) -> str:
    return promise.arrives.isoformat() if promise else NO_DAY
