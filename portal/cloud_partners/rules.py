"""Cloud partner support: the steps of a case, how each stands, and what must be there for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from portal.base.wall_time import moment_there
from portal.base.words import N_, LabelledEnum, Refused

LONGEST_NAME, LONGEST_NUMBER = 80, 80
WARNED = timedelta(days=7)  # how long before an authorization runs out the customer is told
RUN_OUT = N_("The authorization has run out. Ask the customer for a new one.")
MOST_MINUTES = 8 * 60
_YEARS = range(2000, 2100)


class CloudPartner(LabelledEnum):
    """Those whose services our products are used with."""

    ZOOM = "zoom", N_("Zoom")
    TEAMS = "teams", N_("Microsoft Teams")
    MEET = "meet", N_("Google Meet")
    WEBEX = "webex", N_("Cisco Webex")
    RINGCENTRAL = "ringcentral", N_("RingCentral")
    OTHER = "other", N_("Another partner")


class Stage(LabelledEnum):
    """What a case goes through, in this order."""

    AGREEMENT = "agreement", N_("Support agreement with the partner")
    AUTHORIZATION = "authorization", N_("Signed authorization")
    ISOLATING = "isolating", N_("The fault is isolated")
    INCIDENT = "incident", N_("Incident opened with the partner")
    FINDINGS = "findings", N_("Findings")
    CALL = "call", N_("Joint call")
    WORKAROUND = "workaround", N_("Workaround")
    REFERRAL = "referral", N_("Referred to the partner")


class State(LabelledEnum):
    WAITING = "waiting", N_("Waiting")
    UNDER_WAY = "under_way", N_("Under way")
    DONE = "done", N_("Done")
    NOT_NEEDED = "not_needed", N_("Not needed")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a step of a case stands, and when something is heard of it next."""

    state: State
    next_update_at: datetime | None = None


# Those that a case can do without are not needed until somebody asks for them.
BEGUN: dict[Stage, State] = {
    **dict.fromkeys(Stage, State.WAITING),
    Stage.AUTHORIZATION: State.NOT_NEEDED,
    Stage.ISOLATING: State.UNDER_WAY,
    Stage.CALL: State.NOT_NEEDED,
    Stage.REFERRAL: State.NOT_NEEDED,
}


def standings(stored: Mapping[str, Any]) -> dict[Stage, Standing]:
    """As they are kept with a case: every step, in its order."""
    found = {}
    for stage in Stage:
        kept = stored.get(stage.value) or {"state": BEGUN[stage].value}
        at = kept.get("next")
        found[stage] = Standing(State(kept["state"]), datetime.fromisoformat(at) if at else None)
    return found


def stored_with(
    stored: Mapping[str, Any], stage: Stage, state: State, next_update_at: datetime | None
) -> dict[str, Any]:
    """The same with one of them changed."""
    next_at = next_update_at.astimezone(UTC).isoformat() if next_update_at else None
    return dict(stored) | {stage.value: {"state": state.value, "next": next_at}}


def has_run_out(until: date | None, today: date) -> bool:
    return until is not None and until < today


def runs_out_soon(until: date | None, today: date) -> bool:
    return until is not None and today <= until <= today + WARNED


def needed(
    found: Mapping[Stage, Standing], until: Mapping[Stage, date | None], today: date
) -> list[Stage]:
    """What the customer is to give: `until` is the last day of each that was given."""
    waits = {State.WAITING, State.UNDER_WAY}
    return [
        stage
        for stage in until
        if found[stage].state in waits
        or (found[stage].state is State.DONE and has_run_out(until[stage], today))
    ]


def check_agreement(state: State, until: date | None, today: date) -> None:
    """An incident is opened for those alone who have an agreement with the partner."""
    if state is State.NOT_NEEDED:
        return
    if state is not State.DONE:
        raise Refused(N_("We need to know the customer's agreement with the partner first."))
    if has_run_out(until, today):
        raise Refused(N_("The customer's agreement with the partner has run out."))


def check_authorization(state: State, until: date | None, today: date) -> None:
    """Where one was asked for, it must be there and hold."""
    if state is State.NOT_NEEDED:
        return
    if has_run_out(until, today):
        raise Refused(RUN_OUT)
    if state is not State.DONE:
        raise Refused(N_("The signed authorization is not here yet."))


def moment(
    day: date | None, minutes: int | None, zone: tzinfo, *, field: str, agreed: bool = True
) -> datetime | None:
    """A day and a time of the day there; nothing, where neither was given."""
    if day is None and minutes is None:
        return None
    if day is None or minutes is None:
        raise Refused(N_("Enter both the day and the time."), field=field)
    if day.year not in _YEARS:
        raise Refused(N_("Enter a day of this time."), field=field)
    return moment_there(day, minutes, zone, field=field, agreed=agreed)
