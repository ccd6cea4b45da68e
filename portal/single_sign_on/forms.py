"""What people fill in to use their organization's own sign-in, and to set it up."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.models import User
from portal.base.access import Role, Visibility
from portal.single_sign_on.models import SingleSignOn
from portal.web import locale
from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l

_LONG = _l("This is too long.")


class OrganizationForm(Form):
    email = StringField(_l("E-mail address"), [InputRequired(_l("Enter your e-mail address."))])


class ProviderForm(Form):
    issuer = StringField(
        _l("Issuer"),
        [InputRequired(_l("Enter the issuer.")), Length(max=300, message=_LONG)],
        description=_l("The provider's address, such as https://login.example.com."),
    )
    client_id = StringField(
        _l("Client ID"), [InputRequired(_l("Enter the client ID.")), Length(max=300, message=_LONG)]
    )
    client_secret = PasswordField(_l("Client secret"), [Length(max=500, message=_LONG)])
    default_role = RadioField(_l("Role of new people"), default=Role.OBSERVER.value)
    new_sees = RadioField(_l("What new people see"), default=Visibility.EVERYTHING.value)
    vouches = BooleanField(
        _l("The provider asks for two-step verification"),
        description=_l("Then we do not ask for it as well."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # An administrator is made by an administrator, never by signing in.
        self.default_role.choices = [
            SelectChoice(role.value, locale.label(role)) for role in (Role.OBSERVER, Role.MEMBER)
        ]
        self.new_sees.choices = [
            SelectChoice(it.value, locale.label(it))
            for it in (Visibility.EVERYTHING, Visibility.OWN)
        ]

    def show(self, sso: SingleSignOn | None) -> None:
        """Fill in what is set up; the secret is never shown again."""
        if sso is None:
            return
        self.issuer.data, self.client_id.data = sso.issuer, sso.client_id
        self.default_role.data, self.new_sees.data = sso.role.value, sso.sees.value
        self.vouches.data = sso.vouches
        self.client_secret.description = locale.gettext("Leave it empty to keep the one we have.")


class DomainForm(Form):
    domain = StringField(
        _l("E-mail domain"),
        [InputRequired(_l("Enter the domain.")), Length(max=253, message=_LONG)],
        description=_l("What stands after @ in your addresses, such as example.com."),
    )


class DemandForm(Form):
    demanded = BooleanField(_l("Everyone must sign in through the provider"))
    way_in = SelectField(
        _l("Administrator who gets in without it"),
        description=_l("With a password and two-step verification, for when the provider is down."),
    )

    def offer(self, administrators: Iterable[User]) -> None:
        self.way_in.choices = [("", locale.gettext("Choose"))] + [
            (it.email, f"{it.name} ({it.email})") for it in administrators
        ]
