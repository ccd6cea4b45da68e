"""The last days of models as a calendar that programs subscribe to, by RFC 5545: whole days."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from portal.base.references import reference
from portal.news.rules import End, Ending
from portal.web.calendars import text_of, whole
from portal.web.locale import gettext as _
from portal.web.locale import label


def calendar_file(endings: Iterable[Ending], *, site: str, today: date) -> str:
    """In the language that is being spoken. An event stays the same one by its number,
    whatever its day becomes. It is stamped with the beginning of the day, so as not to change."""
    host = urlsplit(site).hostname or "localhost"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Support portal//End of sale and service//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text_of(_('Last days of sale and service'))}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
    ]
    for it in endings:
        lines += _event(it, site=site, host=host, today=today)
    return whole([*lines, "END:VCALENDAR"])


def tag_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _event(it: Ending, *, site: str, host: str, today: date) -> list[str]:
    number = reference("M", it.model.id)
    url = f"{site}/downloads/{number}"
    if it.end is End.SERVICE:
        about = _("From the day after there are no new versions, and it cannot be covered.")
    else:
        about = _("From the day after it is no longer sold. It is serviced as before.")
    called = f"{it.model.name}: {label(it.end)}"
    told = f"{about}\n\n{url}"
    return [
        "BEGIN:VEVENT",
        f"UID:{number}-{it.end.value}@{host}",
        f"DTSTAMP:{_day(today)}T000000Z",
        f"DTSTART;VALUE=DATE:{_day(it.day)}",
        f"DTEND;VALUE=DATE:{_day(it.day + timedelta(days=1))}",
        f"SUMMARY:{text_of(called)}",
        f"DESCRIPTION:{text_of(told)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")
