"""The kinds of files people send to support, and how each begins, whatever its name says.

What a browser or a computer would run is not among them, and neither is anything that begins like
it: web pages, pictures that hold scripts (SVG), programs, scripts.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

HEAD = 4096  # bytes from the beginning that are looked at

# What a program would be called. They are named for the sentence only: no other kind is taken.
_RUN = """
    apk app appx bat cmd com cpl dll docm dmg dotm exe hta htm html iso jar jnlp js jse lnk mhtml
    mjs msc msi msix php pif pkg potm ppsm pptm ps1 psm1 py reg scr sh shtml svg svgz swf sys url
    vb vbe vbs wsf wsh xht xhtml xll xlsm xltm
"""
ACTIVE = frozenset(_RUN.split())
_MARKUP = re.compile(
    r"(?:\s|<!--.*?-->|<\?xml\s[^>]*>)*"
    r"<(?:!doctype\s+(?:html|svg)|\?xml-stylesheet|(?:\w+:)?(?:html|svg)|head|body|script|iframe"
    r"|style|title|meta|link|object|embed|form|img|table|div|a)\b",
    re.DOTALL | re.IGNORECASE,
)
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Kind:
    """`inside` says how it is looked into beyond its beginning: zip, office, gzip."""

    media_type: str
    fits: Callable[[bytes], bool]
    inside: str = ""

    @property
    def is_text(self) -> bool:
        return self.fits is is_text


def ending_of(name: str) -> str:
    """`zip` of `Logger.ZIP`: what a computer would make of it, however it is written."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(letter for letter in plain if letter.isprintable()).strip(". ")
    return seen.rpartition(".")[2].strip() if "." in seen else ""


def kind_of(ending: str) -> Kind:
    return _KINDS[ending]


def begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def holds(mark: bytes, at: int) -> Callable[[bytes], bool]:
    return lambda head: head[at : at + len(mark)] == mark


def is_text(head: bytes) -> bool:
    """Letters in one of the usual ways to write them, and no page or script."""
    return (text := _text_of(head)) is not None and not is_runnable(text)


def is_markup(head: bytes) -> bool:
    """Whether a text is refused because a browser or a computer would do something with it."""
    return (text := _text_of(head)) is not None and is_runnable(text)


def is_runnable(text: str) -> bool:
    return text.startswith("#!") or _MARKUP.match(text) is not None


def _text_of(head: bytes) -> str | None:
    if wide := _UTF_16.get(head[:2]):
        text = head[2:].decode(wide, "replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return None if "\0" in text else text


def _is_picture_of(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and any(it in head[8:64] for it in brands)


def _is_film(head: bytes) -> bool:
    return head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head[:1024] and not _MARKUP.match(head[:1024].decode("latin-1"))


def _is_riff(what: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == what


_ZIP = begins(b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PCAP = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
_KINDS: dict[str, Kind] = {
    "jpg": Kind("image/jpeg", begins(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", begins(b"\xff\xd8\xff")),
    "png": Kind("image/png", begins(b"\x89PNG\r\n\x1a\n")),
    "gif": Kind("image/gif", begins(b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", _is_riff(b"WEBP")),
    "heic": Kind("image/heic", _is_picture_of(b"heic", b"heix", b"heif", b"mif1", b"msf1")),
    "heif": Kind("image/heif", _is_picture_of(b"heic", b"heix", b"heif", b"mif1", b"msf1")),
    "pdf": Kind("application/pdf", _is_pdf),
    "csv": Kind("text/csv", is_text),
    "json": Kind("application/json", is_text),
    "xml": Kind("text/plain", is_text),  # as XML it could bring a style sheet, and with it a script
    "eml": Kind("message/rfc822", is_text),
    **{
        ending: Kind("text/plain", is_text)
        for ending in ("txt", "log", "tsv", "cfg", "conf", "ini", "yaml", "yml", "md")
    },
    "msg": Kind("application/vnd.ms-outlook", begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    "docx": Kind(f"{_OFFICE}wordprocessingml.document", _ZIP, "office"),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", _ZIP, "office"),
    "pptx": Kind(f"{_OFFICE}presentationml.presentation", _ZIP, "office"),
    "zip": Kind("application/zip", _ZIP, "zip"),
    "7z": Kind("application/x-7z-compressed", begins(b"7z\xbc\xaf\x27\x1c")),
    "gz": Kind("application/gzip", begins(b"\x1f\x8b\x08"), "gzip"),
    "tgz": Kind("application/gzip", begins(b"\x1f\x8b\x08"), "gzip"),
    "tar": Kind("application/x-tar", holds(b"ustar", 257)),
    "pcap": Kind("application/vnd.tcpdump.pcap", begins(*_PCAP)),
    "pcapng": Kind("application/octet-stream", begins(b"\x0a\x0d\x0d\x0a")),
    "mp4": Kind("video/mp4", _is_film),
    "m4v": Kind("video/mp4", _is_film),
    "mov": Kind("video/quicktime", _is_film),
    "webm": Kind("video/webm", begins(b"\x1a\x45\xdf\xa3")),
    "m4a": Kind("audio/mp4", _is_film),
    "mp3": Kind("audio/mpeg", begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "wav": Kind("audio/wav", _is_riff(b"WAVE")),
}
ENDINGS = frozenset(_KINDS)
