"""Which words find a model: its name, its family, what it is in either language, part numbers."""

import re
from collections.abc import Iterable

from portal.catalogue.models import Kind
from portal.catalogue.rules import fold_name, fold_part_number

# What people call these things. A model called «Group 310» is found by «kodek» all the same.
_CALLED = {
    Kind.HEADSET: "headset hodesett hovudsett",
    Kind.SPEAKERPHONE: "speakerphone høyttalertelefon høyttaler",
    Kind.WEBCAM: "webcam webkamera kamera",
    Kind.PERSONAL_VIDEO_BAR: "personal video bar videobar videolinje webkamera",
    Kind.PERSONAL_DISPLAY: "personal display skjerm",
    Kind.VIDEO_BAR: "video bar videobar videolinje",
    Kind.USB_VIDEO_BAR: "usb video bar videobar videolinje",
    Kind.CAMERA: "camera kamera",
    Kind.CODEC: "codec kodek",
    Kind.LEGACY_CODEC: "codec kodek",
    Kind.TOUCH_CONTROLLER: "touch controller berøringspanel styrepanel",
    Kind.DESK_PHONE: "desk phone bordtelefon telefon",
    Kind.CONFERENCE_PHONE: "conference phone konferansetelefon møteromstelefon telefon",
    Kind.LEGACY_CONFERENCE_PHONE: "conference phone konferansetelefon møteromstelefon telefon",
    Kind.ROOM_SYSTEM: "room system romsystem telepresence",
    Kind.VERTICAL_SOLUTION: "vertical solution bransjeløsning",
    Kind.OTHER: "",
}


def words_for(name: str, family: str, kind: Kind, part_numbers: Iterable[str]) -> frozenset[str]:
    """Everything that a word of a search may be the beginning of."""
    told = _words_of(" ".join([name, family, _CALLED[kind]]))
    folded = {fold_part_number(number).lower() for number in part_numbers}
    return frozenset({*told, fold_name(name), *folded})


def matches(words: frozenset[str], text: str) -> bool:
    """Whether each word of the text is the beginning of one of these, or all of it together is."""
    asked = _words_of(text)
    whole = "".join(asked)
    return bool(asked) and (_begins(words, whole) or all(_begins(words, word) for word in asked))


def _begins(words: frozenset[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+\+?", text.casefold())
