"""What requests have to do with each other: linked, or made one of two."""

from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.carrying import carry_escalation
from portal.service_requests.deeds import go_to, hold, settle
from portal.service_requests.desk_models import ServiceRequestLink
from portal.service_requests.models import (
    PREFIX,
    ServiceRequest,
)
from portal.service_requests.queries import followers_of, links_of
from portal.service_requests.rules import (
    STOPPED,
    LinkKind,
    Status,
    over,
)
from portal.service_requests.taking_part import add_follower
from portal.service_requests.telling import tell


def link(
    session: ScopedSession,
    request: ServiceRequest,
    other: ServiceRequest,
    kind: LinkKind,
    *,
    by: Doer,
    now: datetime,
    internal: bool = True,
) -> None:
    """Say what another request of the account is to this one, to staff alone or to all."""
    if request.id == other.id:
        raise Refused(N_("Choose another request."), field="other")
    request = hold(session, request)
    for known in session.scalars(links_of(request.id)):
        if {known.request_id, known.other_id} == {request.id, other.id} and known.kind is kind:
            return
    add_link(session, request, kind, other, other.reference, by=by, now=now, internal=internal)
    settle(session, request, now=now, public=not internal)


def note_origin(
    session: ScopedSession, request: ServiceRequest, reference: str, *, by: Doer, now: datetime
) -> None:
    """This is the copy of a request that was opened for the wrong account: its number, to staff."""
    if read_reference(PREFIX, reference) is None:
        raise Refused(N_("Choose another request."), field="other")
    request = hold(session, request)
    add_link(session, request, LinkKind.COPIED, None, reference, by=by, now=now, internal=True)
    settle(session, request, now=now, public=False)


def note_copy(
    session: ScopedSession, request: ServiceRequest, reference: str, *, by: Doer, now: datetime
) -> None:
    """It was opened for the wrong account, and this is its copy in the right one: to staff."""
    request = hold(session, request)
    known = (it.other_reference for it in session.scalars(links_of(request.id)))
    if reference in known:
        return
    kind = LinkKind.COPIED_TO
    add_link(session, request, kind, None, reference, by=by, now=now, internal=True)
    settle(session, request, now=now, public=False)


def add_link(
    session: ScopedSession,
    request: ServiceRequest,
    kind: LinkKind,
    other: ServiceRequest | None,
    reference: str,
    *,
    by: Doer,
    now: datetime,
    internal: bool,
) -> None:
    line = ServiceRequestLink(
        request_id=request.id,
        account_id=request.account_id,
        kind=kind,
        other_id=other.id if other else None,
        other_reference=reference,
        internal=internal,
        linked_at=now,
    )
    session.add(line)
    session.flush()
    what = {LinkKind.MERGED: What.MERGED, LinkKind.SPLIT: What.SPLIT}.get(kind, What.LINKED)
    if internal:
        happened(session, line, what, by=by, request=request.id, link=kind)
    else:
        happened(session, request, what, by=by, other=other.id if other else None)


def merge(
    session: ScopedSession,
    request: ServiceRequest,
    into: ServiceRequest,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Both are about the same: this one is closed, whoever followed it follows the other, and a
    manager who looks after it looks after the other."""
    if request.id == into.id:
        raise Refused(N_("Choose another request."), field="other")
    # In the order of their numbers, so that two who merge crosswise do not wait for each other.
    for each in sorted((request, into), key=lambda it: it.id):
        hold(session, each)
    if into.status in STOPPED or into.merged_into_id:
        raise Refused(N_("The other request is closed."), field="other")
    if request.status is Status.CANCELED:
        raise Refused(over(request.status))
    if request.merged_into_id:
        raise Refused(N_("This request is merged into another already."))
    for line in session.scalars(followers_of(request.id)).all():
        if not line.muted:
            add_follower(session, into, line.user_id, now=now, anew=False)
    if request.status is not Status.CLOSED:
        carry_escalation(session, request, into, by=by, now=now)
        go_to(session, request, Status.CLOSED, by=by, now=now, merged_into_id=into.id)
    else:
        request.merged_into_id = into.id
    kind = LinkKind.MERGED
    add_link(session, request, kind, into, into.reference, by=by, now=now, internal=False)
    settle(session, request, now=now)
    settle(session, into, now=now)
    tell(session, request, "merged", by=by)
