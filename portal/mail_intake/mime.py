"""A mail taken apart: without recursion, and with an end to everything, whatever it says of itself.

Python's own reader keeps every line of a mail as an object, which takes a gigabyte for 36 MB of
short ones, and goes as deep as a mail does. Here parts are places in its bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from portal.mail_intake.decoding import decoded_text, decoded_words, unpacked

MOST_PARTS, DEEPEST = 200, 20
_MOST_HEADERS, _MOST_LINES, _LONGEST_VALUE = 200_000, 1_000, 20_000
_MOST_LOOKS = 20_000  # places that might be a boundary
_LONGEST_REST = 200  # of a line that is one, after it
_BLANK = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_PARAMETER = re.compile(r""";\s*([\w!#$%&'+.^`|~*-]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s"]*)""")
_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,80})", re.ASCII)


@dataclass(slots=True)
class Headers:
    lines: list[tuple[str, str]] = field(default_factory=list)
    strange: bool = False

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.lines if key == name]

    def first(self, name: str) -> str:
        return next((value for key, value in self.lines if key == name), "")

    def words(self, name: str, most: int = 1_000) -> str:
        """What people are meant to read."""
        return decoded_words(self.first(name)[:most])


@dataclass(slots=True)
class Part:
    """A leaf of a mail: where its bytes stand, and what they are said to be."""

    headers: Headers
    start: int
    end: int
    kind: str
    parameters: dict[str, str]
    within: str = ""  # the kind of what it is a part of

    @property
    def name(self) -> str:
        shown = _value(self.headers.first("content-disposition"))[1].get("filename", "")
        return decoded_words(shown or self.parameters.get("name", ""))

    @property
    def is_attached(self) -> bool:
        return self.headers.first("content-disposition").lower().strip().startswith("attachment")

    def content(self, raw: bytes, most: int | None = None) -> bytes:
        end = self.end if most is None else min(self.end, self.start + most)
        return unpacked(raw[self.start : end], self.headers.first("content-transfer-encoding"))

    def written(self, raw: bytes, most: int) -> str:
        return decoded_text(self.content(raw, most), self.parameters.get("charset", ""))


@dataclass(slots=True)
class Apart:
    headers: Headers
    kind: str
    parameters: dict[str, str]
    body: int  # where it begins
    parts: list[Part] = field(default_factory=list)
    strange: bool = False


def take_apart(raw: bytes) -> Apart:
    headers, body = _headers(raw, 0, len(raw))
    body = body if headers.lines else 0  # then it is all to be read
    kind, parameters = _kind_of(headers)
    apart = Apart(headers, kind, parameters, body, strange=headers.strange)
    looks = [_MOST_LOOKS]
    waiting = [(Part(headers, body, len(raw), kind, parameters), 0)]
    while waiting:
        part, depth = waiting.pop()
        boundary = part.parameters.get("boundary", "")
        if not part.kind.startswith("multipart/") or not boundary:
            apart.parts.append(part)
        elif depth >= DEEPEST:
            apart.strange = True
        else:
            inside = list(_inside(raw, part, boundary, looks))
            waiting += [(each, depth + 1) for each in reversed(inside)]
        if len(apart.parts) + len(waiting) > MOST_PARTS or looks[0] <= 0:
            apart.strange, waiting = True, []
    return apart


def _inside(raw: bytes, part: Part, boundary: str, looks: list[int]) -> Iterator[Part]:
    number, begun = 0, None
    for at, after, last in _boundaries(raw, part, boundary, looks):
        if begun is not None:
            yield _part(raw, begun, at, part)
            number += 1
        begun = None if last else after
        if last or number > MOST_PARTS:
            return
    if begun is not None:  # it was cut off
        yield _part(raw, begun, part.end, part)


def _boundaries(
    raw: bytes, part: Part, boundary: str, looks: list[int]
) -> Iterator[tuple[int, int, bool]]:
    """Where the text before each ends, where that after it begins, and whether it is the last."""
    mark = b"\n--" + boundary.encode("latin-1", "replace")
    for at in _places(raw, mark, part):
        looks[0] -= 1
        if looks[0] <= 0:
            return
        begun = at + len(mark)
        line_end = raw.find(b"\n", begun, min(part.end, begun + _LONGEST_REST))
        if line_end < 0:
            if part.end - begun > _LONGEST_REST:
                continue
            line_end = part.end
        rest = raw[begun:line_end].strip()
        if rest in {b"", b"--"}:
            before = at - 1 if at > part.start and raw[at - 1 : at] == b"\r" else at
            yield max(before, part.start), min(line_end + 1, part.end), rest == b"--"


def _places(raw: bytes, mark: bytes, part: Part) -> Iterator[int]:
    if raw.startswith(mark[1:], part.start, part.end):
        yield part.start - 1
    at = raw.find(mark, part.start, part.end)
    while at >= 0:
        yield at
        at = raw.find(mark, at + 1, part.end)


def _part(raw: bytes, start: int, end: int, inside: Part) -> Part:
    headers, body = _headers(raw, start, end)
    kind, parameters = _kind_of(headers, "message/rfc822" if "digest" in inside.kind else "")
    return Part(headers, body, max(body, end), kind, parameters, within=inside.kind)


def _headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The lines above, and where what follows them begins."""
    if raw[start : start + 2] == b"\r\n" or raw[start : start + 1] == b"\n":
        return Headers(), min(end, start + (2 if raw[start : start + 1] == b"\r" else 1))
    found = _BLANK.search(raw, start, end)
    stop, body = (found.start(), found.end()) if found else (end, end)
    headers = Headers(strange=stop - start > _MOST_HEADERS)
    block = _FOLD.sub(b" ", raw[start : min(stop, start + _MOST_HEADERS)])
    lines = block.split(b"\n", _MOST_LINES)
    headers.strange = headers.strange or len(lines) > _MOST_LINES
    for line in lines[:_MOST_LINES]:
        name, colon, value = line.partition(b":")
        if colon and len(name) <= 80 and not name.startswith(b"From "):
            told = decoded_text(value[:_LONGEST_VALUE].strip(), "utf-8").replace("\0", "")
            headers.lines.append((name.decode("latin-1").strip().lower(), told))
    return headers, body


def _kind_of(headers: Headers, usual: str = "") -> tuple[str, dict[str, str]]:
    kind, parameters = _value(headers.first("content-type"))
    found = _TYPE.match(kind)
    return found[1].lower() if found else usual or "text/plain", parameters


def _value(line: str) -> tuple[str, dict[str, str]]:
    """What stands before the first `;`, and the parameters after it, by RFC 2231."""
    line = line[:4_000]
    found: dict[str, list[str]] = {}
    for name, value in _PARAMETER.findall(line):
        told = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        plain, _star, _number = name.lower().partition("*")
        if name.endswith("*"):
            charset, _mark, coded = told.rpartition("'")
            told = decoded_text(unquote_to_bytes(coded), charset.partition("'")[0])
        found.setdefault(plain, []).append(told)
    return line.partition(";")[0], {name: "".join(parts) for name, parts in found.items()}
