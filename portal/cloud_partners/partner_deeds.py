"""What is done with the partner: an incident, findings, calls, a way around, a referral."""

from datetime import datetime, timedelta
from typing import Any

from portal.base.bilingual import Bilingual
from portal.base.clock import day_of
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.recording import Said, record, take_back, tell_of
from portal.cloud_partners.rules import (
    LONGEST_NUMBER,
    MOST_MINUTES,
    Stage,
    State,
    check_agreement,
    check_authorization,
)
from portal.service_requests.handling import change_status
from portal.service_requests.rules import Status, one_line, whole_text


def open_incident(
    session: ScopedSession,
    case: CloudPartnerCase,
    number: str,
    opened_at: datetime,
    said: Said,
    *,
    waiting_for: Bilingual,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """The partner has it, under a number that the customer is told; the request waits for them."""
    missing = N_("Enter the partner's incident number.")
    number = one_line(number, field="number", most=LONGEST_NUMBER, missing=missing)
    if opened_at > now:
        raise Refused(N_("The incident cannot be opened at a time to come."), field="opened_day")
    standing, today = case.standings, day_of(now)
    check_agreement(standing[Stage.AGREEMENT].state, case.agreement_until, today)
    check_authorization(standing[Stage.AUTHORIZATION].state, case.authorization_until, today)
    fields: dict[str, Any] = {"incident_number": number, "incident_at": opened_at}
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    step = record(
        session,
        case,
        Stage.INCIDENT,
        State.UNDER_WAY,
        said,
        fields=fields,
        numbers=[number],
        **doing,
    )
    moved = case.request.status is not Status.WAITING_FOR_CLOUD_PARTNER
    if moved:
        waiting: dict[str, Any] = {
            "status": Status.WAITING_FOR_CLOUD_PARTNER,
            "waiting_for": waiting_for,
        }
        change_status(session, case.request, **waiting, by=by, now=now, tells=False)
    tell_of(session, case, step, by, moved=moved)


def record_findings(
    session: ScopedSession,
    case: CloudPartnerCase,
    said: Said,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """What was found, by the partner or by us. From here on the request is ours again."""
    text = whole_text(said.text, field="text", missing=N_("Say what was found."))
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    fields = {"findings": text}
    step = record(session, case, Stage.FINDINGS, State.DONE, said, fields=fields, **doing)
    take_back(session, case, step, by, now)


def record_workaround(
    session: ScopedSession,
    case: CloudPartnerCase,
    said: Said,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    text = whole_text(said.text, field="text", missing=N_("Describe the workaround."))
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    fields = {"workaround": text}
    step = record(session, case, Stage.WORKAROUND, State.DONE, said, fields=fields, **doing)
    tell_of(session, case, step, by)


def refer(
    session: ScopedSession,
    case: CloudPartnerCase,
    said: Said,
    *,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """The customer goes on with the partner, and has our findings to take along."""
    if not case.findings:
        raise Refused(N_("Record the findings first: the customer takes them to the partner."))
    missing = N_("Say how the customer goes on with the partner.")
    whole_text(said.text, field="text", missing=missing)
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    step = record(session, case, Stage.REFERRAL, State.DONE, said, **doing)
    take_back(session, case, step, by, now)


def arrange_call(
    session: ScopedSession,
    case: CloudPartnerCase,
    begins_at: datetime,
    said: Said,
    *,
    minutes: int,
    zone: str,
    version: int,
    by: Doer,
    now: datetime,
) -> None:
    """A call with the customer and the partner, in a time zone that all are told the time of."""
    if begins_at <= now:
        raise Refused(N_("Choose a time to come."), field="call_day")
    if not 1 <= minutes <= MOST_MINUTES:
        most = MOST_MINUTES
        raise Refused(N_("Write a number from 1 to %(most)s."), field="minutes", most=most)
    ends_at = begins_at + timedelta(minutes=minutes)
    call: dict[str, Any] = {"begins_at": begins_at, "ends_at": ends_at, "zone": zone}
    doing: dict[str, Any] = {"version": version, "by": by, "now": now}
    told: dict[str, Any] = {"fields": {"call_at": begins_at}, "call": call}
    step = record(session, case, Stage.CALL, State.UNDER_WAY, said, **told, **doing)
    tell_of(session, case, step, by)
