"""Taking a request that nobody has. To take it from somebody is another deed: to assign it."""

from datetime import datetime

from portal.accounts.models import User
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.deeds import hold
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED


class Taken(Refused):
    """Somebody has it."""

    def __init__(self, reference: str, name: str) -> None:
        told = {"request": reference, "name": name}
        super().__init__(N_("%(name)s has %(request)s."), field=None, **told)
        self.reference, self.name = reference, name


def take(session: ScopedSession, request: ServiceRequest, *, by: Doer, now: datetime) -> None:
    """It is mine from now on, and in progress. Of two at once the second is told who has it."""
    request = hold_open(session, request)
    if request.owner_id is None:
        assign(session, request, by.id, by=by, now=now)
    elif request.owner_id != by.id:
        raise taken(session, request)


def hold_open(session: ScopedSession, request: ServiceRequest) -> ServiceRequest:
    """The request, locked, as long as there is something to do about it."""
    request = hold(session, request)
    if request.status in STOPPED:
        raise Refused(N_("%(request)s is closed."), request=request.reference)
    return request


def taken(session: ScopedSession, request: ServiceRequest) -> Refused:
    """Why it is not given to whom it was meant for: whose it is by now."""
    if request.owner_id is None:
        return Refused(N_("%(request)s was let go meanwhile."), request=request.reference)
    return Taken(request.reference, session.get_one(User, request.owner_id).name)
