"""A call as a file that every calendar reads, by RFC 5545. What people wrote stays text."""

from dataclasses import dataclass
from datetime import UTC, datetime

_LINE = 75  # bytes, after which a line is folded
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
        f"UID:{_text(call.uid)}",
        f"DTSTAMP:{_stamp(call.noted_at)}",
        f"DTSTART:{_stamp(call.begins_at)}",
        f"DTEND:{_stamp(call.ends_at)}",
        f"SUMMARY:{_text(call.title)}",
        f"DESCRIPTION:{_text(said)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)


def _text(value: str) -> str:
    """What is a sign of the format is escaped, and what no line can hold is left out."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(each for each in value if each == "\n" or each.isprintable())
    kept = kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return kept.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Cut between signs, never within the bytes of one."""
    parts, size = [""], 0
    for sign in line:
        length = len(sign.encode("utf-8", "replace"))
        if size + length > _LINE:
            parts.append(" ")
            size = 1
        parts[-1] += sign
        size += length
    return "\r\n".join(parts)
