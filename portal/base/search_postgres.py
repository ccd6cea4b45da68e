"""The search index on PostgreSQL: tsvector and GIN, behind a function.

Row-level security would keep GIN from being used: a row's policy comes before any operator that
might tell something about it. So entries are searched through a function that runs as the owner
of the table and adds the accounts itself, as they were told to the transaction.

It asks in steps. What many entries have is found among the newest of them, while GIN would gather
them all first; what few have, GIN finds at once, while the walk would pass by a million. And GIN
looks up whole words, which it does in an instant, not beginnings, which it gathers like all else:
so every word that there is, is kept in a table of its own, which only the functions can read. The
functions are in `search_functions`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from portal.base import search_functions
from portal.base.row_security import protect
from portal.base.search_kinds import Kind
from portal.base.search_query import Clause, Query, threes_inside
from portal.base.search_table import KINDS, NO_ACCOUNT, Row

_SCHEMA = """
CREATE INDEX search_entry_fts ON search_entry USING gin (words);
CREATE TABLE search_entry_fts_word (word text COLLATE "C" NOT NULL);
CREATE INDEX search_entry_fts_word_word ON search_entry_fts_word (word);
ALTER TABLE search_entry_fts_word ENABLE ROW LEVEL SECURITY;
"""
# By which entries are walked past, those of one kind alone. Each time, their words are looked at:
# they lie there unpacked.
_WALKED = f"""
DROP INDEX IF EXISTS search_entry_fts_newest;
CREATE INDEX IF NOT EXISTS search_entry_fts_kind ON search_entry ((id & {KINDS - 1}), id);
CREATE INDEX IF NOT EXISTS search_entry_fts_account
    ON search_entry (account_id, (id & {KINDS - 1}), id);
ALTER TABLE search_entry SET (toast_tuple_target = 8160);
"""
# Beside the policies of every owned table: what is nobody's, which staff alone write.
_OF_NOBODY = f"account_id = {NO_ACCOUNT}"
_BY_STAFF = f"({_OF_NOBODY} AND (SELECT current_setting('app.staff', true)) = '1')"
_SHARING = {
    "SELECT": f"USING ({_OF_NOBODY})",
    "INSERT": f"WITH CHECK {_BY_STAFF}",
    "UPDATE": f"USING {_BY_STAFF} WITH CHECK {_BY_STAFF}",
    "DELETE": f"USING {_BY_STAFF}",
}
_SAVE = text(
    """INSERT INTO search_entry AS entry (id, account_id, words, identifiers)
    SELECT id, account_id, array_to_tsvector(string_to_array(words, ' ')), identifiers
    FROM unnest(CAST(:id AS bigint[]), CAST(:account_id AS int[]), CAST(:words AS text[]),
        CAST(:identifiers AS text[])) AS given (id, account_id, words, identifiers)
    ON CONFLICT (id) DO UPDATE SET words = excluded.words, identifiers = excluded.identifiers
    WHERE entry.account_id = excluded.account_id
    AND (entry.words, entry.identifiers) IS DISTINCT FROM (excluded.words, excluded.identifiers)"""
)
_LEARN = text("SELECT search_learn(CAST(:words AS text[]))")
_KNOWN = text(
    """SELECT id, account_id, tsvector_to_array(words) AS words, identifiers FROM search_entry
    WHERE id = ANY (:ids)"""
)
_DELETE = text("DELETE FROM search_entry WHERE id = ANY (:ids) RETURNING account_id")
_ASKED = """search_find(CAST(:clauses{0} AS text[]), CAST(:beginnings{0} AS text[]),
    CAST(:fragments{0} AS text[]), CAST(:others{0} AS text[]), :unwanted{0}, :kind{0}, :before{0},
    :newest{0}, CAST(:cap{0} AS int))"""
_FIND = text(f"SELECT many, ids FROM {_ASKED.format('')}")  # noqa: S608


def install(connection: Connection) -> None:
    connection.execute(text(_SCHEMA))
    renew(connection)
    protect(connection, "search_entry")
    # The functions run as the table's owner, whom `FORCE` would bind like everyone else.
    connection.execute(text("ALTER TABLE search_entry NO FORCE ROW LEVEL SECURITY"))


def renew(connection: Connection) -> None:
    connection.execute(text(_WALKED))
    search_functions.create(connection)
    for deed, policy in _SHARING.items():
        name = f"shared_{deed}_search_entry"
        connection.execute(text(f"DROP POLICY IF EXISTS {name} ON search_entry"))
        connection.execute(text(f"CREATE POLICY {name} ON search_entry FOR {deed} {policy}"))


def remove(connection: Connection) -> None:
    search_functions.drop(connection)
    connection.execute(text("DROP TABLE search_entry_fts_word"))
    for index in ("search_entry_fts", "search_entry_fts_kind", "search_entry_fts_account"):
        connection.execute(text(f"DROP INDEX {index}"))


def save(connection: Connection, rows: Sequence[Row]) -> None:
    columns = ("id", "account_id", "words", "identifiers")
    connection.execute(_SAVE, dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    tokens = {token for _, _, words, _ in rows for token in words.split()}
    connection.execute(_LEARN, {"words": sorted(token for token in tokens if token[0] == "w")})


def known(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, list[str], str]]:
    """Whose entries they are, and what they are found by: tokens and identifiers."""
    rows = connection.execute(_KNOWN, {"ids": list(ids)})
    return {each.id: (each.account_id, each.words, each.identifiers) for each in rows}


def delete(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Whose entries they were."""
    return list(connection.scalars(_DELETE, {"ids": list(ids)}))


def find(
    connection: Connection, query: Query, *, kind: int, before: int, newest: int, cap: int | None
) -> tuple[list[int], bool]:
    """The newest below `before`; or all there are, whenever those are at most `cap`."""
    values = {**_values(query), "kind": kind, "before": before, "newest": newest, "cap": cap}
    many, ids = connection.execute(_FIND, values).one()
    return ids, many


def find_each(
    connection: Connection, asked: Mapping[Kind, Query], *, befores: Mapping[Kind, int], newest: int
) -> dict[Kind, list[int]]:
    """Of each kind the newest below its `before`: a column for each, in one row."""
    values: dict[str, object] = {}
    for kind, query in asked.items():
        told = {**_values(query), "kind": kind, "before": befores[kind], "newest": newest}
        values |= {f"{name}{kind:d}": value for name, value in (told | {"cap": None}).items()}
    columns = [f"(SELECT ids FROM {_ASKED.format(int(kind))})" for kind in asked]  # noqa: S608
    row = connection.execute(text(f"SELECT {', '.join(columns)}"), values).one()
    return dict(zip(asked, row, strict=True))


def _values(query: Query) -> dict[str, object]:
    clauses = query.clauses[1:]  # the first are the accounts, which the function adds itself
    return {
        "clauses": [_plain(clause, *_guesses(clause)) for clause in clauses],
        "beginnings": [clause.beginning for clause in clauses],
        "fragments": [" ".join(clause.fragments) for clause in clauses],
        "others": [_plain(clause) for clause in clauses],
        "unwanted": "|".join(sorted(query.unwanted)),
    }


def _plain(clause: Clause, *more: str) -> str:
    """The clause as a tsquery, which needs no quotes: tokens are letters and digits only."""
    beginning = [f"{clause.beginning}:*"] if clause.beginning else []
    return "|".join((*sorted(clause.tokens - {clause.beginning}), *beginning, *more))


def _guesses(clause: Clause) -> list[str]:
    threes = (each for fragment in clause.fragments for each in threes_inside(fragment))
    return [f"({'&'.join(each)})" for each in threes]
