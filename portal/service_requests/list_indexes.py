"""The indexes that lists of requests are walked by: each holds all that its list is narrowed by, so
that no row is looked at but those that are shown. And those that the page of one is read by."""

from typing import Any

from sqlalchemy import ColumnElement, Index, and_, bindparam

from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import Status


def unfinished(request: Any = ServiceRequest) -> list[ColumnElement[bool]]:
    """What somebody has something to do about, in the very words of the indexes below: a database
    takes one of them only for what says the same."""
    solved: ColumnElement[Status] = bindparam(None, Status.SOLVED, literal_execute=True)
    return [request.closed_at.is_(None), request.status != solved]


_FOR_CUSTOMERS = (
    *("account_id", "changed_at", "id", "status", "severity", "site_id", "escalated", "about"),
    *("model_id", "opened_by_id", "contact_id"),
)
# Of what is left to do, since most of what there is is closed: the queue of staff, what each of
# them has, and the customer's list.
_LEFT = {
    "queue": ("due_at", "id", "status", "account_id", "owner_id", "severity", "escalated"),
    "owner": ("owner_id", "due_at", "id"),
    "open": _FOR_CUSTOMERS,
}
# By this a story is read, and long ones are counted without a look at what was said. (The account
# is what row-level security asks for.)
_STORY = ("request_id", "id", "internal", "author_id")


def _columns(names: tuple[str, ...], table: Any = ServiceRequest) -> list[ColumnElement[object]]:
    return [getattr(table, name) for name in names]


Index("ix_service_request_changed_at", *_columns(_FOR_CUSTOMERS))
for _name, _names in _LEFT.items():
    Index(
        f"ix_service_request_{_name}",
        *_columns(_names),
        sqlite_where=and_(*unfinished()),
        postgresql_where=and_(*unfinished()),
    )
_ANYBODYS = (*_STORY, "account_id")
Index("ix_service_request_message_request", *_columns(_ANYBODYS, ServiceRequestMessage))
# For customers, for whom SQLite would else walk through all that their account wrote or follows.
_THEIRS = ("account_id", *_STORY)
Index("ix_service_request_message_story", *_columns(_THEIRS, ServiceRequestMessage))
Index("ix_follower_request", *_columns(("account_id", "request_id", "id"), Follower))
