"""What the texts say of rights and of what is kept, read off the tables that decide them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from portal.base.access import CUSTOMER_ROLES, GRANTABLE, GRANTS
from portal.base.access import Permission as P
from portal.base.retention import TABLE
from portal.base.words import N_
from portal.web.locale import gettext, label, ngettext

DEEDS = {
    P.ACCOUNT_VIEW: N_("See the overview and the sites"),
    P.PRODUCTS_VIEW: N_("Find devices, and see whether they are covered"),
    P.REQUESTS_VIEW: N_("See service requests, with files and answers"),
    P.REPLACEMENTS_VIEW: N_("See replacements and returns, and when they arrive"),
    P.LICENSES_VIEW: N_("Find licenses, and see how many seats are in use"),
    P.DOWNLOADS_VIEW: N_("See versions and release notes, and take documents and security fixes"),
    P.DOWNLOADS_SOFTWARE: N_("Download firmware and software that the agreement covers"),
    P.EXPORT: N_("Download lists as CSV and XLSX"),
    P.PRODUCTS_CHANGE: N_("Register, import, change and move devices, and take them out of use"),
    P.REQUESTS_CHANGE: N_("Open, answer, escalate, close and reopen service requests"),
    P.REPLACEMENTS_CHANGE: N_("Ask for replacements"),
    P.EMPLOYEES_APPROVE: N_("Approve what employees without an account ask for"),
    P.LICENSES_KEYS: N_("Show and copy license keys"),
    P.LICENSES_ASSIGN: N_("Assign licenses, and take them back"),
    P.SITES_CHANGE: N_("Add and change sites"),
    P.ORGANIZATION_MANAGE: N_("Invite people, and decide what they and partners may do"),
}


def roles_table() -> str:
    """What each of a customer's roles may do, as a table in Markdown."""
    rows = [
        [gettext(words), *(_yes_or_no(permission in GRANTS[role]) for role in CUSTOMER_ROLES)]
        for permission, words in DEEDS.items()
    ]
    head = [gettext("What you can do"), *(label(role) for role in CUSTOMER_ROLES)]
    return "\n".join(map(_row, [head, ["---"] * len(head), *rows]))


def grantable_list() -> str:
    """What a customer can let a partner do, as a list in Markdown."""
    return "\n".join(f"- {gettext(words)}" for deed, words in DEEDS.items() if deed in GRANTABLE)


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data: what it is, why it is kept, and for how long, in the reader's words."""

    what: str
    why: str
    until: str


def retention_rows() -> list[Kept]:
    """What is kept for how long: the table that a job applies, in words."""
    return [
        Kept(gettext(it.what), gettext(it.why), gettext(it.until) % {"time": span(it.period)})
        for it in TABLE.values()
    ]


def retention_table() -> str:
    """The same as a table in Markdown."""
    head = [gettext("What"), gettext("Why"), gettext("How long")]
    rows = [[it.what, it.why, it.until] for it in retention_rows()]
    return "\n".join(map(_row, [head, ["---"] * len(head), *rows]))


def span(period: timedelta | None) -> str:
    """90 days, 12 months, 3 years: as people count what is that long."""
    days = period.days if period else 0
    if days >= 2 * 365:
        return ngettext("%(num)s year", "%(num)s years", days // 365)
    if days == 365:
        return ngettext("%(num)s month", "%(num)s months", 12)
    return ngettext("%(num)s day", "%(num)s days", days)


def _yes_or_no(answer: bool) -> str:
    return gettext("Yes") if answer else gettext("No")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
