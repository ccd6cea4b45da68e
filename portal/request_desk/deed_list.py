"""The deeds of a request by their nouns: what each page says, its form, and when it is offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.agreements.targets import Severity
from portal.base.tenancy import ScopedSession
from portal.base.words import N_
from portal.request_desk import chosen_forms, deeds, explaining, forms, other_forms
from portal.request_desk.queries import working_with_requests
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import messages_of
from portal.service_requests.rules import OPEN, Status
from portal.web.locale import gettext as _

ALWAYS, KEPT = frozenset(Status), frozenset(Status) - {Status.CANCELED}


def _plain(_session: ScopedSession, _it: ServiceRequest, _form: Any) -> None:
    """Nothing has to be looked up for it."""


def _people(session: ScopedSession, _it: ServiceRequest, form: Any) -> None:
    form.offer(session.scalars(working_with_requests()).all())


def _moves(_session: ScopedSession, it: ServiceRequest, form: Any) -> None:
    form.offer(it)


def _messages(session: ScopedSession, it: ServiceRequest, form: Any) -> None:
    form.offer(session.scalars(messages_of(it.id)).all())


def _all_messages(session: ScopedSession, it: ServiceRequest, form: Any) -> None:
    form.offer(messages := session.scalars(messages_of(it.id)).all())
    if not form.is_submitted():  # what the customer sees goes along, unless somebody leaves it out
        form.messages.data = [each.id for each in messages if not each.internal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """`do` tells where it leads, if not back to the request; `first` what the form begins with."""

    title: str
    about: str
    button: str
    done: str
    form: type[Any]
    do: Callable[..., str | None]
    offer: Callable[[ScopedSession, ServiceRequest, Any], None] = _plain
    first: Callable[[ServiceRequest], dict[str, Any]] = lambda _it: {}
    when: frozenset[Status] = OPEN


DEEDS = {
    "ownership": Deed(
        title=N_("Give the request to somebody"),
        about=N_("Whoever gets it is told. Without an owner it is back in the queue."),
        button=N_("Save whose it is"),
        done=N_("It is saved whose the request is."),
        form=forms.OwnerForm,
        do=deeds.give,
        offer=_people,
        first=lambda it: {"owner": str(it.owner_id or "")},
        when=KEPT,
    ),
    "status": Deed(
        title=N_("Change the status"),
        about=N_("The customer sees it, without an answer. To say something, answer instead."),
        button=N_("Change the status"),
        done=N_("The status is changed."),
        form=forms.StatusForm,
        do=deeds.change_status,
        offer=_moves,
        first=deeds.standing,
        when=KEPT - {Status.CLOSED},
    ),
    "severity": Deed(
        title=N_("Change the severity"),
        about=N_("What is not met yet is measured anew. What is missed stays missed."),
        button=N_("Change the severity"),
        done=N_("The severity is changed."),
        form=forms.SeverityForm,
        do=deeds.change_severity,
        first=lambda it: {"severity": it.severity},
    ),
    "workaround": Deed(
        title=N_("Accept a workaround"),
        about=N_(
            "The customer can live with a way around, and reads which. The severity is lowered"
            " one step."
        ),
        button=N_("Accept the workaround"),
        done=N_("The workaround is accepted, and the severity one step lower."),
        form=forms.WorkaroundForm,
        do=deeds.accept_workaround,
    ),
    "escalation": Deed(
        title=N_("Escalate the request"),
        about=N_("A manager on duty is told at once. It is no answer to the customer."),
        button=N_("Escalate the request"),
        done=N_("The request is escalated, and our managers are told."),
        form=forms.EscalateForm,
        do=deeds.escalate,
    ),
    "time": Deed(
        title=N_("Note time spent"),
        about=N_("Only staff see it."),
        button=N_("Note the time"),
        done=N_("The time is noted."),
        form=forms.TimeForm,
        do=deeds.note_time,
        when=ALWAYS,
    ),
    "known-issue": Deed(
        title=N_("Connect with a known issue"),
        about=N_("The customer is told when it is fixed. Leave it empty to undo it."),
        button=N_("Save the known issue"),
        done=N_("The known issue is saved."),
        form=forms.IssueForm,
        do=explaining.name_issue,
        first=lambda it: {"number": forms.number("KI", it.known_issue_id)},
    ),
    "incident": Deed(
        title=N_("Connect with an incident"),
        about=N_("All its requests can be answered together. Leave it empty to undo it."),
        button=N_("Save the incident"),
        done=N_("The incident is saved."),
        form=forms.IncidentForm,
        do=explaining.name_incident,
        first=lambda it: {"number": forms.number("INC", it.incident_id)},
    ),
    "link": Deed(
        title=N_("Link with another request"),
        about=N_("Both stay as they are, and each shows the other."),
        button=N_("Link the requests"),
        done=N_("The requests are linked."),
        form=other_forms.LinkForm,
        do=deeds.link,
        when=ALWAYS,
    ),
    "merger": Deed(
        title=N_("Merge into another request"),
        about=N_("This one is closed, and whoever follows it follows the other from then on."),
        button=N_("Merge and close this one"),
        done=N_("The request is merged into this one."),
        form=other_forms.MergeForm,
        do=deeds.merge,
        when=KEPT,
    ),
    "split": Deed(
        title=N_("Make two requests of it"),
        about=N_("What you choose is copied into a new request of the same customer."),
        button=N_("Open the new request"),
        done=N_("This is the new request."),
        form=chosen_forms.SplitForm,
        do=deeds.divide,
        offer=_messages,
    ),
    "copy": Deed(
        title=N_("Copy to the right customer"),
        about=N_(
            "It was opened for the wrong customer: what you choose is opened for the right one, and"
            " this request is closed as canceled: nobody is asked how the help was. Neither"
            " customer learns of the other."
        ),
        button=N_("Copy and close this one"),
        done=N_("This request is closed. It is being opened for the right customer."),
        form=chosen_forms.CopyForm,
        do=deeds.move,
        offer=_all_messages,
    ),
    "reopening": Deed(
        title=N_("Open it again"),
        about=N_("The customer reads why."),
        button=N_("Open the request again"),
        done=N_("The request is open again."),
        form=forms.ReopenForm,
        do=deeds.reopen,
        when=frozenset({Status.SOLVED, Status.CLOSED}),
    ),
}
_GROUPS = (
    ("ownership", "status", "reopening", "severity", "workaround", "escalation", "time"),
    ("known-issue", "incident", "link", "merger", "split", "copy"),
)


def deeds_of(it: ServiceRequest) -> list[list[tuple[str, str]]]:
    """What may be done now, in groups: the noun, and what the link says."""
    groups = ([name for name in group if offered(it, name)] for group in _GROUPS)
    return [[(name, _(DEEDS[name].title)) for name in group] for group in groups if group]


def offered(it: ServiceRequest, name: str) -> bool:
    lowest = name == "workaround" and it.severity is Severity.LOW
    stands = name == "escalation" and it.escalated
    return it.status in DEEDS[name].when and not lowest and not stands
