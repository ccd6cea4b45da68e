"""Incidents as staff see them: their list, and in words for their history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.references import read_reference
from portal.base.text import loose_key
from portal.base.words import N_, LabelledEnum
from portal.catalogue.catalogue import Catalogue
from portal.desk.history import Word, Words, each, plain
from portal.incidents.facts import facts_of
from portal.incidents.forms import ChangeIncidentForm
from portal.incidents.incidents import Incidents, Shown
from portal.incidents.models import Incident
from portal.incidents.rules import Audience, Impact, Service, State
from portal.web.formats import date_and_time
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

ON_A_PAGE = 25


class Which(LabelledEnum):
    PRESENT = "present", N_("Going on")
    OVER = "over", N_("Over")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the ways to others. Each way follows a question mark."""

    rows: list[Shown]
    found: str
    asked: Mapping[str, str]
    chips: list[dict[str, str]]
    first: str
    next: str
    which: type[Which] = Which


def list_incidents(incidents: Incidents, args: Mapping[str, str]) -> Listed:
    """The latest to begin first: filtered and paged in memory, for there are few."""
    asked = {name: args[name].strip()[:80] for name in ("q", "which") if args.get(name)}
    rows = [it for it in incidents.all if _is_wanted(it, asked)]
    last = read_reference("INC", args.get("after", "")[:20])
    start = next((place for place, it in enumerate(rows, 1) if it.id == last), 0)
    shown = rows[start : start + ON_A_PAGE]
    onwards = _query({**asked, "after": shown[-1].reference}) if shown else ""
    which = asked.get("which")
    told = label(Which(which)) if which in set(Which) else ""
    without = {name: value for name, value in asked.items() if name != "which"}
    return Listed(
        rows=shown,
        found=ngettext("%(num)s incident", "%(num)s incidents", len(rows)),
        asked=asked,
        chips=[{"label": told, "href": _query(without)}] if told else [],
        first=_query(asked) if start else "",
        next=onwards if start + ON_A_PAGE < len(rows) else "",
    )


def incident_words(session: Session, models: Catalogue) -> Words:
    return {
        "title_nb": (_("Title in Norwegian"), plain),
        "title_en": (_("Title in English"), plain),
        "impact": (_("Impact"), lambda it: label(Impact(it))),
        "audience": (_("Who can read of it"), lambda it: label(Audience(it))),
        "services": (_("What is affected"), lambda them: each([label(Service(it)) for it in them])),
        "models": (_("Models"), lambda ids: each([it.name for it in models if it.id in ids])),
        "accounts": (_("Chosen customers"), _customers(session)),
        "started_at": (_("Began"), _moment),
        "ended_at": (_("Ended"), _moment),
        "state": (_("State"), lambda it: label(State(it))),
    }


def saved_meanwhile(
    session: Session, incident: Incident, form: ChangeIncidentForm, models: Catalogue
) -> dict[str, str]:
    """In words, what the record says now where the form says something else."""
    words = incident_words(session, models)
    now, mine = facts_of(incident).told(), form.facts(session, models).told()
    fields = {"started_at": "started_on", "ended_at": "ended_on"}
    return {
        fields.get(name, name): words[name][1](now[name]) for name in now if now[name] != mine[name]
    }


def _customers(session: Session) -> Word:
    def names(ids: list[int]) -> str:
        named = select(Account.name).where(Account.id.in_(ids)).order_by(Account.name_key)
        return each(list(session.scalars(named))) if ids else "–"

    return names


def _moment(text: str | None) -> str:
    return date_and_time(datetime.fromisoformat(text)) if text else "–"


def _is_wanted(it: Shown, asked: Mapping[str, Any]) -> bool:
    if asked.get("which") in set(Which) and (it.ended_at is None) != (asked["which"] == "present"):
        return False
    key = loose_key(asked.get("q", ""))
    return key in loose_key(f"{it.title.nb} {it.title.en} {it.reference}")


def _query(asked: Mapping[str, str]) -> str:
    return "?" + urlencode(asked)
