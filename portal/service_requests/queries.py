"""What is looked up about service requests; what nobody else may see the session leaves out."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Partner, Site, User
from portal.agreements.models import Agreement
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.service_requests.desk_models import ServiceRequestLink, TimeSpent
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import (
    Follower,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.rules import Status
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget


def request_with_id(request_id: Any) -> Select[ServiceRequest]:
    """One request, with all that its page tells of it in one statement."""
    opened_by = joinedload(ServiceRequest.opened_by).load_only(User.name, User.partner_id)
    return (
        select(ServiceRequest)
        .options(
            joinedload(ServiceRequest.account).load_only(
                Account.name, Account.digits, Account.closed_at
            ),
            joinedload(ServiceRequest.product).load_only(
                Product.serial_number, Product.identifier, Product.installed_version, Product.room
            ),
            joinedload(ServiceRequest.model).load_only(ProductModel.name),
            joinedload(ServiceRequest.site).load_only(Site.name),
            opened_by.joinedload(User.partner).load_only(Partner.name),
            joinedload(ServiceRequest.owner).load_only(User.name),
        )
        .where(ServiceRequest.id == request_id)
    )


def request_locked(request_id: int) -> Select[ServiceRequest]:
    """One request as it is now, for this transaction alone to write."""
    return (
        select(ServiceRequest)
        .where(ServiceRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def messages_of(request_id: int) -> Select[ServiceRequestMessage]:
    """What was said, in order, with who said it. Files are asked for with `files_of`."""
    return (
        select(ServiceRequestMessage)
        .options(joinedload(ServiceRequestMessage.author))
        .where(ServiceRequestMessage.request_id == request_id)
        .order_by(ServiceRequestMessage.id)
    )


def message_by_mail(request_id: int, mail_message_id: str) -> Select[ServiceRequestMessage]:
    return select(ServiceRequestMessage).where(
        ServiceRequestMessage.request_id == request_id,
        ServiceRequestMessage.mail_message_id == mail_message_id,
    )


def files_of(request_id: int) -> Select[ServiceRequestFile]:
    return (
        select(ServiceRequestFile)
        .options(joinedload(ServiceRequestFile.file))
        .where(ServiceRequestFile.request_id == request_id)
        .order_by(ServiceRequestFile.id)
    )


def file_with_id(request_id: int, file_id: int) -> Select[ServiceRequestFile]:
    """A file of a request, by the id of its line: what a download asks for."""
    return files_of(request_id).where(ServiceRequestFile.id == file_id)


def steps_of(request_id: int) -> Select[ServiceRequestStep]:
    return (
        select(ServiceRequestStep)
        .where(ServiceRequestStep.request_id == request_id)
        .order_by(ServiceRequestStep.id)
    )


def targets_of(request_id: int) -> Select[ServiceRequestTarget]:
    return (
        select(ServiceRequestTarget)
        .where(ServiceRequestTarget.request_id == request_id)
        .order_by(ServiceRequestTarget.number)
    )


def missed(now: datetime) -> ColumnElement[bool]:
    """The condition that a target is missed by now."""
    late = and_(ServiceRequestTarget.met_at.is_(None), ServiceRequestTarget.due_at < now)
    return or_(ServiceRequestTarget.missed_at.is_not(None), late)


def followers_of(request_id: Any) -> Select[Follower]:
    return (
        select(Follower)
        .options(joinedload(Follower.user).joinedload(User.partner))
        .where(Follower.request_id == request_id)
        .order_by(Follower.id + 0)  # lest SQLite walk all of the account's by their ids
    )


def escalations_open(request_id: int) -> Select[Escalation]:
    return select(Escalation).where(
        Escalation.request_id == request_id, Escalation.ended_at.is_(None)
    )


def in_force() -> ColumnElement[bool]:
    """The condition that an escalation is the one that its request, joined, stands escalated by.

    Whoever closes a request may not see what staff escalated among themselves, and so not end it.
    """
    return and_(
        Escalation.ended_at.is_(None), Escalation.escalated_at == ServiceRequest.escalated_at
    )


def links_of(request_id: int) -> Select[ServiceRequestLink]:
    """What it was linked with, from either side."""
    return (
        select(ServiceRequestLink)
        .options(joinedload(ServiceRequestLink.other))
        .where(
            or_(
                ServiceRequestLink.request_id == request_id,
                ServiceRequestLink.other_id == request_id,
            )
        )
        .order_by(ServiceRequestLink.id)
    )


def time_spent_on(request_id: int) -> Select[TimeSpent]:
    return (
        select(TimeSpent)
        .options(joinedload(TimeSpent.user))
        .where(TimeSpent.request_id == request_id)
        .order_by(TimeSpent.id)
    )


def in_status_since(status: Status, before: datetime) -> Select[int, int]:
    """Requests that have stood in a status since before a moment: ids and accounts."""
    return (
        select(ServiceRequest.id, ServiceRequest.account_id)
        .join(ServiceRequest.account)
        .where(ServiceRequest.status == status, ServiceRequest.status_since <= before)
        .where(Account.closed_at.is_(None))
        .order_by(ServiceRequest.status_since)
    )


def agreed_targets(account_id: int, day: date) -> Select[dict[str, Any]]:
    """What the agreement in force on a day sets itself; of several the one that ends last."""
    return (
        select(Agreement.targets)
        .where(Agreement.account_id == account_id)
        .where(Agreement.starts_on <= day, Agreement.ends_on >= day)
        .order_by(Agreement.ends_on.desc(), Agreement.id.desc())
        .limit(1)
    )
