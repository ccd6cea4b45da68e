"""What goes on after the answer: copies for the right customer, and many requests told at once."""

from sqlalchemy import select

from portal.accounts.actions import Person
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.jobs import handles, later
from portal.base.references import reference
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.known_issues.issues import issues_of
from portal.known_issues.rules import State
from portal.request_desk.copying import copy_bytes, find_known, open_copy, read_original
from portal.request_desk.explained import explained_by_incident, explained_by_issue
from portal.request_desk.telling import answer_in_language, tell_fixed
from portal.service_requests.desk_models import ServiceRequestLink
from portal.service_requests.joining import note_copy
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.queries import request_with_id
from portal.service_requests.rules import LinkKind

EVERY = Scope(None, None, staff=True, reason="finding the requests that something explains")


def _of(account_id: int, reason: str) -> Scope:
    return Scope(frozenset({account_id}), account_id, staff=True, reason=reason)


@handles("request_desk.copy", limit=1800)
def copy(
    run: Run,
    *,
    request_id: int,
    from_account_id: int,
    message_ids: list[int],
    contact_id: int | None = None,
) -> None:
    """Open the copy, once; then note on the original which it is, to staff."""
    now, by = clock.now(), Person(run.job.user_id or 0)
    there = _of(from_account_id, "copying a request to the right customer")
    here = run.scope(Permission.REQUESTS_WORK)
    with run.reading(here) as session:
        made = _copy_of(session, reference(PREFIX, request_id))
    if made is None:
        original = read_original(run, there, request_id, message_ids)
        copy_bytes(run, original)
        with run.session(here) as session:
            find_known(session, original, here.write or 0, now)
            made = open_copy(session, original, contact_id, by=by, now=now).id
    with run.session(there) as session:
        request = session.scalars(request_with_id(request_id)).one()
        note_copy(session, request, reference(PREFIX, made), by=by, now=now)
        run.finish(session)


def _copy_of(session: ScopedSession, number: str) -> int | None:
    line = ServiceRequestLink
    made = select(line.request_id).where(
        line.kind == LinkKind.COPIED, line.other_reference == number
    )
    return session.scalars(made).first()


@handles("known_issues.fixed", limit=600)
def fixed(run: Run, *, issue_id: int) -> None:
    """Have each request that it explains told of it; a job each, all of them or none."""
    with run.reading(EVERY) as session:
        rows = session.execute(explained_by_issue(issue_id)).all()
    with run.session(EVERY) as session:
        for row in rows:
            later(
                session,
                "request_desk.tell_fixed",
                account_id=row.account_id,
                request_id=row.id,
                issue_id=issue_id,
            )
        run.finish(session)


@handles("request_desk.tell_fixed")
def tell_one(run: Run, *, request_id: int, issue_id: int) -> None:
    account_id = run.job.account_id or 0
    with run.session(_of(account_id, "telling that a known issue is fixed")) as session:
        request = session.scalars(request_with_id(request_id)).one_or_none()
        issue = issues_of(session).get(issue_id)
        still = request is not None and request.known_issue_id == issue_id
        still = still and request is not None and request.closed_at is None  # it may be solved
        told = issue is not None and issue.state is State.FIXED and issue.published_at
        if request is not None and issue is not None and still and told:
            tell_fixed(session, request, issue, now=clock.now())
        run.finish(session)


@handles("request_desk.answer_all", limit=600)
def answer_all(run: Run, *, incident_id: int, texts: dict[str, str]) -> None:
    """One text in two languages, to each request that an incident explains; a job each."""
    with run.reading(EVERY) as session:
        rows = session.execute(explained_by_incident(incident_id)).all()
    with run.session(EVERY) as session:
        for row in rows:
            later(
                session,
                "request_desk.answer_one",
                account_id=row.account_id,
                user_id=run.job.user_id,
                request_id=row.id,
                texts=texts,
            )
        run.finish(session)


@handles("request_desk.answer_one")
def answer_one(run: Run, *, request_id: int, texts: dict[str, str]) -> None:
    by: Doer = Person(run.job.user_id or 0)
    with run.session(run.scope(Permission.REQUESTS_WORK)) as session:
        request = session.get(ServiceRequest, request_id)
        if request is not None and request.is_open:
            answer_in_language(session, request, texts, by=by, now=clock.now())
        run.finish(session)
