"""The search index: one table for every kind of thing, written in the transaction of the thing.

An entry's id is made of the record's, so that newest first is by id, and a page of results is
found without looking anything up. Results are not ranked: to rank a word that a third of all
entries have takes half a second on any database, and newest first is what lists show anyway.

Entries are no mapped class, because the two databases reach them differently. So the scope, which
nobody else may pass by, is added here: to reads as tokens, to writes row by row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import ModuleType

from sqlalchemy import Connection, delete, select

from portal.base import search_postgres, search_sqlite
from portal.base.search_kinds import Kind
from portal.base.search_query import Clause, Query, Tokens, inside, query_of, tokens_of
from portal.base.search_scope import seen, within, writes
from portal.base.search_table import KINDS, TOP, Row, search_entry
from portal.base.tenancy import OutOfScope, ScopedSession, vetting

__all__ = ["Hits", "Kind", "Query", "Tokens", "inside", "query_of", "tokens_of"]

_CHUNK = 5000


NOTHING = Tokens(frozenset(), "")
Entries = Iterable[tuple[int, int, Tokens]]
_LOOSE = frozenset("wjh")  # tokens of words that are like the one that was typed
_SAID = frozenset("wjhtep")  # tokens of what was said, and of who did; others are marks of now


def install(connection: Connection) -> None:
    """What the table needs beside itself to be searched."""
    _dialect(connection).install(connection)


def renew(connection: Connection) -> None:
    """Put what is installed beside the table in step with this version of the portal."""
    _dialect(connection).renew(connection)


def remove(connection: Connection) -> None:
    _dialect(connection).remove(connection)


def index(session: ScopedSession, kind: Kind, entries: Entries) -> None:
    """Let records be found by these tokens and no others: (record id, account id, tokens)."""
    entries = iter(entries)
    connection = session.connection()
    while chunk := list(islice(entries, _CHUNK)):
        rows: list[Row] = []
        for record_id, account_id, (words, identifiers) in chunk:
            if not writes(session.scope, kind, account_id):
                raise OutOfScope(f"Entry {kind.name} {record_id} is of account {account_id}.")
            if not seen(session.scope, kind, account_id, words):
                raise OutOfScope(f"Entry {kind.name} {record_id} is at a site that is not seen.")
            tokens = sorted((*words, f"k{kind}", f"a{account_id}k{kind}"))
            rows.append((record_id * KINDS + kind, account_id, " ".join(tokens), identifiers))
        with vetting():
            _dialect(connection).save(connection, rows)


def extend(
    session: ScopedSession, kind: Kind, entries: Entries, *, without: Tokens = NOTHING
) -> None:
    """Let records be found by these tokens too, marks in the others' place; not by `without`."""
    new = {record_id: (account_id, tokens) for record_id, account_id, tokens in entries}
    connection = session.connection()
    with vetting():
        known = _dialect(connection).known(connection, [each * KINDS + kind for each in new])
    whole = []
    for record_id, (account_id, (words, identifiers)) in new.items():
        of, old, numbers = known.get(record_id * KINDS + kind, (account_id, (), ""))
        if of != account_id:
            raise OutOfScope(f"Entry {kind.name} {record_id} is of another account.")
        left = {*numbers.split()} - {*without.identifiers.split()}
        both = sorted(left | {*identifiers.split()})
        gone = without.words - tokens_of(identifiers=both).words
        kept = words | {token for token in old if token[0] in _SAID and token not in gone}
        whole.append((record_id, account_id, Tokens(kept, " ".join(both))))
    index(session, kind, whole)


def forget(session: ScopedSession, kind: Kind, record_ids: Iterable[int]) -> None:
    connection = session.connection()
    ids = [record_id * KINDS + kind for record_id in record_ids]
    with vetting():
        of = _dialect(connection).delete(connection, ids)
    if not all(writes(session.scope, kind, account_id) for account_id in of):
        raise OutOfScope(f"Entries of accounts {of} are not this session's to delete.")


def forget_some(session: ScopedSession, most: int) -> int:
    """Let so many entries go of the account that the session writes for; tells how many it was."""
    entry = search_entry.c
    mine = select(entry.id).where(entry.account_id == session.scope.write).limit(most)
    with vetting():
        gone = session.connection().execute(delete(search_entry).where(entry.id.in_(mine)))
    return gone.rowcount


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, newest first: everything or, when it is too many, the newest of it."""

    ids: list[int]
    many: bool


def of_accounts(query: Query, kind: Kind, account_ids: Iterable[int]) -> Query:
    """Only entries of these accounts, among those that the session reads anyway."""
    theirs = Clause(tokens=frozenset(f"a{account}k{kind}" for account in account_ids))
    return Query((*query.clauses, theirs), query.unwanted)


def find(
    session: ScopedSession, kind: Kind, query: Query, *, before: int | None = None, limit: int
) -> list[int]:
    """The ids of the newest records that the session may read and that match, newest first."""
    return _ask(session, kind, query, before, newest=limit).ids


def find_each(
    session: ScopedSession,
    queries: Mapping[Kind, Query],
    *,
    below: Mapping[Kind, int] | None = None,
    limit: int,
) -> dict[Kind, list[int]]:
    """The same for several kinds of things, in one statement: of each the newest that match."""
    scoped = ((kind, within(session.scope, kind, query)) for kind, query in queries.items())
    asked = {kind: wanted for kind, wanted in scoped if wanted}
    if not asked:
        return {}
    tops = {kind: (below or {}).get(kind) for kind in asked}
    befores = {kind: TOP if top is None else top * KINDS for kind, top in tops.items()}
    connection = session.connection()
    with vetting():
        found = _dialect(connection).find_each(connection, asked, befores=befores, newest=limit)
    return {kind: [entry // KINDS for entry in entries] for kind, entries in found.items()}


def hits(
    session: ScopedSession,
    kind: Kind,
    query: Query,
    *,
    before: int | None = None,
    newest: int,
    cap: int,
) -> Hits:
    """All that match, or when they are more than `cap`, the `newest` of them below `before`.

    To know that there are many does not take their order, and both databases count in another
    order than the newest first in a third of the time.
    """
    return _ask(session, kind, query, before, newest=newest, cap=cap)


def _ask(
    session: ScopedSession,
    kind: Kind,
    query: Query,
    before: int | None,
    *,
    newest: int,
    cap: int | None = None,
) -> Hits:
    wanted = within(session.scope, kind, query)
    if wanted is None:
        return Hits([], many=False)
    connection = session.connection()
    top = TOP if before is None else before * KINDS
    with vetting():
        entries, many = _dialect(connection).find(
            connection, wanted, kind=kind, before=top, newest=newest, cap=cap
        )
    return Hits([entry // KINDS for entry in entries], many)


def strictly(query: Query) -> Query:
    """The same of whole words as they are typed: no synonym, no beginning, no part of a number, and
    no stem but where that is the word. What it is the name of, such as a model, is as good."""
    return replace(query, clauses=tuple(map(_as_typed, query.clauses)))


def _as_typed(clause: Clause) -> Clause:
    if not clause.beginning:
        return clause
    meant = {token for token in clause.tokens if token[0] not in _LOOSE}
    return Clause(tokens=frozenset({clause.beginning, *meant}))


def _dialect(connection: Connection) -> ModuleType:
    return search_sqlite if connection.dialect.name == "sqlite" else search_postgres
