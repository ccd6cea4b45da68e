"""What people fill in to invite someone, and what whoever is invited fills in."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.models import Site
from portal.base.access import CUSTOMER_ROLES, Role, Visibility
from portal.base.text import sort_key
from portal.base.typed import LONGEST_NAME
from portal.base.words import N_, Refused
from portal.invitations.actions import Offer
from portal.passwords.rules import SHORTEST
from portal.web import locale
from portal.web.forms import Form, InvitingForm
from portal.web.locale import lazy_gettext as _l

USUAL = "usual"
MOST_SITES = 40  # beyond that, sites are named and not ticked
LONGEST_TEXT = 20_000
_HINTS = {
    Role.ADMINISTRATOR: N_("Does all that members do, and decides who has access."),
    Role.MEMBER: N_("Registers and changes devices and sites."),
    Role.OBSERVER: N_("Sees and downloads, and changes nothing."),
}


DECIDED_FOR = (Role.MEMBER, Role.OBSERVER)  # administrators see everything
_SEEN = {
    Visibility.EVERYTHING: N_("All devices, sites, device lists and service requests."),
    Visibility.OWN_SITES: N_(
        "Devices and service requests at chosen sites, and wherever they are: their own device"
        " lists and the service requests they take part in."
    ),
    Visibility.OWN: N_(
        "All devices and sites, but only their own device lists, and only the service requests that"
        " they opened, follow or are the contact of."
    ),
}


def visibility_choices(*, some: bool = True) -> list[SelectChoice]:
    """How much somebody may be let see; `some`: where there are sites to choose from."""
    return [
        SelectChoice(
            sees.value, locale.label(sees), render_kw={"hint": locale.gettext(_SEEN[sees])}
        )
        for sees in Visibility
        if some or sees is not Visibility.OWN_SITES
    ]


class AccessFields(Form):
    """What someone is to be in the account. `offer_sites` comes first."""

    usual: Mapping[Role, Visibility] = {}

    role = RadioField(_l("Role"), default=Role.MEMBER.value)
    sees = RadioField(
        _l("What they see"),
        default=USUAL,
        description=_l("Administrators always see everything."),
    )
    sites = SelectMultipleField(
        _l("Chosen sites"),
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    site_names = TextAreaField(
        _l("Chosen sites"), description=_l("The name of each site on a line of its own.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.role.choices = [
            SelectChoice(
                role.value, locale.label(role), render_kw={"hint": locale.gettext(_HINTS[role])}
            )
            for role in reversed(CUSTOMER_ROLES)
        ]
        self.offered: Sequence[Site] = ()

    def offer_sites(
        self, sites: Sequence[Site], usual: Mapping[Role, Visibility] | None = None
    ) -> None:
        """Let the account's sites be chosen. `usual` is what its roles see, where it decided it."""
        self.offered, self.usual = sites, usual or {}
        self.sites.choices = [SelectChoice(site.id, site.name) for site in sites]
        self.sees.choices = [self._as_usual(), *visibility_choices(some=bool(sites))]
        unused = ["site_names"] if sites else ["sites", "site_names"]
        for name in ["sites"] if len(sites) > MOST_SITES else unused:
            del self[name]

    def _as_usual(self) -> SelectChoice:
        told = "; ".join(
            f"{locale.label(role)}: {locale.label(self._usually(role)).lower()}"
            for role in DECIDED_FOR
        )
        return SelectChoice(USUAL, locale.gettext("As the role has it"), render_kw={"hint": told})

    def _usually(self, role: Role) -> Visibility:
        return self.usual.get(role, Visibility.EVERYTHING)

    def offer(self) -> Offer:
        """What was chosen."""
        role, chosen = Role(self.role.data), self.sees.data
        sees = self._usually(role) if chosen == USUAL else Visibility(chosen)
        some = sees is Visibility.OWN_SITES and role is not Role.ADMINISTRATOR
        return Offer(role, sees, tuple(self._chosen()) if some else ())

    def refuse(self, refusal: Refused) -> None:
        if refusal.field == "sites":
            refusal.field = next(it for it in ("sites", "site_names", "sees") if it in self)
            self.sees.data = Visibility.OWN_SITES.value  # which shows where they are chosen
        super().refuse(refusal)

    def _chosen(self) -> list[int]:
        if "sites" in self:
            ticked = set(self.sites.data or ())
            if ticked - {site.id for site in self.offered}:
                raise Refused(N_("One of the sites is not there. Choose again."), field="sites")
            return [site.id for site in self.offered if site.id in ticked]
        if "site_names" not in self:  # there are none to choose
            return []
        names = {site.name_key: site.id for site in self.offered}
        typed = filter(None, (line.strip() for line in (self.site_names.data or "").splitlines()))
        wanted = {name: names.get(sort_key(name)) for name in typed}
        if unknown := [name[:80] for name, found in wanted.items() if found is None]:
            raise Refused(
                N_("There is no site called %(names)s."),
                field="site_names",
                names=", ".join(unknown),
            )
        return [found for found in wanted.values() if found]


class InviteForm(InvitingForm, AccessFields):
    emails = TextAreaField(
        _l("E-mail addresses"),
        [
            InputRequired(_l("Enter at least one e-mail address.")),
            Length(max=LONGEST_TEXT, message=_l("Invite fewer people at a time.")),
        ],
        description=_l("One or several, separated by commas or blanks, or on lines of their own."),
    )


class BecomeUserForm(Form):
    """Whoever is invited and was no user says their name and chooses a password."""

    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Enter your name.")),
            Length(
                max=LONGEST_NAME, message=_l("Use at most %(most)s characters.", most=LONGEST_NAME)
            ),
        ],
    )
    password = PasswordField(
        _l("Choose a password"),
        [InputRequired(_l("Choose a password."))],
        description=_l(
            "At least %(least)s characters. Any characters will do, blanks too.", least=SHORTEST
        ),
    )
