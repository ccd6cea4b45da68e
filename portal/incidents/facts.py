"""What is stated about an incident, and in an update of it."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from portal.base.bilingual import Bilingual, line_of, lines_of
from portal.base.words import N_, Refused
from portal.incidents.models import Incident
from portal.incidents.rules import Audience, Impact, Service, State

LONGEST_TITLE, LONGEST_TEXT, MOST_NAMED = 160, 10_000, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    started_at: datetime
    ended_at: datetime | None = None
    title_nb: str = ""
    title_en: str = ""
    impact: Impact = Impact.DEGRADED
    audience: Audience = Audience.PUBLIC
    services: tuple[Service, ...] = ()
    models: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        return asdict(self) | {
            "started_at": _minute(self.started_at),
            "ended_at": self.ended_at and _minute(self.ended_at),
            "services": sorted(self.services),
            "models": sorted(self.models),
            "accounts": sorted(self.accounts),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An update: how far the work has come, in words, and when people hear of it next."""

    state: State
    text: Bilingual
    next_due_at: datetime | None = None


def facts_of(incident: Incident) -> IncidentFacts:
    return IncidentFacts(
        started_at=incident.started_at,
        ended_at=incident.ended_at,
        title_nb=incident.title_nb,
        title_en=incident.title_en,
        impact=incident.impact,
        audience=incident.audience,
        services=tuple(Service(each) for each in incident.services),
        models=tuple(each.model_id for each in incident.models),
        accounts=tuple(each.account_id for each in incident.accounts),
    )


def changes(before: IncidentFacts, after: IncidentFacts) -> dict[str, list[Any]]:
    """What differs: the old and the new value by name."""
    old, new = before.told(), after.told()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def checked(facts: IncidentFacts, *, now: datetime) -> IncidentFacts:
    """The facts, tidied; refused when they cannot be."""
    facts = replace(facts, title_nb=line_of(facts.title_nb), title_en=line_of(facts.title_en))
    if not (facts.title_nb or facts.title_en):
        raise Refused(N_("Enter a title, in one language or both."), field="title_nb")
    for name in ("title_nb", "title_en"):
        if len(getattr(facts, name)) > LONGEST_TITLE:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=LONGEST_TITLE)
    if facts.audience is Audience.CHOSEN and not facts.accounts:
        raise Refused(N_("Name the customers who can read of it."), field="accounts")
    if facts.audience is not Audience.CHOSEN and facts.accounts:
        raise Refused(N_("Choose “Chosen customers only”, or name no customers."), field="audience")
    if not (facts.services or facts.models):
        raise Refused(N_("Choose what is affected, or name models."), field="services")
    for name in ("models", "accounts"):
        if len(getattr(facts, name)) > MOST_NAMED:
            raise Refused(N_("Name at most %(most)s."), field=name, most=MOST_NAMED)
    _check_times(facts, now)
    return facts


def checked_update(told: Told) -> Told:
    told = replace(told, text=Bilingual(lines_of(told.text.nb), lines_of(told.text.en)))
    if not told.text:
        raise Refused(
            N_("Write what people should know, in one language or both."), field="text_nb"
        )
    for name in ("nb", "en"):
        if len(getattr(told.text, name)) > LONGEST_TEXT:
            field = f"text_{name}"
            raise Refused(N_("Use at most %(most)s characters."), field=field, most=LONGEST_TEXT)
    return replace(told, next_due_at=None) if told.state is State.SOLVED else told


def _check_times(facts: IncidentFacts, now: datetime) -> None:
    if facts.started_at > now:
        raise Refused(N_("It cannot have begun in the future."), field="started_on")
    if facts.ended_at and facts.ended_at > now:
        raise Refused(N_("It cannot have ended in the future."), field="ended_on")
    if facts.ended_at and facts.ended_at < facts.started_at:
        raise Refused(N_("It cannot have ended before it began."), field="ended_on")


def _minute(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")
