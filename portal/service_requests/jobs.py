"""What is done about requests after the answer was sent, and by itself when time has passed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.base import clock
from portal.base.jobs import every, handles
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.service_requests.handling import let_time_pass
from portal.service_requests.mails import tell_followers
from portal.service_requests.queries import in_status_since, request_with_id
from portal.service_requests.rules import CLOSED_AFTER, SOLVED_AFTER, Status

_WHY = "time has passed over service requests"


@handles("service_requests.tell", limit=300)
def tell(
    run: Run,
    *,
    request_id: int,
    what: str,
    message_id: int | None,
    by_id: int | None,
    needs: Sequence[str] = (),
) -> None:
    told: dict[str, Any] = {"message_id": message_id, "by_id": by_id}
    tell_followers(run, what, request_id=request_id, needs=needs, **told)


@every("service_requests.settle", minutes=15, limit=600)
def settle(run: Run) -> None:
    """Let proposed solutions be solved after a week, and what is solved be closed after two."""
    now = clock.now()
    due = ((Status.SOLUTION_PROPOSED, SOLVED_AFTER), (Status.SOLVED, CLOSED_AFTER))
    for status, stood in due:
        with run.reading(Scope(None, None, staff=True, reason=_WHY)) as session:
            found = session.execute(in_status_since(status, now - stood)).all()
        for request_id, account_id in found:
            _settle(run, request_id, account_id, now)
            run.beat()


def _settle(run: Run, request_id: int, account_id: int, now: datetime) -> None:
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
    with run.session(scope) as session:
        request = session.scalars(request_with_id(request_id)).one_or_none()
        if request is not None:  # its account may have been removed meanwhile
            let_time_pass(session, request, now=now)
