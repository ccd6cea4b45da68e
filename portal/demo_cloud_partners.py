"""What the demo does with a cloud partner: its deeds, each on the case of a request."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.actions import Person as Doer
from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.actions import begin_case, give_agreement, note_step
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.partner_deeds import open_incident
from portal.cloud_partners.queries import case_of
from portal.cloud_partners.recording import Said
from portal.cloud_partners.rules import Stage, State
from portal.cloud_partners.showing import waiting_line
from portal.service_requests.models import ServiceRequest


def _case(session: ScopedSession, request: ServiceRequest) -> CloudPartnerCase:
    return session.scalars(case_of(request.id)).one()


def _agree(
    session: ScopedSession, request: ServiceRequest, *, number: str, by: Doer, now: datetime
) -> None:
    case, until = _case(session, request), day_of(now + timedelta(days=400))
    give_agreement(session, case, number, until, version=case.version, by=by, now=now)


def _isolated(
    session: ScopedSession, request: ServiceRequest, *, text: str, by: Doer, now: datetime
) -> None:
    case, said = _case(session, request), Said(text)
    doing: dict[str, Any] = {"version": case.version, "by": by, "now": now}
    note_step(session, case, Stage.ISOLATING, State.DONE, said, **doing)


def _reported(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    number: str,
    text: str,
    days: int,
    by: Doer,
    now: datetime,
) -> None:
    """To the partner, with the next update so many days later."""
    case, said = _case(session, request), Said(text, now + timedelta(days=days))
    line = waiting_line(case, number)
    doing: dict[str, Any] = {"waiting_for": line, "version": case.version, "by": by, "now": now}
    open_incident(session, case, number, now, said, **doing)


DEEDS: dict[str, Callable[..., Any]] = {
    "cloud agreement": _agree,
    "cloud begin": begin_case,
    "cloud incident": _reported,
    "cloud isolated": _isolated,
}
