"""Saying how the help was."""

from datetime import datetime

from sqlalchemy import select

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.request_pages.models import Satisfaction
from portal.request_pages.queries import went_on
from portal.request_pages.rules import MOST_SAID, Score, can_be_rated
from portal.service_requests.deeds import hold
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import whole_text


def rate(
    session: ScopedSession,
    request: ServiceRequest,
    score: int,
    *,
    comment: str = "",
    anew: bool = False,
    by: Doer,
    now: datetime,
) -> Satisfaction:
    """Say how satisfied one is: once for each closing, unless one means to say it `anew`."""
    if str(score) not in set(Score):
        raise Refused(N_("Choose how satisfied you are."), field="score")
    comment = whole_text(comment, field="comment")
    if len(comment) > MOST_SAID:
        raise Refused(N_("Write at most %(most)s characters."), field="comment", most=MOST_SAID)
    request = hold(session, request)
    if not can_be_rated(request.status, merged=request.merged_into_id is not None):
        raise Refused(N_("The request is open. Tell us how it was when it is over."))
    known = select(Satisfaction).where(Satisfaction.request_id == request.id)
    found = session.scalars(known).one_or_none()
    if found and not anew and is_told(session, found):
        if (found.score, found.comment, found.by_id) == (score, comment, by.id):
            return found
        raise Refused(N_("It is told already how the help was. Load the page again to see it."))
    if found is None:
        found = Satisfaction(request_id=request.id, account_id=request.account_id)
        session.add(found)
    found.score, found.comment, found.by_id, found.at = score, comment, by.id, now
    happened(session, request, What.RATED, by=by, score=score)
    return found


def is_told(session: ScopedSession, found: Satisfaction) -> bool:
    """Whether it is about how the request ended the last time, and not about a time before."""
    since = session.scalars(went_on(found.request_id)).one()
    return since is None or found.at > since
