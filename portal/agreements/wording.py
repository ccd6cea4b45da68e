"""Coverage in a sentence, for whoever asks why; targets and gaps in words."""

from datetime import date, datetime, timedelta

from flask import Flask

from portal.agreements.periods import Break, BreakKind
from portal.agreements.rules import Coverage, Reason
from portal.agreements.targets import TARGETS, Severity, Unit, first_response, next_update
from portal.base import clock
from portal.base.words import N_
from portal.web.formats import date_range, percent, short_date, text_date, time_of_day
from portal.web.locale import gettext, label, ngettext

SOON = timedelta(days=90)

_SENTENCES = {
    Reason.COVERED: N_("Covered by agreement %(agreement)s up to and including %(until)s."),
    Reason.NOT_IN_FORCE: N_("Not covered yet. Agreement %(agreement)s is in force from %(since)s."),
    Reason.CATEGORY: N_("Not covered. Agreement %(agreement)s does not include “%(category)s”."),
    Reason.QUOTE_ONLY: N_(
        "Not covered. The model is covered by quote only, and agreement %(agreement)s has no line"
        " for it."
    ),
    Reason.SERVICE_ENDED: N_(
        "Not covered. Service of the model has ended; the last day was %(until)s."
    ),
    Reason.AGREEMENT_ENDED: N_(
        "Not covered. Agreement %(agreement)s ended; the last day was %(until)s."
    ),
    Reason.NO_AGREEMENT: N_("Not covered. No agreement is in force."),
}
_UNTIL_SERVICE_ENDS = N_(
    "Covered by agreement %(agreement)s up to and including %(until)s, the last day of service for"
    " the model."
)


def coverage_sentence(coverage: Coverage) -> str:
    """Whether it is covered, by what and until when, or why not."""
    message = _UNTIL_SERVICE_ENDS if coverage.service_ends else _SENTENCES[coverage.reason]
    return gettext(
        message,
        agreement=coverage.agreement,
        category=label(coverage.category) if coverage.category else "",
        since=text_date(coverage.since) if coverage.since else "",
        until=text_date(coverage.until) if coverage.until else "",
    )


def coverage_text(coverage: Coverage) -> str:
    """The same in a few words, for a tag: covered until when, or why not."""
    if coverage.covered and coverage.until:
        return gettext("Covered until %(day)s", day=short_date(coverage.until))
    return label(coverage.reason)


def coverage_state(coverage: Coverage, today: date) -> str:
    """`yes`, `soon` (it ends within 90 days) or `no`: how the tag looks."""
    if not coverage.covered:
        return "no"
    return "soon" if coverage.until and coverage.until - today <= SOON else "yes"


def target_name(key: str) -> str:
    """What a target is about, with the severity where there is one for each."""
    for severity in Severity:
        if key == first_response(severity):
            return gettext("%(severity)s: first response", severity=label(severity))
        if key == next_update(severity):
            return gettext("%(severity)s: next update", severity=label(severity))
    return gettext(TARGETS[key].label)


def target_text(key: str, value: int) -> str:
    """A target with its unit, in the largest that comes out even."""
    unit = TARGETS[key].unit
    if unit is Unit.TIME:
        return time_of_day(datetime(2000, 1, 1, value // 60, value % 60, tzinfo=clock.OSLO))
    if unit in {Unit.DEVICES, Unit.PERCENT}:
        devices = ngettext("%(num)s device", "%(num)s devices", value)
        return devices if unit is Unit.DEVICES else percent(value)
    if unit is Unit.BUSINESS_DAYS:
        return ngettext("%(num)s business day", "%(num)s business days", value)
    if unit is Unit.MINUTES and (value % 60 or not value):
        return ngettext("%(num)s minute", "%(num)s minutes", value)
    hours = value // 60 if unit is Unit.MINUTES else value
    if unit is not Unit.DAYS and (hours % 24 or hours < 48):
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    days = value if unit is Unit.DAYS else hours // 24
    return ngettext("%(num)s day", "%(num)s days", days)


def break_sentence(found: Break) -> str:
    """Which days two agreements leave open, or both count as theirs."""
    days = date_range(found.first, found.last)
    told = {"before": found.before, "after": found.after, "days": days}
    if found.kind is BreakKind.GAP:
        return gettext(
            "Nothing is covered %(days)s, between agreement %(before)s and agreement %(after)s.",
            **told,
        )
    return gettext(
        "Agreement %(before)s and agreement %(after)s are both in force %(days)s.", **told
    )


def init_app(app: Flask) -> None:
    app.jinja_env.filters["coverage_sentence"] = coverage_sentence
    app.jinja_env.filters["break_sentence"] = break_sentence
    app.jinja_env.globals["target_text"] = target_text
    app.jinja_env.filters["coverage_text"] = coverage_text
    app.jinja_env.globals["coverage_state"] = lambda it: coverage_state(it, clock.today())
