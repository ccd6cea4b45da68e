"""The words of each language, as people edit them: there is nothing to compile."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parents[2] / "translations"


@cache
def own(language: str) -> frozenset[str]:
    """The messages that a language says by itself."""
    return frozenset(_messages(language))


def _messages(language: str) -> Iterator[str]:
    with _file(language).open("rb") as file:
        for message in read_po(file, language):
            if message.id and message.string:
                yield message.id if isinstance(message.id, str) else message.id[0]


def _file(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> Translations:
    compiled = BytesIO()
    with _file(language).open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    read = Translations(compiled)
    if language == "nn":
        read.add_fallback(catalogue("nb"))  # string by string, as nynorsk is caught up
    return read
