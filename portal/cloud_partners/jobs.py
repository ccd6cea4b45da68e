"""Who is told of a step; and what happens to cases by itself, when a day has passed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from portal.accounts.models import User
from portal.base import clock
from portal.base.clock import day_of
from portal.base.jobs import every, handles
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.cloud_partners.actions import let_authorization_run_out, warn_of_authorization
from portal.cloud_partners.mail_facts import step_facts
from portal.cloud_partners.queries import (
    authorizations_over,
    authorizations_to_warn_of,
    case_of,
)
from portal.service_requests.mails import tell_followers
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import request_locked
from portal.web.formats import text_date
from portal.web.locale import speaking

_WHY = "authorizations of cloud partner cases"


@handles("cloud_partners.tell", limit=300)
def tell(
    run: Run,
    *,
    request_id: int,
    step_id: int,
    by_id: int,
    needs: Sequence[str],
    moved: bool,
    begun: bool,
) -> None:
    """One mail for one deed: the step with all that was said, and the status if that is new too."""

    def more(session: ScopedSession, request: ServiceRequest, user: User) -> dict[str, Any]:
        url = run.settings.portal_url
        told = step_facts(session, request, user, step_id=step_id, portal_url=url)
        return told | {"moved": moved, "begun": begun}

    told: dict[str, Any] = {"message_id": None, "by_id": by_id, "needs": needs, "more": more}
    tell_followers(run, "cloud_partner", request_id=request_id, **told)


@handles("cloud_partners.warn", limit=300)
def warn(run: Run, *, request_id: int, until: str) -> None:
    """That an authorization runs out on a day."""

    def more(_session: ScopedSession, _request: ServiceRequest, user: User) -> dict[str, Any]:
        with speaking(user.language or "nb"):
            return {"day": text_date(date.fromisoformat(until))}

    told: dict[str, Any] = {"message_id": None, "by_id": None, "more": more}
    tell_followers(run, "authorization_ends", request_id=request_id, **told)


@every("cloud_partners.authorizations", hours=1, limit=600)
def look_after_authorizations(run: Run) -> None:
    """Each is told of once: as its end comes near, and when it is over, from when on its step waits
    for another."""
    now = clock.now()
    for asked, deed in (
        (authorizations_to_warn_of, warn_of_authorization),
        (authorizations_over, let_authorization_run_out),
    ):
        with run.reading(Scope(None, None, staff=True, reason=_WHY)) as session:
            found = session.execute(asked(day_of(now))).all()
        for request_id, account_id in found:
            _look_after(run, deed, request_id, account_id, now)
            run.beat()


def _look_after(
    run: Run, deed: Callable[..., bool], request_id: int, account_id: int, now: datetime
) -> None:
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
    with run.session(scope) as session:
        # As it is by now: meanwhile somebody may have sent a new one, or closed the request.
        if session.scalars(request_locked(request_id)).one_or_none() is None:
            return
        case = session.scalars(case_of(request_id)).one_or_none()
        if case is not None:
            deed(session, case, now=now)
