"""What a partner states about its own people."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.base.access import PARTNER_ROLES, Role
from portal.base.words import N_, Refused
from portal.partners.forms import FEW, boxes, short
from portal.partners.queries import customers_granting
from portal.web.forms import EditingForm, Form, InvitingForm
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l

EVERY, SOME = "every", "some"
HINTS = {
    Role.PARTNER_ADMINISTRATOR: N_("Invites colleagues, and decides for whom each of them works."),
    Role.PARTNER: N_("Works for the customers, as far as each of them allows it."),
}


class _RoleForm(Form):
    role = RadioField(_l("Role"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.role.choices = [
            SelectChoice(role.value, label(role), render_kw={"hint": _(HINTS[role])})
            for role in PARTNER_ROLES
        ]


class InviteColleagueForm(_RoleForm, InvitingForm):
    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Enter the e-mail address.")), short(254)]
    )
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), short(120)])


class ColleagueForm(_RoleForm, EditingForm):
    works_for = RadioField(_l("Works for"))
    customers = boxes(_l("Customers"))
    customer = StringField(
        _l("Add a customer"),
        [short(140)],
        description=_l("Write a few letters and choose. Then add it."),
    )
    every = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.works_for.choices = [
            SelectChoice(EVERY, _("Every customer, also those that come")),
            SelectChoice(SOME, _("Only some customers")),
        ]

    def offer(self, session: Session, partner_id: int, today: Any) -> None:
        """The customers to tick: all, where there are few; else those that were chosen."""
        found = session.scalars(customers_granting(partner_id, today=today).limit(FEW + 1)).all()
        self.every = len(found) <= FEW
        if not self.every:
            mine = customers_granting(partner_id, today=today, among=self.chosen())
            found = session.scalars(mine).all()
        self.customers.choices = [SelectChoice(str(it.id), it.name) for it in found]

    def add(self, session: Session, partner_id: int, today: Any) -> None:
        """Tick the customer that was searched for."""
        typed = self.customer.data or ""
        found = session.scalars(
            customers_granting(partner_id, today=today, text=typed.partition(",")[0]).limit(2)
        ).all()
        if len(found) != 1 or not typed.strip():
            raise Refused(
                N_("We cannot find this customer. Choose one from the list."), field="customer"
            )
        self.customers.data = [*(self.customers.data or []), str(found[0].id)]
        self.works_for.data = SOME
        self.customer.data, self.customer.raw_data = "", None

    def chosen(self) -> set[int]:
        told = self.customers.data or ()
        return {int(each) for each in told if each.isdecimal() and len(each) < 10}
