"""Finding licenses by key, product, order, and by where their seats are if all of that is seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.base.references import read_reference
from portal.base.search import Kind, Query, find, hits, query_of
from portal.base.tenancy import ScopedSession
from portal.licenses.rules import PREFIX
from portal.licenses.sealing import KeyRing

LARGEST = 2**31 - 1  # what a column of ids holds
ENOUGH = 1_000  # found; beyond, only as much as a page shows is asked for


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. With `many`, only as much as this page needs."""

    ids: list[int]
    many: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: every word matches, or it is the one license with this number.

    A key is found as a whole, however it is grouped, and by its last four signs, which everybody
    sees. With `parts` also by its groups and by more of its last signs: whoever may not see the key
    would learn it sign by sign.
    """

    query: Query
    number: int  # of the license, where the text may be one; else 0
    alone: bool  # whether it can be nothing else: digits alone may as well be an order, or a key
    account_id: int

    @classmethod
    def of(cls, ring: KeyRing, text: str, *, account_id: int, parts: bool) -> "Search":
        number = min(read_reference(PREFIX, text) or 0, LARGEST)
        alone = bool(number) and text[:1].upper() == PREFIX
        query = query_of(text, lambda word: ring.marks_for(account_id, word, parts=parts))
        return cls(query, number, alone, account_id)

    def look_up(self, session: ScopedSession, *, after: int | None, size: int) -> Found:
        """All that it finds; of many, as much as a page needs from below the license `after`."""
        if self.alone:
            return Found([self.number], many=False)
        found = hits(
            session, self._kind(session), self.query, before=after, newest=size, cap=ENOUGH
        )
        return self._with_number(found.ids, many=found.many)

    def newest(self, session: ScopedSession) -> Found:
        """The newest of what it finds, to be narrowed further or put in another order."""
        if self.alone:
            return Found([self.number], many=False)
        ids = find(session, self._kind(session), self.query, limit=ENOUGH + 1)
        return self._with_number(ids, many=len(ids) > ENOUGH)

    def batches(self, session: ScopedSession) -> Iterator[list[int]]:
        """Everything that it finds, the newest first, in parts of so many ids."""
        if self.number:
            yield [self.number]
        last = None
        while not self.alone and (
            ids := find(session, self._kind(session), self.query, before=last, limit=ENOUGH)
        ):
            yield [each for each in ids if each != self.number]
            last = ids[-1]

    def _kind(self, session: ScopedSession) -> Kind:
        """Whoever sees chosen sites of the account has entries that tell of none."""
        limits = session.scope.limits
        narrowed = limits is not None and self.account_id in limits.at_sites
        return Kind.LICENSE_ITSELF if narrowed else Kind.LICENSE

    def _with_number(self, ids: list[int], *, many: bool) -> Found:
        return Found([self.number, *ids] if self.number and not many else ids, many)
