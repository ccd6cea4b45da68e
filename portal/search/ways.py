"""What the groups of a search are called, and the lists that have the rest of each."""

from urllib.parse import urlencode

from portal.base.words import N_
from portal.search import records
from portal.search.lines import Way
from portal.search.sight import Sight
from portal.web.locale import gettext as _

_TITLES = {
    "deeds": N_("What you can do"),
    records.REQUEST: N_("Service requests"),
    records.DEVICE: N_("Devices"),
    records.REPLACEMENT: N_("Replacements"),
    records.LICENSE: N_("Licenses"),
    "models": N_("Models"),
    "downloads": N_("Downloads"),
    "issues": N_("Known issues"),
    records.PERSON: N_("Users"),
    records.COLLEAGUE: N_("Staff"),
    records.CUSTOMER: N_("Customers"),
    "help": N_("Help"),
    "pages": N_("Pages"),
}
_Lists = dict[str, tuple[tuple[str, str, dict[str, str]], ...]]
_HERE: _Lists = {
    records.REQUEST: (
        (N_("Search in the open requests"), "/service-requests", {}),
        (N_("Search in the closed requests"), "/service-requests", {"view": "closed"}),
    ),
    records.DEVICE: ((N_("Search in all devices"), "/products", {}),),
    records.REPLACEMENT: (
        (N_("Search in the ongoing replacements"), "/replacements", {}),
        (N_("Search in the finished replacements"), "/replacements", {"view": "closed"}),
    ),
    records.LICENSE: ((N_("Search in all licenses"), "/licenses", {}),),
    "models": ((N_("Search in all downloads"), "/downloads", {}),),
    "downloads": ((N_("Search in all downloads"), "/downloads", {}),),
    "issues": ((N_("Search in the known issues"), "/known-issues", {"models": "all"}),),
    records.PERSON: ((N_("Search in all users"), "/organization/users", {}),),
}
_AT_DESK: _Lists = {
    records.REQUEST: ((N_("Search in the open requests"), "/desk", {}),),
    records.REPLACEMENT: ((N_("Search in all replacements"), "/desk/logistics", {}),),
    "issues": ((N_("Search in the known issues"), "/desk/known-issues", {}),),
    records.COLLEAGUE: ((N_("Search in all staff"), "/desk/staff", {}),),
    records.CUSTOMER: ((N_("Search in all customers"), "/desk/accounts", {}),),
}

_OF_CUSTOMERS: _Lists = {records.CUSTOMER: ((N_("Search in all customers"), "/partner", {}),)}


def titled(name: str, text: str, sight: Sight | None) -> tuple[str, list[Way]]:
    """The name of a group in the reader's language, and where the rest of it is."""
    lists = () if sight is None else _lists(sight).get(name, ())
    ways = [
        Way(_(words), f"{path}?{urlencode({'q': text, **more})}") for words, path, more in lists
    ]
    return _(_TITLES[name]), ways


def _lists(sight: Sight) -> _Lists:
    if sight.across:
        return _AT_DESK if sight.desk else _OF_CUSTOMERS
    return _HERE
