"""What the page of a request asks for: few statements, each with the names that belong to it.

They are put together once: that takes as long as to have them answered.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased, joinedload

from portal.accounts.models import Partner, User
from portal.base.db import UTCDateTime
from portal.base.history import Event, What
from portal.base.plans import KEPT
from portal.cloud_partners.models import CloudPartnerCase
from portal.replacements.of_request import told_with_request
from portal.request_pages.models import Satisfaction
from portal.service_requests.desk_models import ServiceRequestLink
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import (
    Follower,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.own_models import Draft
from portal.service_requests.queries import (
    followers_of,
    in_force,
    messages_of,
    request_with_id,
)
from portal.service_requests.rules import STOPPED
from portal.service_requests.step_models import ServiceRequestStep

# Of what history holds, what neither a message, nor a step, nor a link tells already.
TOLD = (
    *(What.ESCALATED, What.ESCALATION_TAKEN, What.ESCALATION_HANDED_OVER, What.UPDATE_PROMISED),
    *(What.REMEDY_RECORDED, What.ESCALATION_ENDED, What.ASSIGNED, What.FOLLOWED, What.UNFOLLOWED),
    *(What.HANDED_OVER, What.CHANGED, What.LINKED, What.RATED),
    *(What.KNOWN_ISSUE_LINKED, What.INCIDENT_LINKED, What.UNLINKED),
    *(What.CLOUD_PARTNER_BEGUN, What.CLOUD_PARTNER_STEP, What.REPLACEMENT_ASKED),
)
_ID = bindparam("request_id", type_=Integer)
# The other request of a link, from whichever side it is looked at.
OTHER = aliased(ServiceRequest)
MANAGER = aliased(User)  # who looks after the escalation


@cache
def request_and_links() -> Select[Any]:
    """By `request_id`, `person_id` and `draft`: a request in as many rows as it has links, or one.

    Each with what is at its other end, as far as that is seen; what this person was writing under
    this key; how the help was found; the escalation in force, where it is seen; what is done with
    a cloud partner; this person's number; and its replacements.
    """
    link = ServiceRequestLink
    request_id: Any = _ID
    here = or_(link.request_id == request_id, link.other_id == request_id)
    there = case((link.request_id == request_id, link.other_id), else_=link.request_id)
    own = aliased(User)
    mine = and_(
        Draft.account_id == ServiceRequest.account_id,
        Draft.person_id == bindparam("person_id", type_=Integer),
        Draft.key == bindparam("draft", type_=String),
    )
    return (
        request_with_id(request_id)
        .select_from(ServiceRequest)
        .outerjoin(link, here)
        .outerjoin(OTHER, OTHER.id == there)
        .outerjoin(Draft, mine)
        .outerjoin(Satisfaction, Satisfaction.request_id == request_id)
        .outerjoin(Escalation, and_(Escalation.request_id == request_id, in_force()))
        .outerjoin(MANAGER, MANAGER.id == Escalation.owner_id)
        .outerjoin(CloudPartnerCase, CloudPartnerCase.request_id == request_id)
        .add_columns(link, OTHER.id, OTHER.subject, Draft, Satisfaction)
        .add_columns(Escalation, MANAGER.name, CloudPartnerCase)
        .add_columns(went_on(request_id).scalar_subquery())
        .add_columns(
            select(own.phone)
            .where(own.id == bindparam("person_id", type_=Integer))
            .scalar_subquery()
        )
        .add_columns(told_with_request(request_id))
        .order_by(link.id)
        .execution_options(**KEPT)
    )


def went_on(request_id: Any) -> Select[Any]:
    """When a request went on the last time: how the help was said to be before is not the last."""
    step = ServiceRequestStep
    there = step.request_id == request_id
    return select(func.max(step.at)).where(there, step.status.not_in(STOPPED))


def messages_with_files(request_id: int) -> Select[Any]:
    """What was said, in order, with who said it and the files; to be made `unique`."""
    author = joinedload(ServiceRequestMessage.author).joinedload(User.partner)
    files = joinedload(ServiceRequestMessage.files).joinedload(ServiceRequestFile.file)
    return messages_of(request_id).options(author, files)


@cache
def events_told() -> Select[Any]:
    """By `account_id`, `request_id`, `since` and `until`: what else was done, newest first, each
    with whose deed it was, whom it concerned, and why an escalation ended, as far as it is seen."""
    other, ended = aliased(User), Event.details["escalation"].as_integer()
    whom = func.coalesce(Event.details["user"].as_integer(), Event.details["owner"].as_integer())
    columns = (Event.id, Event.number, Event.what, Event.by_id, Event.at, Event.details)
    account_id = Event.account_id == bindparam("account_id", type_=Integer)
    here = account_id, Event.kind == ServiceRequest.__tablename__, Event.record_id == _ID
    # Hidden from the index of moments: a plan that is kept does not know that all are wanted.
    at = func.coalesce(Event.at, Event.at)
    told = select(*columns).where(*here, within_part(at), Event.what.in_(TOLD))
    return (
        named(told, Event.by_id)
        .outerjoin(other, other.id == whom)
        .outerjoin(Escalation, and_(Escalation.id == ended, Event.what == What.ESCALATION_ENDED))
        .add_columns(other.name.label("whom"), Escalation.ended_because)
        .order_by(
            (Event.number + 0).desc()
        )  # nor from the index of numbers, which is the account's
        .execution_options(**KEPT)
    )


@cache
def followers_shown() -> Select[Any]:
    """By `request_id`: who follows, in order, with no more of them than is shown."""
    user = joinedload(Follower.user).load_only(User.name, User.partner_id)
    return (
        followers_of(_ID)
        .options(user.joinedload(User.partner).load_only(Partner.name))
        .execution_options(**KEPT)
    )


def within_part(at: Any) -> ColumnElement[bool]:
    """From `since` until before `until`."""
    since, until = (bindparam(name, type_=UTCDateTime) for name in ("since", "until"))
    return and_(at >= since, at < until)


def named(query: Select[Any], by_id: Any) -> Select[Any]:
    """With the name, the partner and the rank of whose deed it was."""
    return (
        query.outerjoin(User, User.id == by_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .add_columns(User.name, Partner.name.label("partner"), User.staff_role)
    )
