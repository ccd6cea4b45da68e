"""What the pages of opening look up."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.base.submissions import Submission
from portal.service_requests.models import ServiceRequest


def phone_of(user_id: int) -> Select[str | None]:
    return select(User.phone).where(User.id == user_id)


def opened_with(first: ServiceRequest) -> Select[Any]:
    """Those that somebody opened in the same go, this one among them."""
    return (
        select(ServiceRequest)
        .options(joinedload(ServiceRequest.product))
        .where(
            ServiceRequest.opened_by_id == first.opened_by_id,
            ServiceRequest.opened_at == first.opened_at,
        )
        .order_by(ServiceRequest.id)
    )


def was_sent(user_id: int, token: str | ColumnElement[str]) -> Select[int]:
    """Whether a form with this token was sent, and led to something."""
    mine = Submission.user_id == user_id, Submission.token == token
    return select(Submission.id).where(*mine, Submission.led_to != "")
