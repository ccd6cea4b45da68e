"""Who is called what, in the memory of each process: to find what people have to do with.

No name leaves it, and none is kept anywhere else for it: whoever is renamed, or a former user, is
found by what they were called no more.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.base.held import Held
from portal.base.text import loose_key, words_of

MOST = 20  # people that one search stands for
_SHORTEST = 2  # letters by which a name is begun


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, without a name: `accounts` are those of a customer's people."""

    id: int
    staff: bool
    partner: bool
    accounts: frozenset[int]

    def met_in(self, accounts: frozenset[int] | None) -> bool:
        """Whether whoever reads these accounts, or all, may come upon them there."""
        return accounts is None or self.staff or self.partner or bool(self.accounts & accounts)


class Names:
    """Everybody's names, word by word as loosely spelled, in the order of the alphabet."""

    def __init__(self, named: Iterable[tuple[str, Person]]) -> None:
        self._people: dict[int, Person] = {}
        words: set[tuple[str, int]] = set()
        for name, person in named:
            self._people[person.id] = person
            words |= {(loose_key(word), person.id) for word in words_of(name)}
        self._words = sorted(words)

    def meant(
        self, words: Sequence[str], accounts: frozenset[int] | None
    ) -> dict[str, list[Person]]:
        """For each of the words the people who may be called so: of many those whom most of the
        words tell, staff first, and of alike the newest."""
        found = {word: self._beginning(loose_key(word)) for word in words if len(word) >= _SHORTEST}
        told = Counter(person_id for ids in found.values() for person_id in ids)
        people = [it for it in map(self._people.__getitem__, told) if it.met_in(accounts)]
        people.sort(key=lambda it: (-told[it.id], not it.staff, it.partner, -it.id))
        few = people[:MOST]
        return {word: [it for it in few if it.id in ids] for word, ids in found.items()}

    def _beginning(self, key: str) -> set[int]:
        if not key:
            return set()
        start = bisect_left(self._words, (key, 0))
        end = bisect_left(self._words, (f"{key}{chr(0x10FFFF)}", 0))
        return {person_id for _word, person_id in self._words[start:end]}


def _read(session: Session) -> Names:
    columns = User.id, User.name_fold, User.staff_role, User.partner_id, Membership.account_id
    rows = session.execute(select(*columns).outerjoin(User.memberships)).all()
    accounts: dict[int, set[int]] = {}
    for it in rows:
        accounts.setdefault(it.id, set()).update({it.account_id} - {None})
    return Names(
        (it.name_fold, Person(it.id, bool(it.staff_role), bool(it.partner_id), frozenset(mine)))
        for it in rows
        if (mine := accounts.pop(it.id, None)) is not None
    )


def _names_others(record: object) -> bool:
    """Nearly every change of a person is none of the name, such as that they signed in."""
    state = inspect(record, raiseerr=True)
    return not state.persistent or (
        isinstance(record, User) and state.attrs.name.history.has_changes()
    )


NAMES = Held("names", _read, User, Membership, matters=_names_others)
