"""What the customer is to give for a cloud partner is what its request waits for."""

from collections.abc import Callable, Collection
from datetime import datetime

from portal.base.bilingual import Bilingual
from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.rules import Stage
from portal.service_requests.deeds import go_to, put
from portal.service_requests.rules import RUNNING, Status

Says = Callable[[CloudPartnerCase, Collection[Stage]], Bilingual]
_says: list[Says] = []


def says_what_is_asked(say: Says) -> Says:
    """Decorator of the function that puts it in words, which are no matter of a deed."""
    _says[:] = [say]
    return say


def _line(case: CloudPartnerCase, needs: Collection[Stage]) -> Bilingual:
    return _says[0](case, needs)


def pass_the_ball(
    session: ScopedSession,
    case: CloudPartnerCase,
    before: Collection[Stage],
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Once staff have asked for more than `before`, the request waits for the customer; when all of
    it is given, it goes on. Whoever does it tells of it, and settles the request."""
    request, after, staff = case.request, case.needs(day_of(now)), session.scope.staff
    if set(after) == set(before):
        return
    ours = Bilingual(request.waiting_for, request.waiting_for_en or "") == _line(case, before)
    if request.status in RUNNING and staff and set(after) - set(before):
        goes_to, line = Status.WAITING_FOR_CUSTOMER, _line(case, after)
    elif request.status is not Status.WAITING_FOR_CUSTOMER:
        return
    elif after:
        if ours:  # and not for something else that staff asked for
            asked = _line(case, after)
            put(session, request, None, waiting_for=asked.nb, waiting_for_en=asked.en)
        return
    elif ours or not staff:  # as with any answer of the customer's
        goes_to, line = Status.IN_PROGRESS, Bilingual()
    else:
        return
    go_to(session, request, goes_to, waiting_for=line, by=by, now=now)
    happened(session, request, What.STATUS_CHANGED, by=by, status=goes_to)
