"""What is typed in the search, and how close to it something is called."""

from portal.base.text import loose_key, strict_key, variants, words_of

LONGEST = 200  # characters of a search
MOST = 5  # of each kind that are shown; lists have the rest
LOOKED_AT = 12  # of each kind, among which the closest are shown
COUNTED = 99  # of each kind; beyond, there are more
SHORTEST_END = 6  # the last signs of a number by which a device is known, where it is the only one


def read_text(typed: str) -> str:
    """One line, whatever was pasted, and as much of it as anybody types."""
    seen = "".join(each if each.isprintable() else " " for each in typed[: LONGEST * 4])
    return " ".join(seen.split())[:LONGEST].strip()


def distance(text: str, label: str) -> int:
    """How far a label is from a text: 0 with all its words, then words that begin so, then those
    without their letters, then of the same stem, and last whatever else it was found by."""
    asked, told = words_of(text), words_of(label)
    strict = {strict_key(word) for word in told}
    if all(strict_key(word) in strict for word in asked):
        return 0
    if _begin(map(strict_key, asked), strict):
        return 1
    if _begin(map(loose_key, asked), {loose_key(word) for word in told}):
        return 2
    known = frozenset().union(*map(variants, told))
    return 3 if all(variants(word) & known for word in asked) else 4


def _begin(asked: "map[str]", told: set[str]) -> bool:
    return all(any(word.startswith(each) for word in told) for each in asked)
