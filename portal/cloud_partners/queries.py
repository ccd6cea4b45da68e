"""What the pages of a cloud partner case ask for, and what has come to its end."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import WARNED, Stage, State
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED, Status

_state = CloudPartnerCase.stages[Stage.AUTHORIZATION.value]["state"].as_string()


def case_of(request_id: int) -> Select[CloudPartnerCase]:
    """The case of a request, with the authorization that was sent."""
    query = select(CloudPartnerCase).where(CloudPartnerCase.request_id == request_id)
    file = joinedload(CloudPartnerCase.authorization_file)
    return query.options(file)


def steps_of_case(case_id: int) -> Select[CloudPartnerStep]:
    """Newest first, each with whose deed it was."""
    query = select(CloudPartnerStep).where(CloudPartnerStep.case_id == case_id)
    by = joinedload(CloudPartnerStep.by)
    return query.options(by).order_by(CloudPartnerStep.id.desc())


def call_with_id(request_id: int, step_id: int) -> Select[CloudPartnerStep]:
    return select(CloudPartnerStep).where(
        CloudPartnerStep.request_id == request_id,
        CloudPartnerStep.id == step_id,
        CloudPartnerStep.begins_at.is_not(None),
    )


def authorizations_over(today: date) -> Select[int, int]:
    """Requests and whose they are, where an authorization was good until a day before this one,
    and nobody was told of that."""
    return _authorized(CloudPartnerCase.authorization_until < today)


def authorizations_to_warn_of(today: date) -> Select[int, int]:
    """Requests and whose they are, where one is good for a few days more, and nobody was told."""
    until, warned = CloudPartnerCase.authorization_until, CloudPartnerCase.authorization_warned_of
    return _authorized(until.between(today, today + WARNED), or_(warned.is_(None), warned != until))


def _authorized(*conditions: ColumnElement[bool]) -> Select[int, int]:
    return (
        select(CloudPartnerCase.request_id, CloudPartnerCase.account_id)
        .join(ServiceRequest, ServiceRequest.id == CloudPartnerCase.request_id)
        .join(Account, Account.id == CloudPartnerCase.account_id)
        .where(_state == State.DONE.value, *conditions)
        .where(ServiceRequest.status.not_in(STOPPED), Account.closed_at.is_(None))
        .order_by(CloudPartnerCase.id)
    )


def authorizations_ending(today: date) -> Select[int, date | None]:
    """Requests with an authorization that is good no more, or not for long, and until when. Those
    that wait for the customer themselves say so."""
    return authorizations_ending_by(today, today + WARNED)


def authorizations_ending_by(today: Any, warned: Any) -> Select[int, date | None]:
    """The same, by the last day that is warned of; both days may be parameters."""
    until, status = CloudPartnerCase.authorization_until, ServiceRequest.status
    told = and_(status == Status.WAITING_FOR_CUSTOMER, until < today)
    return (
        select(CloudPartnerCase.request_id, until)
        .join(ServiceRequest, ServiceRequest.id == CloudPartnerCase.request_id)
        .where(until <= warned, _state != State.NOT_NEEDED.value)
        .where(status.not_in(STOPPED), ~told)
        .order_by(until, CloudPartnerCase.id)
    )
