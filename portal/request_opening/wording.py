"""How targets are told where somebody opens a request, in words and with a clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wtforms.fields.choices import SelectChoice

from portal.agreements.targets import Severity, first_response, next_update
from portal.base import clock
from portal.request_opening.rules import EXAMPLES
from portal.web.formats import date_and_time, phone, time_of_day
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.operator import OPERATOR


def severity_choices(targets: Mapping[str, int]) -> list[SelectChoice]:
    """The worst first; each with an example, and what we aim at."""
    return [
        SelectChoice(it.value, label(it), render_kw={"hint": _hint(it, targets)}) for it in Severity
    ]


def _hint(severity: Severity, targets: Mapping[str, int]) -> str:
    answer = in_minutes(targets[first_response(severity)])
    news = in_hours(targets[next_update(severity)])
    example = _(EXAMPLES[severity])
    told = {"answer": answer, "news": news}
    aim = _("Target: first answer within %(answer)s, then news within %(news)s.", **told)
    if severity is Severity.CRITICAL:
        return f"{example}\n{aim} " + _("Call us as well: %(phone)s.", phone=phone(OPERATOR.phone))
    return f"{example}\n{aim}"


def in_minutes(minutes: int) -> str:
    if minutes % 60 == 0 and minutes:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)


def in_hours(hours: int) -> str:
    if hours % 24 == 0 and hours > 24:
        return ngettext("%(num)s day", "%(num)s days", hours // 24)
    return ngettext("%(num)s hour", "%(num)s hours", hours)


def promise(targets: Mapping[str, int], now: datetime) -> str:
    """By when we call about what is critical and is sent now."""
    by = now + timedelta(minutes=targets[first_response(Severity.CRITICAL)])
    return _("Send it now, and we call you by %(time)s.", time=at(by, now))


def at(moment: datetime, now: datetime) -> str:
    """The time alone where it is today."""
    same = clock.day_of(moment) == clock.day_of(now)
    return time_of_day(moment) if same else date_and_time(moment)
