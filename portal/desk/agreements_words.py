"""What is stated about agreements, in words: for history, and beside an overtaken form."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Partner
from portal.agreements.targets import TARGETS, targets_with
from portal.agreements.wording import target_name, target_text
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Category
from portal.desk.history import Change, Telling, count, day, plain, yes_or_no
from portal.web.formats import listing, number, percent, short_date
from portal.web.locale import gettext as _
from portal.web.locale import label


def agreement_words(session: Session, catalogue: Catalogue) -> Telling:
    @cache
    def partners() -> dict[int, str]:  # asked for only when a partner was changed
        return {partner.id: partner.name for partner in session.scalars(select(Partner))}

    def partner_name(value: int | None) -> str:
        return partners().get(value, "–") if value else "–"

    def lines(value: dict[str, int]) -> str:
        return _numbers({_named(catalogue, key): agreed for key, agreed in value.items()})

    return {
        "number": (_("Agreement number"), plain),
        "partner": (_("Partner"), partner_name),
        "starts_on": (_("First day"), day),
        "ends_on": (_("Last day"), day),
        "categories": (_("Agreed numbers"), _categories),
        "lines": (_("Quote-only models"), lines),
        "retain_and_destroy": (_("Retain and destroy"), yes_or_no),
        "technical_account_manager": (_("Technical account manager (TAM)"), yes_or_no),
        "csm_hours": (_("Extra CSM hours a month"), count),
        "headroom": (_("Headroom"), lambda value: percent(Decimal(value))),
        "targets": _targets,
    }


def saved_meanwhile(now: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, str]:
    """In words, what the record says now where the form says something else."""
    names = now.keys() | mine.keys()
    return {
        name: _written(name, now.get(name)) for name in names if now.get(name) != mine.get(name)
    }


def _written(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in TARGETS:
        return target_text(name, value)
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, date):
        return short_date(value)
    return number(value) if isinstance(value, int | Decimal) else plain(value)


def _named(catalogue: Catalogue, model_id: str) -> str:
    model = catalogue.get(int(model_id))
    return model.name if model else model_id


def _categories(value: dict[str, int]) -> str:
    return _numbers({label(Category(key)): agreed for key, agreed in value.items()})


def _numbers(value: Mapping[str, int]) -> str:
    return listing(f"{name} {number(agreed)}" for name, agreed in value.items()) if value else "–"


def _targets(before: dict[str, int], after: dict[str, int]) -> list[Change]:
    """Each target that became another, by its name."""
    old, new = targets_with(before), targets_with(after)
    return [
        (target_name(key), target_text(key, old[key]), target_text(key, new[key]))
        for key in TARGETS
        if old[key] != new[key]
    ]
