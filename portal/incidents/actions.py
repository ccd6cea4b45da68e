"""What escalation managers do with incidents. That they changed is counted where they are held."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.words import N_, Overtaken, Refused
from portal.incidents.facts import (
    IncidentFacts,
    Told,
    changes,
    checked,
    checked_update,
    facts_of,
)
from portal.incidents.models import Incident, IncidentAccount, IncidentModel, IncidentUpdate
from portal.incidents.rules import State


def begin_incident(
    session: Session, facts: IncidentFacts, told: Told, *, by: Doer | None, now: datetime
) -> Incident:
    """With its first update, and those who want to hear of it by mail do."""
    facts, told = checked(replace(facts, ended_at=None), now=now), checked_update(told)
    if told.state is State.SOLVED:
        raise Refused(N_("An incident that begins is not solved yet."), field="state")
    incident = Incident()
    _state(incident, facts)
    _move(incident, told, now)
    session.add(incident)
    happened(session, incident, What.CREATED, by=by)
    _tell(session, incident, told, by=by, now=now)
    return incident


def change_incident(
    session: Session,
    incident: Incident,
    facts: IncidentFacts,
    *,
    version: int,
    by: Doer | None,
    now: datetime,
) -> bool:
    """State the facts anew, unless they changed meanwhile. Whether that changed anything."""
    before = facts_of(incident)
    if before.ended_at is None:
        facts = replace(facts, ended_at=None)  # it ends with an update that says so
    elif facts.ended_at is None:
        raise Refused(N_("Enter when it ended."), field="ended_on")
    facts = checked(facts, now=now)
    changed = changes(before, facts)
    if not changed and incident.version == version:
        return False
    _replacing(session, incident, version, lambda: _state(incident, facts))
    happened(session, incident, What.CHANGED, by=by, **changed)
    return True


def write_update(
    session: Session,
    incident: Incident,
    told: Told,
    *,
    version: int,
    by: Doer | None,
    now: datetime,
) -> IncidentUpdate:
    """Tell people more. The last update is the one that says it is solved; another reopens it."""
    told, before = checked_update(told), incident.state
    _replacing(session, incident, version, lambda: _move(incident, told, now))
    moved = {"state": [before, told.state]} if before is not told.state else {}
    happened(session, incident, What.UPDATED, by=by, **moved)
    return _tell(session, incident, told, by=by, now=now)


def _move(incident: Incident, told: Told, now: datetime) -> None:
    incident.state, incident.next_update_due_at = told.state, told.next_due_at
    if told.state is not State.SOLVED:
        incident.ended_at = None
    elif incident.ended_at is None:
        incident.ended_at = now


def _tell(
    session: Session, incident: Incident, told: Told, *, by: Doer | None, now: datetime
) -> IncidentUpdate:
    update = IncidentUpdate(
        incident_id=incident.id,
        state=told.state,
        text_nb=told.text.nb,
        text_en=told.text.en,
        written_at=now,
        by_id=by and by.id,
    )
    session.add(update)
    session.flush()
    later(session, "incidents.tell", update_id=update.id)
    return update


def _replacing(
    session: Session, incident: Incident, version: int, deed: Callable[[], None]
) -> None:
    """Do it to the incident as it was opened; refused when it has changed since."""
    try:
        with session.begin_nested():
            # The title counts as written, since models and customers by themselves would not make
            # the database compare.
            set_committed_value(incident, "version", version)
            flag_modified(incident, "title_nb")
            deed()
    except StaleDataError:
        raise Overtaken(
            N_("Someone else changed this while you were writing. Compare, then save."),
            version=incident.version,
        ) from None


def _state(incident: Incident, facts: IncidentFacts) -> None:
    models = {each.model_id: each for each in incident.models}
    accounts = {each.account_id: each for each in incident.accounts}
    incident.title_nb, incident.title_en = facts.title_nb, facts.title_en
    incident.impact, incident.audience = facts.impact, facts.audience
    incident.services = [each.value for each in facts.services]
    incident.models = [models.get(it) or IncidentModel(model_id=it) for it in facts.models]
    incident.accounts = [
        accounts.get(it) or IncidentAccount(account_id=it) for it in facts.accounts
    ]
    incident.started_at, incident.ended_at = facts.started_at, facts.ended_at
