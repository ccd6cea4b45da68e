"""Which words find a model: its name, its family, what it is in either language, part numbers."""

from collections.abc import Iterable

from portal.base.text import identifier, phrases, variants, words_of
from portal.catalogue.models import Kind
from portal.catalogue.rules import fold_name

# What people call these things, beside the synonyms that every search knows.
_CALLED = {
    Kind.WEBCAM: "webkamera kamera",
    Kind.PERSONAL_VIDEO_BAR: "video bar videolinje webkamera",
    Kind.PERSONAL_DISPLAY: "skjerm",
    Kind.VIDEO_BAR: "video bar videolinje",
    Kind.USB_VIDEO_BAR: "video bar videolinje",
    Kind.CAMERA: "kamera",
    Kind.CODEC: "kodek",
    Kind.LEGACY_CODEC: "kodek",
    Kind.TOUCH_CONTROLLER: "berøringspanel styrepanel",
    Kind.DESK_PHONE: "telefon",
    Kind.CONFERENCE_PHONE: "telefon møteromstelefon",
    Kind.LEGACY_CONFERENCE_PHONE: "telefon møteromstelefon conference phone",
    Kind.ROOM_SYSTEM: "romsystem telepresence",
    Kind.VERTICAL_SOLUTION: "bransjeløsning",
}


def words_for(name: str, family: str, kind: Kind, part_numbers: Iterable[str]) -> frozenset[str]:
    """Everything that a word of a search may be the beginning of."""
    told = [word for text in (name, family, kind, _CALLED.get(kind, "")) for word in _found(text)]
    numbers = {identifier(number).lower() for number in part_numbers}
    return frozenset({form for forms in told for form in forms} | {fold_name(name)} | numbers)


def matches(words: frozenset[str], text: str) -> bool:
    """Whether each word of the text is the beginning of one of these, or all of it together is."""
    asked = _found(text)
    whole = identifier(text).lower()
    return bool(asked) and (
        _begins(words, whole) or all(any(_begins(words, form) for form in forms) for forms in asked)
    )


def _found(text: str) -> list[set[str]]:
    """For each word of a text, all that it is found as."""
    words = words_of(text)
    return [things | variants(word) for word, things in zip(words, phrases(words), strict=True)]


def _begins(words: frozenset[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
