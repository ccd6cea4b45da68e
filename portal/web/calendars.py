"""The lines that files of calendars are made of, by RFC 5545."""

from collections.abc import Iterable

_LINE = 75  # bytes, after which a line is folded


def whole(lines: Iterable[str]) -> str:
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def text_of(value: str) -> str:
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
