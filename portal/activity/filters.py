"""What the log is narrowed to, as its address says: `?q=siri&side=partner&since=2026-11-01`."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.activity.queries import FIRST, LAST, Filters, Side
from portal.base.days import read_day
from portal.base.history import What
from portal.web.formats import short_date
from portal.web.locale import gettext as _
from portal.web.locale import label

LONGEST = 80  # characters of a name


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""
    typed = {name: arguments.get(name, "").strip()[:LONGEST] for name in ("since", "until")}
    days = {name: _day(text) for name, text in typed.items()}
    return Filters(
        who=arguments.get("q", "").strip()[:LONGEST],
        what=_member(What, arguments.get("what", "")),
        side=_member(Side, arguments.get("side", "")),
        since=days["since"],
        until=days["until"],
        no_days={name: text for name, text in typed.items() if text and not days[name]},
    )


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    day = read_day(text)
    return day if day and FIRST <= day < LAST else None


def chips_of(filters: Filters, path: str) -> list[dict[str, str]]:
    """What the log is narrowed to, each with the address of the log without it."""
    words = {
        "q": _("Name: %(name)s", name=filters.who) if filters.who else "",
        "what": label(filters.what) if filters.what else "",
        "side": label(filters.side) if filters.side else "",
        "since": _("From %(day)s", day=short_date(filters.since)) if filters.since else "",
        "until": _("To %(day)s", day=short_date(filters.until)) if filters.until else "",
    }
    found = [(text, filters.address(**{key: ""})) for key, text in words.items() if text]
    return [{"label": text, "href": f"{path}?{query}" if query else path} for text, query in found]
