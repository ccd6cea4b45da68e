"""The requests that a known issue or an incident explains."""

from typing import Any, cast

from sqlalchemy import Select, func, select

from portal.accounts.models import Account
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, Status


def explained_by_incident(incident_id: int) -> Select[Any]:
    """The requests that an incident explains and that are not over, with whose they are."""
    return _explained().where(ServiceRequest.incident_id == incident_id)


def explained_by_issue(issue_id: int) -> Select[Any]:
    """Those that a known issue explains, also those that are solved by now."""
    return _explained(OPEN | {Status.SOLVED}).where(ServiceRequest.known_issue_id == issue_id)


def connected_with_issue(issue_id: int, *, most: int) -> Select[Any]:
    """The requests that a known issue explains, open ones first and then the newest. Each row tells
    how many there are, and how many customers hear of it in open ones when it is fixed."""
    here = ServiceRequest.known_issue_id == issue_id
    number = select(func.count(ServiceRequest.id)).where(here).scalar_subquery()
    hearing = explained_by_issue(issue_id).order_by(None).subquery()
    customers = select(func.count(hearing.c.account_id.distinct())).scalar_subquery()
    query = (
        select(
            ServiceRequest.id,
            ServiceRequest.subject,
            ServiceRequest.status,
            Account.name.label("customer"),
            number.label("number"),
            customers.label("customers"),
        )
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(here)
        .order_by(ServiceRequest.status.in_(OPEN).desc(), ServiceRequest.id.desc())
        .limit(most)
    )
    return cast("Select[Any]", query)


def _explained(statuses: frozenset[Status] = OPEN) -> Select[Any]:
    query = (
        select(
            ServiceRequest.id,
            ServiceRequest.account_id,
            ServiceRequest.subject,
            ServiceRequest.status,
            Account.name.label("customer"),
        )
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(ServiceRequest.status.in_(statuses), Account.closed_at.is_(None))
        .order_by(ServiceRequest.id)
    )
    return cast("Select[Any]", query)
