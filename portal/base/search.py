"""The search index: one table for every kind of thing, written in the transaction of the thing.

An entry's id is made of the record's, so that newest first is by id, and a page of results is
found without looking anything up. Results are not ranked: to rank a word that a third of all
entries have takes half a second on any database, and newest first is what lists show anyway.

Entries are no mapped class, because the two databases reach them differently. So the scope, which
nobody else may pass by, is added here: to reads as tokens, to writes row by row.
"""

from collections.abc import Iterable
from enum import IntEnum
from itertools import islice
from types import ModuleType

from sqlalchemy import Connection

from portal.base import search_postgres, search_sqlite
from portal.base.search_query import Clause, Query, Tokens, inside, query_of, tokens_of
from portal.base.search_table import Row
from portal.base.tenancy import OutOfScope, ScopedSession, _vetting

__all__ = ["Kind", "Query", "Tokens", "inside", "query_of", "tokens_of"]

_CHUNK = 5000
_KINDS = 16
_NEWEST = 2**62


class Kind(IntEnum):
    """What entries are of. The numbers are stored; none is ever used again."""

    PRODUCT = 1


def install(connection: Connection) -> None:
    """What the table needs beside itself to be searched."""
    _dialect(connection).install(connection)


def remove(connection: Connection) -> None:
    _dialect(connection).remove(connection)


def index(session: ScopedSession, kind: Kind, entries: Iterable[tuple[int, int, Tokens]]) -> None:
    """Let records be found by these tokens and no others: (record id, account id, tokens)."""
    entries = iter(entries)
    connection = session.connection()
    while chunk := list(islice(entries, _CHUNK)):
        rows: list[Row] = []
        for record_id, account_id, (words, identifiers) in chunk:
            if not session.scope.writes(account_id):
                raise OutOfScope(f"Entry {kind.name} {record_id} is of account {account_id}.")
            tokens = sorted((*words, f"k{kind}", f"a{account_id}k{kind}"))
            rows.append((record_id * _KINDS + kind, account_id, " ".join(tokens), identifiers))
        with _vetting():
            _dialect(connection).save(connection, rows)


def forget(session: ScopedSession, kind: Kind, record_ids: Iterable[int]) -> None:
    connection = session.connection()
    ids = [record_id * _KINDS + kind for record_id in record_ids]
    with _vetting():
        of = _dialect(connection).delete(connection, ids)
    if not all(map(session.scope.writes, of)):
        raise OutOfScope(f"Entries of accounts {of} are not this session's to delete.")


def find(
    session: ScopedSession, kind: Kind, query: Query, *, before: int | None = None, limit: int
) -> list[int]:
    """The ids of the newest records that the session may read and that match, newest first."""
    newest = _NEWEST if before is None else before * _KINDS
    return [entry // _KINDS for entry in _ask(session, kind, query, newest, limit, in_order=True)]


def count(session: ScopedSession, kind: Kind, query: Query, *, cap: int = 1001) -> int:
    """How many there are; counting ends at `cap`, for nobody reads further than «over 1000»."""
    return len(_ask(session, kind, query, _NEWEST, cap, in_order=False))


def _ask(
    session: ScopedSession, kind: Kind, query: Query, before: int, limit: int, *, in_order: bool
) -> list[int]:
    read = session.scope.read
    tokens = {f"k{kind}"} if read is None else {f"a{account}k{kind}" for account in read}
    # First, for the database walks the first and looks up the others.
    clauses = (Clause(tokens=frozenset(tokens)), *query.clauses)
    if Clause() in clauses:
        return []  # one that nothing can fulfill
    connection = session.connection()
    with _vetting():
        found: list[int] = _dialect(connection).find(
            connection, clauses, kind=kind, before=before, limit=limit, in_order=in_order
        )
    return found


def _dialect(connection: Connection) -> ModuleType:
    return search_sqlite if connection.dialect.name == "sqlite" else search_postgres
