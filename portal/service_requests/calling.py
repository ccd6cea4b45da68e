"""The promise to call about what is critical, until somebody has answered."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from portal.agreements.targets import Severity, first_response
from portal.service_requests.clocks import Step, StepKind
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import RUNNING
from portal.web.formats import date_and_time, phone
from portal.web.locale import gettext as _


def called_by(it: ServiceRequest, steps: Iterable[Step]) -> datetime | None:
    """By when we call at the latest; None where nothing is promised, or somebody has answered.

    It is promised from when it became critical: nobody is late with a call that was not asked for.
    Until then `steps` may leave out what is before the last answer.
    """
    if it.severity is not Severity.CRITICAL or not it.contact_phone or not it.is_open:
        return None
    since: datetime | None = None
    answered = False
    for step in steps:
        if step.severity is not Severity.CRITICAL:
            since = None
        elif since is None:
            since, answered = step.at, False
        if step.kind is StepKind.ANSWERED:
            answered = True
    if since is None or answered or (it.status not in RUNNING and it.status_since > since):
        return None
    due = since + timedelta(minutes=it.targets[first_response(Severity.CRITICAL)])
    return max(due, it.first_response_due_at or due)


def call_back(it: ServiceRequest, steps: Iterable[Step], *, now: datetime) -> str:
    """What the customer is promised."""
    due = called_by(it, steps)
    if due is None:
        return ""
    number = phone(it.contact_phone)
    if it.call_from and it.call_from > now:
        return _("We call %(phone)s from %(when)s.", phone=number, when=date_and_time(it.call_from))
    if due < now:
        return _(
            "We should have called %(phone)s by %(when)s.", phone=number, when=date_and_time(due)
        )
    return _("We call %(phone)s by %(when)s.", phone=number, when=date_and_time(due))


def to_call(it: ServiceRequest, steps: Iterable[Step]) -> str:
    """The same, to whoever has to keep it."""
    due = called_by(it, steps)
    if due is None:
        return ""
    number = phone(it.contact_phone)
    if it.call_from:
        return _("Call %(phone)s from %(when)s.", phone=number, when=date_and_time(it.call_from))
    return _("Call %(phone)s by %(when)s.", phone=number, when=date_and_time(due))
