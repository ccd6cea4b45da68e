"""The story of a request, newest first: for the customer's page, and for the one of staff.

Whoever reads sees what their session sees; here nothing is hidden and nothing found.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.signatures import signature
from portal.base.tenancy import ScopedSession
from portal.request_pages.folding import folded
from portal.request_pages.happenings import (
    Signed,
    lines_of_events,
    lines_of_links,
    signature_of,
)
from portal.request_pages.looking import Looked
from portal.request_pages.part_queries import messages_told, steps_told
from portal.request_pages.parts import BEGINNING, END, MESSAGES, Part, Place
from portal.request_pages.queries import events_told
from portal.request_pages.story import Attached, Line, Linked, Reader, Side, Sort
from portal.service_requests.clocks import Step, StepKind
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import MessageKind, Source
from portal.service_requests.wording import came_from, status_here
from portal.web.locale import gettext as _
from portal.web.locale import label

TITLED = frozenset(MessageKind) - {MessageKind.DESCRIPTION, MessageKind.REPLY}
# In one act: a moment, and whose deed it was.
Act = tuple[datetime, int | None]
Changes = dict[Act, list[Line]]


@dataclass(frozen=True, slots=True)
class Story:
    """A part of it in lines, and what the page tells beside it."""

    lines: list[Line]
    part: Part
    steps: list[Step]  # as many as what is promised now follows from
    waited: timedelta  # for the customer, until now


def story_of(
    session: ScopedSession,
    looked: Looked,
    reader: Reader,
    place: Place | None,
    now: datetime,
) -> Story:
    """The part of a place; without one, the whole story. Three statements."""
    request, links = looked.request, looked.links
    values: dict[str, Any] = {"request_id": request.id, "person_id": reader.person_id, "now": now}
    rows = _rows(session, links, place, values)
    messages, part = _part(rows, place)
    values |= {"since": part.since, "until": part.until, "account_id": request.account_id}
    steps = session.execute(steps_told(), values).all()
    events = session.execute(events_told(), values).all()
    here = [it for it in steps if part.has(it.at)]
    changes = _changes(here, request, staff=session.scope.staff)
    top = (rows[0].public, rows[0].notes) if rows else (0, 0)
    staff = session.scope.staff
    told = list(_messages(messages, top, changes, request, reader, staff=staff))[::-1]
    told += [line for act in changes.values() for line in act]
    escalations = [it.written_at for it in messages if it.kind is MessageKind.ESCALATION]
    told += lines_of_events(events, looked, escalations)
    told += lines_of_links(links, reader, part)
    if len(messages) < len(rows):
        oldest = next(it.anchor for it in told if it.sort is Sort.MESSAGE)
        part = replace(part, older=oldest)
    waited = timedelta(seconds=round(steps[0].waited, 3)) if steps else timedelta(0)
    return Story(list(folded(_newest_first(told))), part, list(steps), waited)


def _rows(
    session: ScopedSession, links: Sequence[Linked], place: Place | None, values: dict[str, Any]
) -> Sequence[Any]:
    """The messages that a place asks for and one more, the newest first."""
    most, letter = (MESSAGES, place.anchor[:1]) if place else (None, "")
    before = bool(place and place.before)
    if place and letter:
        at = links[place.number - 1].at if 0 < place.number <= len(links) else END
        values = values | {"number": place.number, "at": at}
    return session.execute(messages_told(before, letter, most), values).unique().all()


def _part(rows: Sequence[Any], place: Place | None) -> tuple[list[ServiceRequestMessage], Part]:
    """What is shown of the rows. The one beyond only tells that there are older ones."""
    shown = rows[:MESSAGES] if place else rows
    messages = [row[0] for row in shown]
    if not rows:
        return messages, Part()
    since = messages[-1].written_at if len(rows) > len(shown) else BEGINNING
    until = getattr(rows[0], "until", None) or END
    return messages, Part(since, until, heard=rows[0].heard, heard_by_staff=rows[0].heard_by_staff)


def _newest_first(lines: Iterable[Line]) -> list[Line]:
    """What history notes to the second comes after what was written in that second."""
    return sorted(lines, key=lambda it: it.at)[::-1]


def _messages(
    messages: Sequence[ServiceRequestMessage],
    top: tuple[int, int],
    changes: Changes,
    request: ServiceRequest,
    reader: Reader,
    *,
    staff: bool,
) -> Iterator[Line]:
    """Public ones are counted by themselves, so that each is called the same by all who see it,
    and no number is left out where a note stands. `top` are the numbers of the newest."""
    public, notes = top
    for it in messages:
        anchor = f"n{notes}" if it.internal else f"m{public}"
        notes, public = notes - it.internal, public - (not it.internal)
        beside = [] if it.internal else changes.pop((it.written_at, it.author_id), [])
        yield Line(
            at=it.written_at,
            sort=Sort.MESSAGE,
            anchor=anchor,
            who=_author(it, request, staff=staff),
            side=_side(it, reader),
            title=label(it.kind) if it.kind in TITLED else "",
            text=it.text,
            files=tuple(Attached(each.file, reader.file_href(each.id)) for each in it.files),
            moved=tuple(line.title for line in beside),
            internal=it.internal,
            by_mail=it.source is Source.MAIL,
            came_from=came_from(it),
        )


def _author(it: ServiceRequestMessage, request: ServiceRequest, *, staff: bool) -> str:
    """That there is another account is for staff to know."""
    name = it.author.name if it.author else None
    if it.source is Source.COPY and name:
        return (
            _("Taken over from another account by %(name)s", name=name)
            if staff
            else _("Entered by %(name)s", name=name)
        )
    if it.source is Source.ENTERED and name:
        return _("E-mail entered by %(name)s", name=name)
    signed = Signed(it.id, it.author_id, on_behalf=it.on_behalf)
    return signature(signed, name, _of(it), request.account.name)


def _side(it: ServiceRequestMessage, reader: Reader) -> Side:
    if it.author_id is None or it.automatic or it.source is Source.ENTERED:
        return Side.PORTAL
    if it.author_id == reader.person_id:
        return Side.YOU
    if it.by_staff:
        return Side.SUPPORT
    if it.on_behalf:
        return Side.COLLEAGUE if _of(it) and _of(it) == reader.partner else Side.PARTNER
    return Side.CUSTOMER if reader.outside else Side.COLLEAGUE


def _of(it: ServiceRequestMessage) -> str | None:
    return it.author.partner.name if it.author and it.author.partner else None


def _changes(steps: Sequence[Any], request: ServiceRequest, *, staff: bool) -> Changes:
    """What the steps changed, by the act they belong to."""
    told: Changes = {}
    for step in steps:
        if title := _title(step, staff=staff):
            line = Line(
                at=step.at,
                sort=Sort.CHANGE,
                anchor=f"s{step.id}",
                who=signature_of(step, request),
                title=title,
            )
            told.setdefault((step.at, step.by_id), []).append(line)
    return told


def _title(step: Any, *, staff: bool) -> str:
    if step.kind is StepKind.STATUS:
        return _("Status: %(status)s", status=(status_here if staff else label)(step.status))
    if step.kind is StepKind.SEVERITY:
        return _(
            "Severity: from %(before)s to %(after)s",
            before=label(step.before),
            after=label(step.severity),
        )
    return ""
