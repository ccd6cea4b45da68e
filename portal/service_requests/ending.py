"""How a request ended, for whoever would end it as well."""

from sqlalchemy import Select, select

from portal.accounts.models import User
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Overtaken, Refused
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import MessageKind, Status, over
from portal.service_requests.step_models import ServiceRequestStep


class ClosedMeanwhile(Overtaken):
    """Somebody closed it, and something else would be said of it now."""

    def __init__(self, by: str | None, *, solved: bool | None, version: int) -> None:
        told = {
            (True, True): N_("%(name)s closed the request meanwhile, as solved."),
            (True, False): N_("%(name)s closed the request meanwhile, as not solved."),
            (True, None): N_("%(name)s closed the request meanwhile."),
            (False, True): N_("The request was closed meanwhile, as solved."),
            (False, False): N_("The request was closed meanwhile, as not solved."),
            (False, None): N_("The request was closed meanwhile."),
        }
        super().__init__(told[bool(by), solved], version=version)
        self.values = {"name": by} if by else {}


def close_twice(
    session: ScopedSession, request: ServiceRequest, *, solved: bool, text: str, by_id: int
) -> None:
    """Closing twice is closing once; but nobody's other answer is passed over in silence.
    What was canceled is closed by nobody."""
    if request.status is Status.CANCELED:
        raise Refused(over(request.status))
    row = session.execute(_closed_by(request.id)).first()
    said = session.scalars(_said(request.id)).first()
    mine = row is not None and row.by_id == by_id
    new = bool(text) and not (mine and said is not None and said == text)
    if new or request.solved is not solved:
        name = row.name if row else None
        raise ClosedMeanwhile(name, solved=request.solved, version=request.version)


def _closed_by(request_id: int) -> Select[int | None, str]:
    return (
        select(ServiceRequestStep.by_id, User.name)
        .outerjoin(User, User.id == ServiceRequestStep.by_id)
        .where(ServiceRequestStep.request_id == request_id)
        .where(ServiceRequestStep.status == Status.CLOSED)
        .order_by(ServiceRequestStep.id.desc())
        .limit(1)
    )


def _said(request_id: int) -> Select[str]:
    return (
        select(ServiceRequestMessage.text)
        .where(ServiceRequestMessage.request_id == request_id)
        .where(ServiceRequestMessage.kind == MessageKind.CLOSING)
        .order_by(ServiceRequestMessage.id.desc())
        .limit(1)
    )
