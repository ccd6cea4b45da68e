"""All incidents, in the memory of each process: the page that everybody may ask costs nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.bilingual import Bilingual
from portal.base.held import Held
from portal.base.references import reference
from portal.catalogue.catalogue import Catalogue
from portal.incidents.models import (
    Incident,
    IncidentAccount,
    IncidentModel,
    IncidentUpdate,
)
from portal.incidents.rules import (
    EVERYBODYS,
    Audience,
    Impact,
    Service,
    State,
    is_late,
    is_told_of,
)


@dataclass(frozen=True, slots=True)
class Update:
    id: int
    state: State
    text: Bilingual
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An incident as pages need it: plain values, shared by everyone, changed by nobody."""

    id: int
    title: Bilingual
    state: State
    impact: Impact
    audience: Audience
    services: frozenset[Service]
    models: frozenset[int]
    accounts: frozenset[int]
    started_at: datetime
    ended_at: datetime | None
    next_update_due_at: datetime | None
    updates: tuple[Update, ...]  # the newest first

    @property
    def reference(self) -> str:
        return reference("INC", self.id)

    @property
    def is_public(self) -> bool:
        return self.audience is Audience.PUBLIC

    @property
    def changed_at(self) -> datetime:
        return self.updates[0].written_at if self.updates else self.started_at

    def is_late(self, now: datetime) -> bool:
        return is_late(self.next_update_due_at, now)

    def models_hit(self, models: Catalogue) -> set[int]:
        """The models that customers must have to be concerned, where not all are."""
        hit = {each.value for each in self.services}
        return {it.id for it in models if it.id in self.models or it.category.value in hit}

    def concerns(self, account_id: int, held: Iterable[int], models: Catalogue) -> bool:
        """Whether it hits a customer who has devices of these models."""
        if self.audience is Audience.CHOSEN:
            return account_id in self.accounts
        if self.services & EVERYBODYS:
            return True
        return not self.models_hit(models).isdisjoint(held)


class Incidents:
    """The latest to begin comes first."""

    def __init__(self, incidents: Iterable[Shown]) -> None:
        self.all = tuple(sorted(incidents, key=lambda it: (it.started_at, it.id), reverse=True))
        self.present = tuple(each for each in self.all if each.ended_at is None)
        self._by_id = {each.id: each for each in self.all}

    def get(self, incident_id: int | None) -> Shown | None:
        return self._by_id.get(incident_id or 0)

    def told_of(self, now: datetime) -> tuple[Shown, ...]:
        """What is, and what was lately."""
        return tuple(each for each in self.all if is_told_of(each.ended_at, now))


def incidents_of(session: Session) -> Incidents:
    """All incidents, from memory when it can be."""
    return INCIDENTS.of(session)


def _read(session: Session) -> Incidents:
    models, accounts = (
        _grouped(session, kind.incident_id, column)
        for kind, column in (
            (IncidentModel, IncidentModel.model_id),
            (IncidentAccount, IncidentAccount.account_id),
        )
    )
    updates: dict[int, list[Update]] = defaultdict(list)
    told = select(IncidentUpdate).order_by(IncidentUpdate.id.desc())
    for it in session.scalars(told):
        updates[it.incident_id].append(Update(it.id, it.state, it.words, it.written_at))
    rows = session.execute(select(*(getattr(Incident, name) for name in (*_PLAIN, *_OTHERS))))
    return Incidents(
        Shown(
            title=Bilingual(row.title_nb, row.title_en),
            services=frozenset(map(Service, row.services)),
            models=frozenset(models[row.id]),
            accounts=frozenset(accounts[row.id]),
            updates=tuple(updates[row.id]),
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in rows
    )


def _grouped(session: Session, key: Any, value: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for incident_id, other in session.execute(select(key, value)):
        found[incident_id].add(other)
    return found


_PLAIN = (
    *("id", "state", "impact", "audience"),
    *("started_at", "ended_at", "next_update_due_at"),
)
_OTHERS = ("title_nb", "title_en", "services")
INCIDENTS = Held("incidents", _read, Incident, IncidentModel, IncidentAccount, IncidentUpdate)
