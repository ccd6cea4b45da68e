"""What the texts say of rights, read off the tables that decide them."""

from collections.abc import Iterable

from portal.base.access import CUSTOMER_ROLES, GRANTABLE, GRANTS
from portal.base.access import Permission as P
from portal.base.words import N_
from portal.web.locale import gettext, label

DEEDS = {
    P.ACCOUNT_VIEW: N_("See the overview and the sites"),
    P.PRODUCTS_VIEW: N_("Find devices, and see whether they are covered"),
    P.EXPORT: N_("Download lists as CSV and XLSX"),
    P.PRODUCTS_CHANGE: N_("Register, import, change and move devices, and take them out of use"),
    P.SITES_CHANGE: N_("Add and change sites"),
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


def _yes_or_no(answer: bool) -> str:
    return gettext("Yes") if answer else gettext("No")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
