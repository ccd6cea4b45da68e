"""What is stated about an agreement: by a form, or by the record as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.agreements.models import Agreement
from portal.agreements.targets import own_targets
from portal.base.words import N_, Refused
from portal.catalogue.models import Category

HOURS_IN_A_BLOCK = 8
_NUMBER = re.compile(r"[A-Z0-9-]+")
_SHORTEST, _LONGEST = 3, 40
_MOST, _MOST_HOURS = 10_000_000, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    number: str
    starts_on: date
    ends_on: date
    partner_id: int | None = None
    categories: Mapping[Category, int] = field(default_factory=dict)  # and the agreed numbers
    lines: Mapping[int, int] = field(default_factory=dict)  # by the id of a quote-only model
    retain_and_destroy: bool = False
    technical_account_manager: bool = False
    csm_hours: int = 0
    headroom: Decimal = Decimal(5)
    targets: Mapping[str, int] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        return {
            "number": self.number,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "partner": self.partner_id,
            "categories": {it.value: number for it, number in sorted(self.categories.items())},
            "lines": {str(it): number for it, number in sorted(self.lines.items())},
            "retain_and_destroy": self.retain_and_destroy,
            "technical_account_manager": self.technical_account_manager,
            "csm_hours": self.csm_hours,
            "headroom": f"{self.headroom.normalize():f}",
            "targets": dict(sorted(self.targets.items())),
        }


def facts_of(agreement: Agreement) -> AgreementFacts:
    return AgreementFacts(
        number=agreement.number,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        partner_id=agreement.partner_id,
        categories={it.category: it.agreed_number for it in agreement.categories},
        lines={it.model_id: it.number for it in agreement.lines},
        retain_and_destroy=agreement.retain_and_destroy,
        technical_account_manager=agreement.technical_account_manager,
        csm_hours=agreement.csm_hours,
        headroom=agreement.headroom,
        targets=agreement.targets,
    )


def changes(before: AgreementFacts, after: AgreementFacts) -> dict[str, list[Any]]:
    """What differs: the old and the new value by name."""
    old, new = before.told(), after.told()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def checked(facts: AgreementFacts) -> AgreementFacts:
    """The facts, tidied; refused when they cannot be."""
    number = "".join(facts.number.split()).upper()
    _check_number(number)
    if facts.ends_on < facts.starts_on:
        raise Refused(N_("The last day must not come before the first day."), field="ends_on")
    if Category.QUOTE_ONLY in facts.categories:
        raise Refused(N_("Quote-only models take a line each."))
    if not facts.categories and not facts.lines:
        raise Refused(N_("State the agreed number of at least one category, or add a line."))
    for name, count in _counts(facts).items():
        if not 0 <= count <= _MOST:
            raise Refused(N_("Enter a whole number from 0 to %(most)s."), field=name, most=_MOST)
    if facts.csm_hours % HOURS_IN_A_BLOCK or not 0 <= facts.csm_hours <= _MOST_HOURS:
        raise Refused(
            N_("CSM hours come in blocks of eight: 8, 16, 24 and so on."), field="csm_hours"
        )
    if not 0 <= facts.headroom <= 100:
        raise Refused(N_("Enter a percentage from 0 to 100."), field="headroom")
    return replace(facts, number=number, targets=own_targets(facts.targets))


def _check_number(number: str) -> None:
    if not _NUMBER.fullmatch(number):
        raise Refused(N_("An agreement number has letters, digits and dashes."), field="number")
    if len(number) < _SHORTEST:
        raise Refused(
            N_("An agreement number has at least %(least)s characters."),
            field="number",
            least=_SHORTEST,
        )
    if len(number) > _LONGEST:
        raise Refused(N_("Use at most %(most)s characters."), field="number", most=_LONGEST)
    if "-" in {number[0], number[-1]}:
        raise Refused(
            N_("An agreement number begins and ends with a letter or a digit."), field="number"
        )


def _counts(facts: AgreementFacts) -> dict[str, int]:
    """The numbers, by the names of their fields."""
    by_category = {f"category_{it.value}": count for it, count in facts.categories.items()}
    return by_category | {f"line_{model_id}": count for model_id, count in facts.lines.items()}
