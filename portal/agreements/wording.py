"""Coverage in a sentence, for whoever asks why."""

from datetime import date, timedelta

from flask import Flask

from portal.agreements.rules import Coverage, Reason
from portal.base import clock
from portal.base.words import N_
from portal.web.formats import short_date, text_date
from portal.web.locale import gettext, label

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


def init_app(app: Flask) -> None:
    app.jinja_env.filters["coverage_sentence"] = coverage_sentence
    app.jinja_env.filters["coverage_text"] = coverage_text
    app.jinja_env.globals["coverage_state"] = lambda it: coverage_state(it, clock.today())
