"""One of everything that hangs on a request, to hold against who may see the request."""

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.files import StoredFile
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import CloudPartner, Stage, State
from portal.escalations.models import ThresholdNotice
from portal.liability.models import LiabilityWaiver
from portal.request_pages.models import Satisfaction
from portal.service_requests.clocks import StepKind, TargetKind
from portal.service_requests.desk_models import ServiceRequestLink, TimeSpent
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import (
    Follower,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.reply_models import ReplyAddress
from portal.service_requests.rules import LinkKind
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget
from tests.factories import MOMENT, make_replacement, make_user


def a_message(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    return _of(request, ServiceRequestMessage, internal, text="Hei", written_at=MOMENT)


def a_file(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    message = a_message(session, request, internal=internal)
    file = StoredFile(
        account_id=request.account_id,
        key=secrets.token_urlsafe(24),
        name="logg.txt",
        media_type="text/plain",
        size=1,
        sha256="0" * 64,
        created_at=MOMENT,
    )
    session.add_all([message, file])
    session.flush()
    return _of(request, ServiceRequestFile, internal, message_id=message.id, file_id=file.id)


def a_follower(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    user_id = make_user(session).id
    return _of(request, Follower, internal, user_id=user_id, since=MOMENT)


def a_link(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    told = {"kind": LinkKind.RELATED, "other_reference": "SR-1000013", "linked_at": MOMENT}
    return _of(request, ServiceRequestLink, internal, **told)


def some_time(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    told = {"user_id": make_user(session).id, "minutes": 5, "day": MOMENT.date()}
    return _of(request, TimeSpent, internal, noted_at=MOMENT, **told)


def an_escalation(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    told = {"reason": "Haster", "escalated_at": MOMENT, "next_update_due_at": MOMENT}
    return _of(request, Escalation, internal, **told)


def a_threshold(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    told = {"target": f"target {internal}", "percent": 75, "told_at": MOMENT}
    return _of(request, ThresholdNotice, internal, **told)


def a_waiver(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    """Of a replacement that came out of the request."""
    it = make_replacement(session, request.account, request_id=request.id)
    told = {"reason": "Kulanse", "proposed_at": MOMENT, "proposed_by_id": make_user(session).id}
    return LiabilityWaiver(
        account_id=request.account_id, replacement_id=it.id, internal=internal, **told
    )


def a_step(session: Session, request: ServiceRequest) -> Any:
    told = {"status": request.status, "severity": request.severity}
    return _of(request, ServiceRequestStep, None, at=MOMENT, kind=StepKind.OPENED, **told)


def a_target(session: Session, request: ServiceRequest) -> Any:
    told = {"kind": TargetKind.NEXT_UPDATE, "severity": request.severity, "number": 0}
    return _of(request, ServiceRequestTarget, None, started_at=MOMENT, **told)


def _of(request: ServiceRequest, of: type[Any], internal: bool | None, /, **told: Any) -> Any:
    if internal is not None:
        told["internal"] = internal
    return of(request_id=request.id, account_id=request.account_id, **told)


def a_rating(session: Session, request: ServiceRequest) -> Any:
    return _of(request, Satisfaction, None, score=4, by_id=make_user(session).id, at=MOMENT)


def a_reply_address(session: Session, request: ServiceRequest, *, internal: bool = False) -> Any:
    user_id = make_user(session).id
    return _of(request, ReplyAddress, internal, user_id=user_id, as_note=internal)


def a_cloud_case(session: Session, request: ServiceRequest) -> Any:
    """The one that a request has at most."""
    if found := session.scalar(select(CloudPartnerCase).filter_by(request_id=request.id)):
        return found
    told = {"partner": CloudPartner.ZOOM, "stages": {}}
    return _of(request, CloudPartnerCase, None, begun_at=MOMENT, **told)


def a_cloud_step(session: Session, request: ServiceRequest) -> Any:
    case = a_cloud_case(session, request)
    session.add(case)
    session.flush()
    told = {"kind": Stage.AGREEMENT, "state": State.DONE, "text": "Avtale Z-1"}
    return _of(request, CloudPartnerStep, None, case_id=case.id, at=MOMENT, **told)


INTERNAL: dict[type[Any], Callable[..., Any]] = {
    ServiceRequestMessage: a_message,
    ServiceRequestFile: a_file,
    Follower: a_follower,
    ServiceRequestLink: a_link,
    TimeSpent: some_time,
    Escalation: an_escalation,
    ThresholdNotice: a_threshold,
    LiabilityWaiver: a_waiver,
    ReplyAddress: a_reply_address,
}
MAKERS: dict[type[Any], Callable[..., Any]] = INTERNAL | {
    ServiceRequestStep: a_step,
    ServiceRequestTarget: a_target,
    Satisfaction: a_rating,
    CloudPartnerCase: a_cloud_case,
    CloudPartnerStep: a_cloud_step,
}
