"""Deeds on requests of several customers: each in the scope of its own account, each with its own
outcome, and what all of it came to in a sentence or two."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import g
from markupsafe import Markup, escape

from portal.base.access import AccountClosed
from portal.base.history import Doer
from portal.base.references import reference
from portal.base.submissions import submission
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.request_queue.queries import accounts_of, next_in_line
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.taking import Taken, take
from portal.web.formats import listing
from portal.web.locale import explain, ngettext
from portal.web.locale import gettext as _
from portal.web.session import open_session

MOST_NAMED, TRIES = 5, 20
PAGES = "/desk/service-requests"
Deed = Callable[[ScopedSession, ServiceRequest], None]


@dataclass(slots=True)
class Outcome:
    """What became of each request that was chosen."""

    done: dict[int, str] = field(default_factory=dict)  # their subjects
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def note(self, refusal: Refused) -> None:
        if isinstance(refusal, Taken):
            self.taken.append(refusal)
        else:
            self.refused.append(refusal)

    @property
    def why_not(self) -> list[str]:
        """One sentence for those whom somebody else has, and one for each other reason."""
        found = [explain(self.taken[0])] if len(self.taken) == 1 else []
        if len(self.taken) > 1:
            had = ngettext(
                "%(num)s had been taken before you: %(which)s.",
                "%(num)s had been taken before you: %(which)s.",
                len(self.taken),
                which=_some(f"{it.reference} ({it.name})" for it in self.taken),
            )
            found.append(had)
        return [*found, *dict.fromkeys(explain(it) for it in self.refused[:MOST_NAMED])]


def each_in_its_account(request_ids: list[int], deed: Deed) -> Outcome:
    """Do it to each. What is refused stays as it was, and holds nothing else up."""
    with open_session(g.scope, reading=True) as reading:
        found: Any = reading.execute(accounts_of(request_ids)).all()
    outcome = Outcome()
    for account_id, rows in groupby(found, key=lambda row: row.account_id):
        ids = [row.id for row in rows]
        try:
            with _writing_for(account_id) as session:
                part = _done(session, ids, deed)
        except AccountClosed:
            part = Outcome(refused=[_gone(each) for each in ids])
        outcome.done |= part.done
        outcome.taken += part.taken
        outcome.refused += part.refused
    missing = set(request_ids) - {row.id for row in found}
    outcome.refused += [_missing(each) for each in sorted(missing)]
    return outcome


def take_most_urgent(token: str, *, by: Doer, now: datetime) -> str:
    """Take the most urgent request that nobody has, once for this form; the path of its page, or
    nothing where there is none. Of several who ask at once each gets another one."""
    with open_session(g.scope, reading=True) as reading:
        waiting: Any = reading.execute(next_in_line(TRIES)).all()
    for row in waiting:
        try:
            with _writing_for(row.account_id) as session:
                sent = submission(session, token, by=by.id)
                if not sent.led_to:
                    take(session, session.get_one(ServiceRequest, row.id), by=by, now=now)
                    sent.led_to = f"{PAGES}/{reference(PREFIX, row.id)}"
                led_to = sent.led_to
        except (AccountClosed, Refused):
            continue
        return led_to
    return ""


@contextmanager
def _writing_for(account_id: int) -> Iterator[ScopedSession]:
    """A transaction of its own for one customer, kept at the end."""
    with open_session(replace(g.scope, write=account_id), reading=False) as session:
        yield session
        session.commit()


def _done(session: ScopedSession, request_ids: Iterable[int], deed: Deed) -> Outcome:
    outcome = Outcome()
    for request_id in request_ids:
        try:
            with session.begin_nested():
                it = session.get_one(ServiceRequest, request_id)
                deed(session, it)
        except Refused as refusal:
            outcome.note(refusal)
        else:
            outcome.done[request_id] = it.subject
    return outcome


def _gone(request_id: int) -> Refused:
    closed = N_("The customer of %(request)s is closed.")
    return Refused(closed, request=reference(PREFIX, request_id))


def _missing(request_id: int) -> Refused:
    return Refused(N_("%(request)s is not there."), request=reference(PREFIX, request_id))


def _some(named: Iterable[str]) -> str:
    """So many of them by name, and how many others."""
    names = list(named)
    left = len(names) - MOST_NAMED
    if left <= 1:
        return listing(names)
    more = ngettext("%(num)s other", "%(num)s others", left)
    return listing([*names[:MOST_NAMED], more])


def sentence(outcome: Outcome, whose: str | None) -> Markup:
    """What was done and what was not; `whose`: the name of a colleague, or nothing for oneself.
    What is one's own now can be gone to from here: it may have left the list."""
    numbers = [reference(PREFIX, each) for each in outcome.done]
    said = escape(_one(outcome, whose) if len(numbers) == 1 else _many(numbers, whose))
    for number in numbers:
        said = said.replace(number, _link(number, mine=whose is None))
    return Markup(" ").join([said, *outcome.why_not])


def _one(outcome: Outcome, whose: str | None) -> str:
    ((request_id, subject),) = outcome.done.items()
    which = reference(PREFIX, request_id)
    if whose is None:
        return _("%(which)s is yours now: “%(subject)s”.", which=which, subject=subject)
    return _(
        "%(name)s has %(which)s from now on: “%(subject)s”.",
        name=whose,
        which=which,
        subject=subject,
    )


def _many(numbers: list[str], whose: str | None) -> str:
    which = _some(numbers)
    if whose is None:
        return ngettext(
            "%(num)s request is yours now: %(which)s.",
            "%(num)s requests are yours now: %(which)s.",
            len(numbers),
            which=which,
        )
    return ngettext(
        "%(name)s has %(num)s request from now on: %(which)s.",
        "%(name)s has %(num)s requests from now on: %(which)s.",
        len(numbers),
        name=whose,
        which=which,
    )


def _link(number: str, *, mine: bool) -> Markup:
    """`queue.js` knows by it which request was taken."""
    taken = Markup(' data-taken="{}"').format(number) if mine else ""
    return Markup('<a class="ds-link" href="{}/{}"{}>{}</a>').format(PAGES, number, taken, number)
