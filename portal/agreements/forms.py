"""What staff fill in about agreements."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Optional

from portal.agreements.facts import AgreementFacts
from portal.agreements.targets import (
    BY_SEVERITY,
    TARGETS,
    Severity,
    Unit,
    first_response,
    next_update,
    targets_with,
)
from portal.catalogue.catalogue import Model
from portal.catalogue.models import Category
from portal.web.fields import DayField, DecimalField, TimeOfDayField, TypedField, WholeNumberField
from portal.web.forms import CreatingForm, EditingForm, Form
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l

COVERED = (Category.HEADSET, Category.VIDEO, Category.VOICE)
_FILL_IN = _l("Fill in the target.")


class _CustomerField(Form):
    customer = StringField(
        _l("Customer"),
        [InputRequired(_l("Choose the customer."))],
        description=_l("Type some letters of the name or the master account ID, and choose."),
    )


class _AgreementFields(Form):
    number = StringField(
        _l("Agreement number"), [InputRequired(_l("Enter the number of the agreement."))]
    )
    partner = StringField(
        _l("Partner"), description=_l("The reseller. Type some letters, and choose.")
    )
    starts_on = DayField(_l("First day"), [InputRequired(_l("Enter the first day."))])
    ends_on = DayField(
        _l("Last day"),
        [InputRequired(_l("Enter the last day."))],
        description=_l("The last day that is covered."),
    )
    retain_and_destroy = BooleanField(
        _l("Retain and destroy"),
        description=_l("Faulty devices are destroyed by the customer instead of returned."),
    )
    technical_account_manager = BooleanField(_l("Technical account manager (TAM)"))
    csm_hours = WholeNumberField(
        _l("Extra CSM hours a month"),
        [Optional()],
        description=_l("In blocks of eight hours: 8, 16, 24 and so on."),
    )
    headroom = DecimalField(
        _l("Headroom of the baseline, in percent"), [InputRequired(_l("Enter the headroom."))]
    )

    def categories(self) -> list[WholeNumberField]:
        return [self[f"category_{category.value}"] for category in COVERED]

    def lines(self) -> list[WholeNumberField]:
        return [field for field in self if field.name.startswith("line_")]

    def by_severity(self) -> list[tuple[Severity, WholeNumberField, WholeNumberField]]:
        """The targets that differ by severity: the first answer and the next update of each."""
        return [(it, self[first_response(it)], self[next_update(it)]) for it in Severity]

    def other_targets(self) -> list[TypedField]:
        return [self[key] for key in TARGETS if key not in BY_SEVERITY]

    def facts(self, partner_id: int | None) -> AgreementFacts:
        lines = {int(field.name[5:]): field.data for field in self.lines()}
        agreed = dict(zip(COVERED, (field.data for field in self.categories()), strict=True))
        return AgreementFacts(
            number=self.number.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            partner_id=partner_id,
            categories={it: number for it, number in agreed.items() if number is not None},
            lines={model: number for model, number in lines.items() if number},
            retain_and_destroy=self.retain_and_destroy.data,
            technical_account_manager=self.technical_account_manager.data,
            csm_hours=self.csm_hours.data or 0,
            headroom=self.headroom.data,
            targets={key: self[key].data for key in TARGETS},
        )


class AddAgreementForm(CreatingForm, _CustomerField, _AgreementFields):
    pass


class ChangeAgreementForm(EditingForm, _AgreementFields):
    pass


def with_fields(form: type[Form], models: Iterable[Model]) -> type[Any]:
    """The form with a field for each category, each target, and each model that takes a line."""
    fields: dict[str, Any] = {
        f"category_{it.value}": WholeNumberField(label(it), [Optional()]) for it in COVERED
    }
    for model in models:
        fields[f"line_{model.id}"] = WholeNumberField(model.name, [Optional()])
    for severity in Severity:
        named = {"severity": label(severity)}
        fields[first_response(severity)] = _("%(severity)s: first response, in minutes", **named)
        fields[next_update(severity)] = _("%(severity)s: next update, in hours", **named)
    for key, target in TARGETS.items():
        kind = TimeOfDayField if target.unit is Unit.TIME else WholeNumberField
        heading = fields.get(key) or f"{_(target.label)} ({label(target.unit)})"
        fields[key] = kind(heading, [InputRequired(_FILL_IN)])
    return type(form.__name__, (form,), fields)


def in_fields(facts: AgreementFacts, partner: str) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    agreed: Mapping[Category, int] = facts.categories
    return {
        "number": facts.number,
        "partner": partner,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "headroom": facts.headroom,
        "retain_and_destroy": facts.retain_and_destroy,
        "technical_account_manager": facts.technical_account_manager,
        "csm_hours": facts.csm_hours or None,
        **{f"category_{it.value}": agreed.get(it) for it in COVERED},
        **{f"line_{model}": number for model, number in facts.lines.items()},
        **targets_with(facts.targets),
    }
