"""Staff say which known issue or incident explains a request."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.incidents.concern import may_be_read
from portal.incidents.incidents import incidents_of
from portal.known_issues.issues import issues_of
from portal.request_desk.reaching import numbered
from portal.service_requests.explaining import concern
from portal.service_requests.models import ServiceRequest


def name_issue(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    typed = (form.number.data or "").strip()
    found = issues_of(session).get(numbered("KI", typed))
    if typed and found is None:
        raise Refused(N_("We find no known issue by that number."), field="number")

    which, readable = found.id if found else None, _published(session)
    concern(session, it, known_issue_id=which, readable=readable, by=by, now=now)


def _published(session: ScopedSession) -> Callable[[int], bool]:
    def published(issue_id: int) -> bool:
        issue = issues_of(session).get(issue_id)
        return issue is not None and issue.published_at is not None

    return published


def name_incident(
    session: ScopedSession, it: ServiceRequest, form: Any, by: Doer, now: datetime
) -> None:
    typed = (form.number.data or "").strip()
    number = numbered("INC", typed)
    found = incidents_of(session).get(number) if number else None
    if typed and found is None:
        raise Refused(N_("We find no incident by that number."), field="number")

    which, readable = found.id if found else None, _told(session, it)
    concern(session, it, incident_id=which, readable=readable, by=by, now=now)


def _told(session: ScopedSession, it: ServiceRequest) -> Callable[[int], bool]:
    def told(incident_id: int) -> bool:
        incident = incidents_of(session).get(incident_id)
        return incident is not None and may_be_read(session, incident, it.account_id)

    return told


def explain_alike(
    session: ScopedSession, it: ServiceRequest, into: ServiceRequest, *, by: Doer, now: datetime
) -> None:
    """What explains the one explains the other, where nothing does yet."""
    doing: dict[str, Any] = {"by": by, "now": now}
    if it.known_issue_id and not into.known_issue_id:
        of: dict[str, Any] = {"known_issue_id": it.known_issue_id}
        concern(session, into, readable=_published(session), **of, **doing)
    if it.incident_id and not into.incident_id:
        of = {"incident_id": it.incident_id}
        concern(session, into, readable=_told(session, into), **of, **doing)
