"""Which words find a model: its name, its family, what it is in either language, part numbers."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import islice

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
    told = [word for text in (name, family, kind, _CALLED.get(kind, "")) for word in forms_of(text)]
    numbers = {identifier(number).lower() for number in part_numbers}
    return frozenset({form for forms in told for form in forms} | {fold_name(name)} | numbers)


class Words:
    """The words of all models in order, so that what begins like one is found without a walk."""

    def __init__(self, words: Mapping[int, frozenset[str]]) -> None:
        self._models: dict[str, set[int]] = {}
        for model_id, of_it in words.items():
            for word in of_it:
                self._models.setdefault(word, set()).add(model_id)
        self._sorted = sorted(self._models)

    def matching(self, text: str) -> set[int]:
        """The models with words that begin like each word of the text, or like all of it."""
        asked = [set().union(*map(self._beginning, forms)) for forms in forms_of(text)]
        if not asked:
            return set()
        return set.intersection(*asked) | self._beginning(identifier(text).lower())

    def _beginning(self, beginning: str) -> set[int]:
        found: set[int] = set()
        for word in islice(self._sorted, bisect_left(self._sorted, beginning), None):
            if not word.startswith(beginning):
                break
            found |= self._models[word]
        return found


def forms_of(text: str) -> list[set[str]]:
    """For each word of a text, all that it is found as."""
    words = words_of(text)
    return [things | variants(word) for word, things in zip(words, phrases(words), strict=True)]
