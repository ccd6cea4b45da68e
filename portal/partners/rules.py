"""What a customer may let a partner do, in plain words, and which of it rests on what."""

from collections.abc import Iterable
from datetime import date, timedelta

from portal.base.access import GRANTABLE, Permission
from portal.base.words import N_, Refused

REMINDED = timedelta(days=14)  # how long before its end people are reminded of a grant
LONGEST_MESSAGE = 500
UNANSWERED = timedelta(days=30)  # how long a partner's request waits
P = Permission
# In the order in which they are shown.
DEEDS = {
    P.ACCOUNT_VIEW: N_("See the overview"),
    P.PRODUCTS_VIEW: N_("See devices and coverage"),
    P.PRODUCTS_CHANGE: N_("Register and change devices"),
    P.REQUESTS_VIEW: N_("See service requests"),
    P.REQUESTS_CHANGE: N_("Open and answer service requests"),
    P.REPLACEMENTS_VIEW: N_("See replacements and returns"),
    P.REPLACEMENTS_CHANGE: N_("Ask for replacements"),
    P.EMPLOYEES_APPROVE: N_("Approve employees' replacements"),
    P.LICENSES_VIEW: N_("See licenses"),
    P.LICENSES_KEYS: N_("Show and copy license keys"),
    P.LICENSES_ASSIGN: N_("Assign licenses"),
    P.DOWNLOADS_VIEW: N_("See downloads, and take documents"),
    P.DOWNLOADS_SOFTWARE: N_("Download firmware and software"),
    P.EXPORT: N_("Download lists"),
}
HINTS = {
    P.ACCOUNT_VIEW: N_("What you have, what waits to be done, and what happened last."),
    P.PRODUCTS_VIEW: N_("Each device with its place and history, and what is covered until when."),
    P.PRODUCTS_CHANGE: N_("One by one or from a list; move them, and take them out of use."),
    P.REQUESTS_VIEW: N_("What your people ask support about, with files and answers."),
    P.REQUESTS_CHANGE: N_("On your behalf: write, escalate, close, and open again."),
    P.REPLACEMENTS_VIEW: N_("What is on its way to you, what you send back, and by when."),
    P.REPLACEMENTS_CHANGE: N_("On your behalf, to an address of yours or another one."),
    P.EMPLOYEES_APPROVE: N_("What your employees without an account ask for."),
    P.LICENSES_VIEW: N_("What you have, until when, and who uses it. Keys are hidden."),
    P.LICENSES_KEYS: N_("Each time it is noted who saw which key."),
    P.LICENSES_ASSIGN: N_("To sites, rooms, devices and people; and take them back."),
    P.DOWNLOADS_VIEW: N_("Which versions you run, and what there is for your models."),
    P.DOWNLOADS_SOFTWARE: N_("What your agreement covers. It is noted who took what."),
    P.EXPORT: N_("As files for spreadsheets, with all they may see."),
}
# Where the partner itself is told, who asks for it.
ASKED_HINTS = HINTS | {
    P.ACCOUNT_VIEW: N_("What the customer has, what waits to be done, and what happened last."),
    P.REPLACEMENTS_VIEW: N_("What is on its way to the customer, and what it sends back by when."),
    P.EMPLOYEES_APPROVE: N_("What the customer's employees without an account ask for."),
    P.LICENSES_VIEW: N_("What the customer has, until when, and who uses it. Keys are hidden."),
    P.DOWNLOADS_VIEW: N_("Which versions the customer runs, and what there is for its models."),
    P.DOWNLOADS_SOFTWARE: N_("What the customer's agreement covers. It is noted who took what."),
    P.EXPORT: N_("As files for spreadsheets, with all you may see."),
}
# What makes no sense without the other.
NEEDS = {
    P.PRODUCTS_VIEW: {P.ACCOUNT_VIEW},
    P.PRODUCTS_CHANGE: {P.PRODUCTS_VIEW},
    P.REQUESTS_VIEW: {P.ACCOUNT_VIEW},
    P.REQUESTS_CHANGE: {P.REQUESTS_VIEW},
    P.REPLACEMENTS_VIEW: {P.ACCOUNT_VIEW},
    P.REPLACEMENTS_CHANGE: {P.REPLACEMENTS_VIEW, P.PRODUCTS_VIEW},
    P.EMPLOYEES_APPROVE: {P.REPLACEMENTS_VIEW},
    P.LICENSES_VIEW: {P.ACCOUNT_VIEW},
    P.LICENSES_KEYS: {P.LICENSES_VIEW},
    P.LICENSES_ASSIGN: {P.LICENSES_VIEW, P.PRODUCTS_VIEW},
    P.DOWNLOADS_VIEW: {P.ACCOUNT_VIEW},
    P.DOWNLOADS_SOFTWARE: {P.DOWNLOADS_VIEW},
    P.EXPORT: {P.PRODUCTS_VIEW},
}


def whole(chosen: Iterable[str]) -> list[Permission]:
    """What was chosen together with what it rests on; refused when it is nothing to grant."""
    found: set[Permission] = set()
    waiting = [P(name) for name in chosen if name in set(P)]
    while waiting:
        permission = waiting.pop()
        if permission not in GRANTABLE:
            raise Refused(N_("A partner cannot be given this."), field="permissions")
        if permission not in found:
            found.add(permission)
            waiting += NEEDS.get(permission, ())
    if not found:
        raise Refused(N_("Choose at least one thing."), field="permissions")
    return sorted(found)


def until(last_day: date | None, today: date) -> date | None:
    if last_day and last_day < today:
        raise Refused(
            N_("The last day is over already. Choose today or a later day."), field="last_day"
        )
    return last_day


def deeds_of(permissions: Iterable[str]) -> list[str]:
    """The words for what may be done, in their order."""
    held = set(permissions)
    return [words for permission, words in DEEDS.items() if permission in held]
