"""Stating which replacements need no person."""

from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.approval_rules.models import ApprovalRules
from portal.approval_rules.rules import Rules, checked
from portal.base.db import save
from portal.base.held import Held
from portal.base.history import Doer, What, happened
from portal.catalogue.models import Category


def rules_in_force(session: Session) -> Rules:
    return RULES.of(session)


def change_rules(session: Session, told: Rules, *, version: int, by: Doer) -> bool:
    """State them anew. Whether that changed anything. What was asked for before stays as it is."""
    told = checked(told)
    row = the_rules(session)
    if row is None:
        row = ApprovalRules(**_columns(told))
        session.add(row)
        happened(session, row, What.CREATED, by=by, **_columns(told))
        return True
    before = rules_of(row)
    if before == told and row.version == version:
        return False
    save(session, row, version=version, **_columns(told))
    old, new = _columns(before), _columns(told)
    changed = {name: [old[name], new[name]] for name in new if old[name] != new[name]}
    happened(session, row, What.CHANGED, by=by, **changed)
    return True


def the_rules(session: Session) -> ApprovalRules | None:
    return session.scalars(select(ApprovalRules).order_by(ApprovalRules.id).limit(1)).first()


def rules_of(row: ApprovalRules) -> Rules:
    told = {it.name: getattr(row, it.name) for it in fields(Rules)}
    return Rules(**told | {"categories": frozenset(map(Category, row.categories))})


def _columns(told: Rules) -> dict[str, Any]:
    values = {it.name: getattr(told, it.name) for it in fields(Rules)}
    return values | {"categories": sorted(told.categories)}


def _read(session: Session) -> Rules:
    row = the_rules(session)
    return rules_of(row) if row else Rules()


RULES = Held("approval_rules", _read, ApprovalRules)
