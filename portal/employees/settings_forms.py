"""What an administrator decides about the link of the account's employees."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.employees.actions import Terms
from portal.employees.models import EmployeeLink
from portal.replacements.forms import at_most
from portal.web.fields import WholeNumberField
from portal.web.formats import phone
from portal.web.forms import CreatingForm, EditingForm, Form
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

ADMINISTRATOR, RULE = "administrator", "rule"


class LinkForm(EditingForm):
    domains = TextAreaField(
        _l("Domains of your e-mail addresses"),
        [at_most(2000)],
        description=_l("One on each line. Only who reads mail there can order."),
    )
    approval = RadioField(_l("Who approves what they order?"), [InputRequired(_l("Choose one."))])
    most_open = WholeNumberField(
        _l("How many one employee can wait for"),
        [InputRequired(_l("Write a whole number with digits, such as 120."))],
        description=_l("Until the faulty device has come back, it counts."),
    )
    phone = StringField(
        _l("Phone number that employees turn to"),
        [at_most(40)],
        description=_l(
            "It is shown where they cannot order, and the carrier calls it if they give none."
        ),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.approval.choices = [
            SelectChoice(
                ADMINISTRATOR,
                _("An administrator, each time"),
                render_kw={"hint": _("You get a notice, and approve or decline.")},
            ),
            SelectChoice(
                RULE,
                _("Nobody: it is sent at once"),
                render_kw={
                    "hint": _("What goes to another address than your sites waits for you still.")
                },
            ),
        ]

    @classmethod
    def showing(cls, link: EmployeeLink | None, domains: set[str], number: str) -> "LinkForm":
        """As it is; or, before the first time, what is most likely wanted."""
        told: dict[str, object] = {"version": 0, "approval": ADMINISTRATOR, "most_open": 2}
        told |= {"domains": "\n".join(sorted(domains)), "phone": phone(number) if number else ""}
        if link:
            told |= {"version": link.version, "most_open": link.most_open}
            told |= {"approval": ADMINISTRATOR if link.approval else RULE}
            told |= {"domains": "\n".join(link.domains), "phone": phone(link.phone)}
        return cls(formdata=None, data=told)

    @property
    def terms(self) -> Terms:
        return Terms(
            domains=self.domains.data or "",
            approval=self.approval.data == ADMINISTRATOR,
            most_open=self.most_open.data or 0,
            phone=self.phone.data or "",
        )


class RenewForm(CreatingForm, EditingForm):
    """Another link; nothing is filled in but which one it takes the place of."""


class DeclineOrderForm(Form):
    because = StringField(
        _l("Reason"), [at_most(200)], description=_l("The employee gets to read it.")
    )


class SayDeviceForm(Form):
    device = RadioField(_l("Which device is it?"), validate_choice=False)
