"""How the queue says how long is left, in words and a color that says nothing else."""

from datetime import datetime
from typing import Any

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


def left_icon(due_at: datetime, now: datetime) -> str:
    return "exclamationmark-triangle" if due_at < now else "clock"


def about_clock(row: Any) -> str:
    """Which of the two targets is the nearer."""
    first = row.first_response_due_at is not None and row.due_at == row.first_response_due_at
    return _("First response") if first else _("Next update")


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
