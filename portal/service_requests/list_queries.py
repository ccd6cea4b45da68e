"""Lists of service requests, as columns: those of a page, and the ids to be counted."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from portal.accounts.models import Account, Site, User
from portal.products.models import Product
from portal.service_requests.models import Follower, ServiceRequest


def requests_listed(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The columns of a list of requests, in no order. Of `touched_at` customers must not know.

    What belongs to a row is looked up for those that are shown: to plan a join of so many tables
    takes PostgreSQL longer than to find the rows.
    """
    found: Select[Any] = _columns().where(*conditions)
    return found


def requests_found(ids: Select[Any]) -> Select[Any]:
    """The columns of the requests that another statement finds."""
    return requests_listed(ServiceRequest.id.in_(ids))


@cache
def _columns() -> Any:
    return select(
        ServiceRequest.id,
        ServiceRequest.account_id,
        ServiceRequest.subject,
        ServiceRequest.about,
        ServiceRequest.severity,
        ServiceRequest.status,
        ServiceRequest.status_since,
        ServiceRequest.waiting_for,
        ServiceRequest.waiting_for_en,
        ServiceRequest.escalated,
        ServiceRequest.escalated_at,
        ServiceRequest.own_reference,
        ServiceRequest.model_id,
        ServiceRequest.device_count,
        ServiceRequest.product_id,
        _beside(Product.identifier, Product.id, ServiceRequest.product_id).label("identifier"),
        _beside(Site.name, Site.id, ServiceRequest.site_id).label("site"),
        ServiceRequest.owner_id,
        _beside(User.name, User.id, ServiceRequest.owner_id).label("owner"),
        _beside(User.name, User.id, ServiceRequest.opened_by_id).label("opened_by"),
        ServiceRequest.opened_at,
        ServiceRequest.changed_at,
        ServiceRequest.touched_at,
        ServiceRequest.first_response_due_at,
        ServiceRequest.next_update_due_at,
        ServiceRequest.due_at,
        _beside(Account.name, Account.id, ServiceRequest.account_id).label("customer"),
    )


def _beside(shown: Any, number: Any, here: Any) -> Any:
    return select(shown).where(number == here).correlate(ServiceRequest).scalar_subquery()


def request_ids(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The same requests, to be counted."""
    return select(ServiceRequest.id).where(*conditions)


def taking_part(user_id: int) -> ColumnElement[bool]:
    """Those that somebody opened, is the contact of, or follows."""
    followed = select(Follower.request_id).where(Follower.user_id == user_id, ~Follower.muted)
    return or_(
        ServiceRequest.opened_by_id == user_id,
        ServiceRequest.contact_id == user_id,
        ServiceRequest.id.in_(followed),
    )
