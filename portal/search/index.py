"""What the search index knows: the newest of each kind, and of those the closest first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from portal.base.search import Kind, Query, find_each, of_accounts, query_of, strictly
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.licenses.sealing import KeyRing
from portal.products.indexing import COUNTED as BY_COUNT
from portal.search.rules import COUNTED, LOOKED_AT, MOST
from portal.search.sight import Sight
from portal.service_requests.search import meaning
from portal.spare_parts.parts import spare_parts

_DEVICES = {Kind.PRODUCT: BY_COUNT}  # not the lines of so many, which have no number


@dataclass(frozen=True, slots=True)
class Indexed:
    """By kind, what was found: those with the very words first, then the newest."""

    ids: Mapping[Kind, list[int]]
    typed: frozenset[tuple[Kind, int]] = frozenset()  # those that have the very words

    def of(self, kind: Kind) -> list[int]:
        return self.ids.get(kind, [])

    def looked_at(self, kind: Kind) -> list[int]:
        return self.of(kind)[:LOOKED_AT]


def look_up(
    session: ScopedSession, text: str, sight: Sight, catalogue: Catalogue, ring: KeyRing
) -> Indexed:
    """All kinds in one statement; and where there is more than is shown, once more by the very
    words, which come first: however many are newer that only have their stem, or begin so."""
    query = query_of(text, _meaning(session, text, sight, catalogue, ring))
    queries = {kind: _granted(query, kind, sight) for kind in sorted(sight.kinds)}
    found = find_each(session, queries, below=_DEVICES, limit=COUNTED + 1)
    words = strictly(query)
    crowded = [kind for kind, ids in found.items() if len(ids) > MOST]
    if not crowded or words == query:
        return Indexed(found)
    queries = {kind: _granted(words, kind, sight) for kind in crowded}
    typed = find_each(session, queries, below=_DEVICES, limit=LOOKED_AT)
    together = {kind: _first(typed.get(kind, []), ids) for kind, ids in found.items()}
    return Indexed(together, frozenset((kind, it) for kind, ids in typed.items() for it in ids))


def _granted(query: Query, kind: Kind, sight: Sight) -> Query:
    return query if sight.granted is None else of_accounts(query, kind, sight.granted[kind])


def _first(ids: list[int], all_: list[int]) -> list[int]:
    early = set(ids)
    return [*ids, *(it for it in all_ if it not in early)][: max(len(all_), len(ids))]


def _meaning(
    session: ScopedSession, text: str, sight: Sight, catalogue: Catalogue, ring: KeyRing
) -> Callable[[str], Iterator[str]]:
    """What a word stands for besides, in whichever kind of thing: a mark that another kind has not
    finds nothing there."""
    common = meaning(session, text, catalogue)
    parts = spare_parts(session).values() if Kind.REPLACEMENT in sight.kinds else ()
    account_id = sight.account_id if Kind.LICENSE in sight.kinds else None

    def marks(word: str) -> Iterator[str]:
        yield from common(word)
        yield from (f"q{it.id}" for it in parts if it.found_by(word))
        if account_id is not None:
            yield from ring.marks_for(account_id, word, parts=sight.keys)

    return marks
