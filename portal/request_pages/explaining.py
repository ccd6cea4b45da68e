"""What explains a request, as far as it is its customer's to know."""

from portal.base.tenancy import ScopedSession
from portal.incidents.concern import may_be_read
from portal.incidents.incidents import Shown as Incident
from portal.incidents.incidents import incidents_of
from portal.known_issues.issues import Issue, issues_of
from portal.service_requests.models import ServiceRequest


def issue_of(session: ScopedSession, request: ServiceRequest) -> Issue | None:
    if request.known_issue_id is None:
        return None
    found = issues_of(session).get(request.known_issue_id)
    return found if found and found.published_at else None


def incident_of(session: ScopedSession, request: ServiceRequest) -> Incident | None:
    if request.incident_id is None:
        return None
    found = incidents_of(session).get(request.incident_id)
    return found if found and may_be_read(session, found, request.account_id) else None
