"""What administrators fill in about someone who has access."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from portal.accounts.models import Membership
from portal.base.access import Role, Visibility
from portal.invitations.forms import DECIDED_FOR, AccessFields, visibility_choices
from portal.web.forms import EditingForm, Form
from portal.web.locale import lazy_gettext as _l


class ChangeRightsForm(EditingForm, AccessFields):
    def show(self, membership: Membership, sites: dict[int, str]) -> None:
        """Fill in what they are now."""
        self.version.data = membership.version
        self.role.data = membership.role.value
        self.sees.data = membership.sees.value
        chosen = [it.site_id for it in membership.sites]
        if "sites" in self:
            self.sites.data = chosen
        if "site_names" in self:
            self.site_names.data = "\n".join(sites[each] for each in chosen if each in sites)


class RoleVisibilityForm(Form):
    member = RadioField(_l("New members see"), default=Visibility.EVERYTHING.value)
    observer = RadioField(_l("New observers see"), default=Visibility.EVERYTHING.value)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for role in DECIDED_FOR:
            self[role.value].choices = visibility_choices()

    def show(self, seen: Mapping[Role, Visibility]) -> None:
        """Fill in what is decided."""
        for role, sees in seen.items():
            self[role.value].data = sees.value

    def decided(self) -> dict[Role, Visibility]:
        return {role: Visibility(self[role.value].data) for role in DECIDED_FOR}


class HandOverForm(Form):
    to = StringField(
        _l("Hand over to"),
        [InputRequired(_l("Choose a colleague."))],
        description=_l("Type some letters of the name or the e-mail address, and choose."),
    )

    def address(self) -> str:
        """What was chosen ends with an address; typed alone, it may be one, or a name."""
        text: Any = self.to.data or ""
        return str(text).rpartition("(")[2].rstrip(") ").strip().lower()
