"""An answer that does not know of what others wrote meanwhile is held back, once.

Its writer sees what came, and sends the answer by pressing once more. So of two who answer at once
the second has read the first, whether or not either of them moves the request.
"""

from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.request_desk.queries import said_by_others
from portal.service_requests.deeds import hold
from portal.service_requests.models import ServiceRequest


class Unread(Refused):
    """So many came meanwhile; by now `heard` are of others, and the request is at `version`."""

    def __init__(self, number: int, *, heard: int, version: int) -> None:
        super().__init__(N_("Somebody wrote while you were writing. Read it, then send."))
        self.number, self.heard, self.version = number, heard, version


def hold_unless_unread(
    session: ScopedSession, request: ServiceRequest, heard: int | None, *, by: Doer
) -> ServiceRequest:
    """The request, locked, if no more than `heard` messages of others are there."""
    request = hold(session, request)
    said: int = session.scalars(said_by_others(request.id, by.id)).one()
    if heard is not None and said > heard:
        raise Unread(said - heard, heard=said, version=request.version)
    return request
