"""A call as a file that every calendar reads, by RFC 5545. What people wrote stays text."""

from dataclasses import dataclass
from datetime import UTC, datetime

from portal.web.calendars import text_of, whole

_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Call:
    uid: str
    title: str
    text: str
    url: str
    begins_at: datetime
    ends_at: datetime
    noted_at: datetime


def calendar_file(call: Call) -> str:
    said = f"{call.text}\n\n{call.url}".strip()
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Support portal//Joint calls//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{text_of(call.uid)}",
        f"DTSTAMP:{_stamp(call.noted_at)}",
        f"DTSTART:{_stamp(call.begins_at)}",
        f"DTEND:{_stamp(call.ends_at)}",
        f"SUMMARY:{text_of(call.title)}",
        f"DESCRIPTION:{text_of(said)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return whole(lines)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)
