"""Texts that are written by people in Norwegian, in English, or in both."""

from dataclasses import dataclass
from unicodedata import category


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and the language it is in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Bilingual:
    nb: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.nb or self.en)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The languages it is not written in, where it is written at all."""
        return tuple(each for each in ("nb", "en") if self and not getattr(self, each))

    def in_language(self, language: str) -> Said:
        """As somebody reads it who speaks this; in the other language where it is not written."""
        wished = "en" if language == "en" else "nb"
        other = {"nb": "en", "en": "nb"}[wished]
        here = wished if getattr(self, wished) else other
        return Said(getattr(self, here), here)


def lines_of(text: str | None) -> str:
    """What was typed in a large field: line ends as one sign, and no sign that cannot be seen."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(each for each in lines if each in "\n\t" or category(each)[0] != "C")
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip()


def line_of(text: str | None) -> str:
    """What was typed in a field of one line."""
    return " ".join(lines_of(text).split())
