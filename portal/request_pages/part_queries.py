"""What a part of a story is made of: its messages, and the steps among them.

Put together once for each kind of place, as all that the page of a request asks for.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, joinedload

from portal.accounts.models import Partner, User
from portal.base.db import UTCDateTime, seconds_between
from portal.base.history import Event
from portal.base.plans import KEPT
from portal.request_pages.queries import named, within_part
from portal.service_requests.clocks import StepKind
from portal.service_requests.models import (
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.rules import Status
from portal.service_requests.step_models import ServiceRequestStep
from portal.web.paging import LARGEST

Message, Step = ServiceRequestMessage, ServiceRequestStep
_ID = bindparam("request_id", type_=Integer)
_NUMBER, _ME = (bindparam(name, type_=Integer) for name in ("number", "person_id"))


@cache
def messages_told(before: bool, letter: str, most: int | None) -> Select[Any]:
    """By `request_id` and `person_id`: what was said, newest first, with who said it and the files;
    to be made `unique`. With a letter, before or around the entry of this `number`.

    Each row tells beside it when the part ends, how many messages there are until then that all
    read and that only staff read, and how many of others there are at all.
    """
    edge = _edge(before, letter) if letter else None
    earlier = [] if edge is None else [or_(edge.is_(None), Message.id < edge)]
    theirs = func.coalesce(Message.author_id, 0) != _ME
    public = Message.internal.is_(False)
    counted = (
        select(
            _so_many(public, *earlier).label("public"),
            _so_many(~public, *earlier).label("notes"),
            _so_many(public, theirs).label("heard"),
            _so_many(theirs).label("heard_by_staff"),
        )
        .select_from(Message)
        .where(Message.request_id == _ID)
        .cte("counted")
        .prefix_with("MATERIALIZED")  # else PostgreSQL may count anew for each message of the part
    )
    until = None if edge is None else select(Message.written_at).where(Message.id == edge)
    author = joinedload(Message.author).load_only(User.name, User.partner_id)
    told: Select[Any] = (
        select(Message, *counted.c)
        .join(counted, true())
        .options(
            author.joinedload(User.partner).load_only(Partner.name),
            joinedload(Message.entered_by).load_only(User.name),
            joinedload(Message.files).joinedload(ServiceRequestFile.file),
        )
        .where(Message.request_id == _ID, *earlier)
        .order_by(Message.id.desc())
    )
    if until is not None:
        told = told.add_columns(until.scalar_subquery().label("until"))
    return (told.limit(most + 1) if most else told).execution_options(**KEPT)


def _edge(before: bool, letter: str) -> Any:
    """The message before which the part ends; nothing where there is none."""
    here = Message.request_id == _ID
    if letter in "mn":
        same = select(Message.id).where(here, Message.internal.is_(letter == "n"))
        same = same.order_by(Message.id).offset(_NUMBER - 1).limit(1)
        if before:
            return same.scalar_subquery()
        after = Message.id > same.scalar_subquery()
    else:
        after = Message.written_at > _moment(letter)
    return select(Message.id).where(here, after).order_by(Message.id).limit(1).scalar_subquery()


def _moment(letter: str) -> Any:
    """When the entry was."""
    if letter == "s":
        return select(Step.at).where(Step.request_id == _ID, Step.id == _NUMBER).scalar_subquery()
    if letter == "e":
        kind = Event.kind == ServiceRequest.__tablename__
        here = kind, Event.record_id == _ID, Event.number == _NUMBER
        return select(Event.at).where(*here).scalar_subquery()
    return bindparam("at", type_=UTCDateTime)  # of a link, which is known already


def _so_many(*these: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((and_(*these), 1), else_=0)), 0)


@cache
def steps_told() -> Select[Any]:
    """By `request_id`, `since`, `until` and `now`: the steps that a part shows, and those that what
    is promised now follows from, in order; each with whose deed it was, and how severe it was
    before.

    What is promised follows from the beginning until the first answer, and from the last one on.
    How long the request waited for the customer is added up where the steps lie.
    """
    here = Step.request_id == _ID
    answers = select(Step.id).where(here, Step.kind == StepKind.ANSWERED).limit(1)
    # Walked from either end, where the smallest of all would be found among all.
    first_answer = answers.order_by(Step.id).scalar_subquery()
    last_answer = answers.order_by(Step.id.desc()).scalar_subquery()
    shown = and_(Step.kind.in_([StepKind.STATUS, StepKind.SEVERITY]), within_part(Step.at))
    earlier: Any = aliased(Step)
    before = (
        select(earlier.severity)
        .where(earlier.request_id == _ID, earlier.id < Step.id)
        .order_by(earlier.id.desc())
        .limit(1)
        .correlate(Step)
        .scalar_subquery()
    )
    columns = (Step.id, Step.at, Step.kind, Step.status, Step.severity, Step.by_id)
    told = select(*columns, before.label("before"), _waited().label("waited")).where(
        here,
        or_(Step.id <= func.coalesce(first_answer, LARGEST), Step.id >= last_answer, shown),
    )
    return named(told, Step.by_id).order_by(Step.id).execution_options(**KEPT)


def _waited() -> Any:
    """Seconds."""
    each: Any = aliased(Step)
    following = func.lead(each.at).over(order_by=each.id)
    runs = (
        select(each.status, each.at, following.label("until"))
        .where(each.request_id == _ID)
        .subquery()
    )
    now = bindparam("now", type_=UTCDateTime)
    length = seconds_between(runs.c.at, func.coalesce(runs.c.until, now))
    waiting = runs.c.status == Status.WAITING_FOR_CUSTOMER
    added: Any = select(func.coalesce(func.sum(length), 0.0)).where(waiting)
    return added.scalar_subquery()
