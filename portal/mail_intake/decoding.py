"""Bytes of a mail as letters and files: by what it says of them, and else as well as can be."""

import binascii
import codecs
import re

_WORD = re.compile(r"=\?([\w.:+*-]{1,60})\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
# Of Python's codecs some unpack, run without end or are no writing at all: these are letters.
_KNOWN = re.compile(
    r"utf_?(8|8_sig|16|16_le|16_be|32|32_le|32_be)|ascii|latin_?1|iso8859_\d+|cp(125\d|437|850|865"
    r"|866|932|949|950)|koi8_[ru]|mac_(roman|iceland)|big5|gb(2312|k|18030)|euc_(jp|kr)"
    r"|shift_jis|iso2022_(jp|kr)"
)


def decoded_text(content: bytes, charset: str) -> str:
    """Letters, whatever they claim to be: as said, else UTF-8, else as Windows writes them."""
    for each in (_known(charset), "utf-8", "cp1252"):
        if each:
            try:
                return content.decode(each)
            except (UnicodeError, ValueError):
                continue
    return content.decode("latin-1")


def decoded_words(text: str) -> str:
    """A header with its `=?utf-8?q?…?=` as the letters they stand for."""
    return _WORD.sub(_word, _BETWEEN.sub(r"\1\2", text)).replace("\0", "")


def unpacked(content: bytes, how: str) -> bytes:
    how = how.strip().lower()
    if how == "base64":
        return _from_base64(content)
    if how == "quoted-printable":
        return binascii.a2b_qp(content)
    return content


def _from_base64(content: bytes) -> bytes:
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        plain = _NOT_BASE64.sub(b"", content)
        plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))


def _word(found: re.Match[str]) -> str:
    charset, how, coded = found.groups()
    content = coded.encode("ascii", "replace")
    plain = _from_base64(content) if how in "bB" else binascii.a2b_qp(content, header=True)
    return decoded_text(plain, charset.partition("*")[0])


def _known(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip()[:40]).name.replace("-", "_")
    except (LookupError, ValueError):
        return ""
    return name if _KNOWN.fullmatch(name) else ""
