"""What portal administrators state about the vendor's own people."""

from typing import Any

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.base.access import STAFF_ROLES, Role
from portal.base.words import N_
from portal.partners.forms import short
from portal.web.forms import EditingForm, Form, InvitingForm
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l

HINTS = {
    Role.AGENT: N_("Helps customers, and registers and changes their devices."),
    Role.ESCALATION_MANAGER: N_("Follows up what is urgent, and sees every customer."),
    Role.LOGISTICS: N_("Ships and receives devices, and sees every customer."),
    Role.TAM: N_("Follows a few customers closely, and changes their devices."),
    Role.CSM: N_("Keeps agreements, and changes devices."),
    Role.PUBLISHER: N_("Publishes software and documents."),
    Role.STAFF_ADMINISTRATOR: N_("Decides about customers, partners, staff and the catalogue."),
}


class _RoleForm(Form):
    role = RadioField(_l("Role"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.role.choices = [
            SelectChoice(role.value, label(role), render_kw={"hint": _(HINTS[role])})
            for role in STAFF_ROLES
        ]


class InviteStaffForm(_RoleForm, InvitingForm):
    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Enter the e-mail address.")), short(254)]
    )
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), short(120)])


class ChangeRoleForm(_RoleForm, EditingForm):
    pass
