"""What a request says of itself in one sentence: who has the ball, and when it moves next."""

from datetime import datetime
from typing import Any, Protocol

from portal.accounts.models import User
from portal.base.bilingual import Bilingual
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import CLOSED_AFTER, SOLVED_AFTER, Ball, Status, ball_of
from portal.web.formats import date_and_time, text_date
from portal.web.guard import viewer
from portal.web.locale import gettext as _
from portal.web.locale import label, language


class Standing(Protocol):
    """How a request stands: a row of a list, or the request itself."""

    status: Any
    waiting_for: Any
    waiting_for_en: Any
    escalated: Any
    first_response_due_at: Any
    next_update_due_at: Any
    due_at: Any


def status_color(status: Status) -> str:
    """The color of its tag. It says nothing that the word does not say."""
    ball = ball_of(status)
    if status is Status.SOLVED:
        return "success"
    return {Ball.CUSTOMER: "warning", Ball.US: "info"}.get(ball, "neutral")


def status_here(status: Status) -> str:
    """A status as staff say it: “Waiting for you” is said to the customer."""
    waits = status is Status.WAITING_FOR_CUSTOMER
    return _("Waiting for the customer") if waits else label(status)


def status_sentence(
    it: Standing,
    owner: str | None,
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> str:
    """The first thing that a page says of it, to the customer.

    `due_at`: by when they hear from us, where that is more than the request itself knows.
    """
    status: Status = it.status
    line = waits_for(it)
    if status is Status.WAITING_FOR_CUSTOMER:
        return _("Waiting for you: %(what)s", what=line) if line else label(status)
    if status is Status.SOLUTION_PROPOSED:
        return _("We have proposed a solution. Tell us whether it works.")
    if status is Status.SOLVED:
        return _("The request is solved.")
    if status in {Status.WAITING_FOR_CLOUD_PARTNER, Status.REPLACEMENT}:
        return f"{label(status)}: {line}" if line else label(status)
    due_at = due_at or it.due_at
    if due_at is None:
        return label(status)
    return _next(it, owner, due_at, now)


def waits_for(it: Standing) -> str:
    """What is waited for, in the reader's language where the portal wrote it."""
    return Bilingual(it.waiting_for, it.waiting_for_en or "").in_language(language()).text


def what_follows(it: ServiceRequest, *, staff: bool = False) -> str:
    """When it goes on by itself, if nobody writes: what is proposed, and what is solved."""
    if it.status is Status.SOLUTION_PROPOSED:
        at = {"days": SOLVED_AFTER.days, "day": text_date(it.status_since + SOLVED_AFTER)}
        if staff:
            return _(
                "If the customer does not object, it counts as solved"
                " after %(days)s days, on %(day)s.",
                **at,
            )
        return _("If we hear nothing, it counts as solved after %(days)s days, on %(day)s.", **at)
    if it.status is not Status.SOLVED:
        return ""
    at = {"days": CLOSED_AFTER.days, "day": text_date(it.status_since + CLOSED_AFTER)}
    if staff:
        return _("If nobody writes, it is closed by itself after %(days)s days, on %(day)s.", **at)
    return _(
        "It is closed by itself after %(days)s days, on %(day)s."
        " Is something still wrong? Answer us before that, and it is open again.",
        **at,
    )


def _next(it: Standing, owner: str | None, due_at: datetime, now: datetime) -> str:
    """What we do next, and when at the latest."""
    when, first = date_and_time(due_at), it.first_response_due_at
    if due_at < now:
        return (
            _("%(name)s is late with an answer. It was due %(when)s.", name=owner, when=when)
            if owner
            else _("Our answer is late. It was due %(when)s.", when=when)
        )
    if first is not None and first >= due_at:
        return _("You get a first answer by %(when)s.", when=when)
    return (
        _("%(name)s gives you news by %(when)s.", name=owner, when=when)
        if owner
        else _("You hear from us by %(when)s.", when=when)
    )


def came_from(message: ServiceRequestMessage) -> str:
    """Of a mail that staff took over: where it came from, and who answers for whose it is."""
    if not message.from_address:
        return ""
    sender, by = message.from_address, message.entered_by
    return _(
        "E-mail from %(sender)s, entered by %(name)s", sender=sender, name=by.name if by else ""
    )


def named(person: User | None) -> str:
    """Siri Berg (Vestnett Forhandler AS). Partners are competitors: of others they hear no name."""
    if person is None:
        return _("The portal")
    if person.partner is None:
        return person.name
    mine = getattr(viewer(), "partner", None)
    if mine and mine != person.partner.name:
        return _("Another partner")
    return f"{person.name} ({person.partner.name})"
