"""Approving several replacements at once, of whichever customers: each in the scope of its own
account, each with its own outcome, and what all of it came to in a sentence or two."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from flask import g
from sqlalchemy import Select, select

from portal.base import clock
from portal.base.access import AccountClosed
from portal.base.history import Doer
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.replacements.deciding import approve_asked
from portal.replacements.deeds import hold
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import PREFIX, Stage
from portal.web.formats import listing
from portal.web.locale import explain, label, ngettext
from portal.web.session import open_session

MOST_NAMED = 5
_ON = N_("%(rma)s has moved on meanwhile, and stands as “%(stage)s”.")


@dataclass(slots=True)
class Outcome:
    """What became of each that was picked, by its number."""

    done: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # why, in words that name which

    @property
    def sentence(self) -> str:
        names = listing(_some([reference(PREFIX, each) for each in self.done]))
        return ngettext(
            "%(num)s replacement is approved: %(which)s.",
            "%(num)s replacements are approved: %(which)s.",
            len(self.done),
            which=names,
        )


def approve_each(ids: Iterable[int], *, by: Doer) -> Outcome:
    """What is refused stays as it was, and holds none of the others up."""
    wanted, outcome = set(ids), Outcome()
    with open_session(g.scope, reading=True) as reading:
        found: Any = reading.execute(_whose(wanted)).all()
    for account_id, rows in groupby(found, key=lambda row: row.account_id):
        _approve_of(account_id, [row.id for row in rows], outcome, by=by)
    for each in sorted(wanted - {row.id for row in found}):
        _refuse(outcome, each, Refused(N_("It is not there.")))
    return outcome


def _whose(ids: set[int]) -> Select[*tuple[Any, ...]]:
    whose = select(Replacement.id, Replacement.account_id).where(Replacement.id.in_(ids))
    return whose.order_by(Replacement.account_id, Replacement.id)


def _approve_of(account_id: int, ids: list[int], outcome: Outcome, *, by: Doer) -> None:
    """Those of one customer, in a transaction of its own."""
    part = Outcome()
    try:
        with open_session(replace(g.scope, write=account_id), reading=False) as session:
            for each in ids:
                try:
                    with session.begin_nested():
                        _approve(session, each, by=by)
                except Refused as refusal:
                    _refuse(part, each, refusal)
                else:
                    part.done.append(each)
            session.commit()
    except AccountClosed:
        part = Outcome()
        for each in ids:
            _refuse(part, each, Refused(N_("The customer is closed.")))
    outcome.done += part.done
    outcome.refused += part.refused


def _approve(session: ScopedSession, replacement_id: int, *, by: Doer) -> None:
    it = hold(session, session.scalars(replacement_with_id(replacement_id)).one())
    if it.stage is not Stage.REQUESTED:
        raise Refused(_ON, rma=it.reference, stage=label(it.stage))
    approve_asked(session, it, by=by, now=clock.now())


def _refuse(outcome: Outcome, replacement_id: int, refusal: Refused) -> None:
    number, told = reference(PREFIX, replacement_id), explain(refusal)
    outcome.refused.append(told if number in told else f"{number}: {told}")


def _some(names: list[str]) -> list[str]:
    """So many of them by number, and how many others."""
    left = len(names) - MOST_NAMED
    if left <= 1:
        return names
    return [*names[:MOST_NAMED], ngettext("%(num)s other", "%(num)s others", left)]
