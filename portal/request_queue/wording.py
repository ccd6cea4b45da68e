"""How the queue says how long is left, in words and a color that says nothing else."""

from datetime import datetime
from typing import Any, NamedTuple

from portal.agreements.targets import Severity
from portal.request_queue.filters import SOON, View
from portal.service_requests.wording import status_here as status_here  # noqa: PLC0414
from portal.web.locale import gettext as _
from portal.web.locale import label as label  # noqa: PLC0414
from portal.web.locale import ngettext

_DAY = 24 * 60  # minutes
_DAYS_FROM = 2 * _DAY  # from there on only whole days are told


def time_left(due_at: datetime, now: datetime) -> str:
    """47 min left, 3 h 20 min left, 4 days left; or how long it is overdue."""
    seconds = due_at.timestamp() - now.timestamp()
    minutes = int(abs(seconds) // 60)
    return _over(minutes) if seconds < 0 else _left(minutes)


def left_color(due_at: datetime, now: datetime) -> str:
    if due_at < now:
        return "danger"
    return "warning" if due_at - now <= SOON else "neutral"


class Clock(NamedTuple):
    """What a row of the queue tells of the nearer of its two targets."""

    left: str
    color: str
    icon: str
    about: str


def clock(row: Any, now: datetime) -> Clock:
    first = row.first_response_due_at is not None and row.due_at == row.first_response_due_at
    return Clock(
        time_left(row.due_at, now),
        left_color(row.due_at, now),
        "exclamationmark-triangle" if row.due_at < now else "clock",
        _("First response") if first else _("Next update"),
    )


def pick(number: str) -> str:
    return _("Pick %(request)s", request=number)


def take(number: str) -> str:
    return _("Take %(request)s", request=number)


def whose(row: Any, viewer_id: int) -> str:
    if row.owner_id == viewer_id:
        return _("You have this request.")
    return _("%(name)s has this request.", name=row.owner)


def _left(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if minutes >= _DAYS_FROM:
        return ngettext("%(num)s day left", "%(num)s days left", minutes // _DAY)
    if not hours:
        return _("%(minutes)s min left", minutes=minutes)
    if not rest:
        return _("%(hours)s h left", hours=hours)
    return _("%(hours)s h %(minutes)s min left", hours=hours, minutes=rest)


def _over(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if minutes >= _DAYS_FROM:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", minutes // _DAY)
    if not hours:
        return _("%(minutes)s min overdue", minutes=minutes)
    if not rest:
        return _("%(hours)s h overdue", hours=hours)
    return _("%(hours)s h %(minutes)s min overdue", hours=hours, minutes=rest)


def severity_color(severity: Severity) -> str:
    return {Severity.CRITICAL: "danger", Severity.HIGH: "warning"}.get(severity, "neutral")


def nothing(view: View) -> str:
    """Why the list is empty."""
    return {
        View.MINE: _("You have no open requests."),
        View.UNASSIGNED: _("Somebody has every open request."),
        View.TEAM: _("Your team has no open requests."),
        View.SOON: _("Nothing is due within two hours."),
        View.WAITING: _("Nothing waits for others."),
        View.ESCALATED: _("Nothing is escalated."),
    }.get(view, _("The queue is empty."))
