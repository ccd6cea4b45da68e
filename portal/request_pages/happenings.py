"""What else happened to a request, in lines: who has it, who follows, what it was linked with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from portal.accounts.signatures import signature
from portal.base.history import What
from portal.base.words import N_
from portal.cloud_partners.showing import step_told
from portal.request_pages.looking import Looked
from portal.request_pages.models import Satisfaction
from portal.request_pages.parts import Part
from portal.request_pages.rules import Score
from portal.request_pages.story import Line, Linked, Reader, Sort
from portal.service_requests.explaining import EXPLAINED_BY
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import LinkKind
from portal.web.formats import date_and_time
from portal.web.locale import gettext as _
from portal.web.locale import label

# From this request to another, and from another to this one.
_LINKS = {
    LinkKind.RELATED: (N_("Related to"), N_("Related to")),
    LinkKind.DUPLICATE: (N_("Duplicate of"), N_("Has a duplicate:")),
    LinkKind.SPLIT: (N_("Split from"), N_("Split off:")),
    LinkKind.MERGED: (N_("Merged into"), N_("Merged with this one:")),
    LinkKind.COPIED: (N_("Copied from"), N_("Copied to")),
    LinkKind.COPIED_TO: (N_("Copied to"), N_("Copied from")),
}
_MINOR = {
    What.ASSIGNED: N_("Handled by %(name)s from now on"),
    What.FOLLOWED: N_("%(name)s follows the request"),
    What.UNFOLLOWED: N_("%(name)s does not follow the request any more"),
    What.HANDED_OVER: N_("%(name)s is the contact from now on"),
}
_OF_MANAGERS = {
    What.ESCALATION_TAKEN: N_("%(name)s looks after the escalation from now on"),
    What.ESCALATION_HANDED_OVER: N_("%(name)s looks after the escalation from now on"),
}
_NAMED = _MINOR | _OF_MANAGERS
_CHANGES = {
    *(What.ESCALATED, *_OF_MANAGERS, What.UPDATE_PROMISED, What.REMEDY_RECORDED),
    What.ESCALATION_ENDED,
    *(What.CLOUD_PARTNER_BEGUN, What.CLOUD_PARTNER_STEP, What.RATED, What.REPLACEMENT_ASKED),
}


def lines_of_links(links: Iterable[Linked], reader: Reader, part: Part) -> Iterator[Line]:
    for number, it in enumerate(links, 1):
        if not part.has(it.at):
            continue
        yield Line(
            at=it.at,
            sort=Sort.CHANGE,
            anchor=f"l{number}",
            title=_(_LINKS[LinkKind(it.kind)][not it.outward]),
            href=reader.request_href(it.reference) if it.subject else "",
            subject=f"{it.reference} {it.subject}".strip(),
            internal=it.internal,
        )


def lines_of_events(
    rows: Iterable[Any],
    looked: Looked,
    escalations: Iterable[datetime],
) -> Iterator[Line]:
    """By rows of `queries.events_told`. What a message tells by itself is left out."""
    told = {int(at.timestamp()) for at in escalations}
    for event in rows:
        if event.what is What.ESCALATED and int(event.at.timestamp()) in told:
            continue
        if title := _title(event):
            yield Line(
                at=event.at,
                sort=Sort.CHANGE if event.what in _CHANGES else Sort.MINOR,
                anchor=f"e{event.number}",
                who=signature_of(event, looked.request),
                title=title,
                text=_said(event, looked.satisfaction),
            )


def _title(event: Any) -> str:
    details, whom = event.details or {}, event.whom
    if made := _MADE.get(event.what):
        return made(details)
    if event.what is What.ASSIGNED and not details.get("owner"):
        return _("Handled by nobody for now")
    if event.what in _NAMED:
        return _(_NAMED[event.what], name=whom) if whom else label(event.what)
    if event.what is What.CHANGED and details.get("fields") == ["waiting_for"]:
        return _("What is waited for changed")
    if event.what is What.CHANGED:
        return _("Contact or reference changed")
    return label(event.what)


def _said(event: Any, rating: Satisfaction | None) -> str:
    """Why an escalation ended; or the comment of a rating, as far as it is kept: with the last
    one."""
    if event.what is What.ESCALATION_ENDED:
        return event.ended_because or ""
    if event.what is not What.RATED or rating is None:
        return ""
    return rating.comment if int(rating.at.timestamp()) == int(event.at.timestamp()) else ""


def _linked(details: Mapping[str, Any]) -> str:
    """Of other requests the links themselves tell. That issues and incidents have words of their
    own is younger than some events."""
    return next((label(it) for name, it in EXPLAINED_BY.items() if details.get(name)), "")


def _rated(details: Mapping[str, Any]) -> str:
    return _("Rated the help: %(score)s", score=label(Score(str(details["score"]))))


def _replaced(details: Mapping[str, Any]) -> str:
    return _("Replacement %(number)s asked for", number=details["replacement"])


def _promised(details: Mapping[str, Any]) -> str:
    when = date_and_time(datetime.fromisoformat(str(details["due"])))
    return _("Next update promised by %(when)s", when=when)


def _accepted(details: Mapping[str, Any]) -> str:
    """Of a repair or workaround a message tells."""
    return _("The workaround is accepted") if details.get("accepted") else ""


# What is told by more than its name.
_MADE: dict[What, Callable[[Mapping[str, Any]], str]] = {
    What.LINKED: _linked,
    What.CLOUD_PARTNER_STEP: step_told,
    What.RATED: _rated,
    What.REPLACEMENT_ASKED: _replaced,
    What.UPDATE_PROMISED: _promised,
    What.REMEDY_RECORDED: _accepted,
}


def signature_of(row: Any, request: ServiceRequest) -> str:
    """Whose deed it was, by a row of `queries`. That staff work for the customer goes without
    saying here."""
    signed = Signed(row.id, row.by_id, on_behalf=row.partner is not None)
    return signature(signed, row.name, row.partner, request.account.name)


class Signed:
    """Something as somebody's deed."""

    def __init__(self, number: int, by_id: int | None, *, on_behalf: bool) -> None:
        self.id, self.by_id, self.on_behalf = number, by_id, on_behalf
