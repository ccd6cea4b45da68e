"""The search index on SQLite: FTS5 beside the table, kept in step by triggers.

FTS5 walks exact tokens newest first and stops when it has enough, and oldest first three times as
fast, which is how entries are counted. The beginning of a word it does not walk: it gathers every
entry that has such a word before it gives the first, 300 ms when a third of a million has. So
beginnings are looked up among the words there are, and then asked for exactly.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, text

from portal.base.search_kinds import Kind
from portal.base.search_query import Clause, Query, threes_inside
from portal.base.search_table import Row

_MOST_ENDINGS = 40  # beyond it FTS5 gathers; words with so many endings are rare ones
NEVER = '"0"'  # no token begins with a digit
_SCHEMA = (
    """CREATE VIRTUAL TABLE search_entry_fts USING fts5(words, content='search_entry',
        content_rowid='id', tokenize='ascii', detail='none', columnsize=0)""",
    "CREATE VIRTUAL TABLE search_entry_fts_words USING fts5vocab(search_entry_fts, instance)",
    """CREATE TRIGGER search_entry_fts_insert AFTER INSERT ON search_entry BEGIN
        INSERT INTO search_entry_fts (rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER search_entry_fts_delete AFTER DELETE ON search_entry BEGIN
        INSERT INTO search_entry_fts (search_entry_fts, rowid, words)
        VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER search_entry_fts_update AFTER UPDATE ON search_entry BEGIN
        INSERT INTO search_entry_fts (search_entry_fts, rowid, words)
        VALUES ('delete', old.id, old.words);
        INSERT INTO search_entry_fts (rowid, words) VALUES (new.id, new.words); END""",
)
_SAVE = text(
    """INSERT INTO search_entry (id, account_id, words, identifiers)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
        ' ' || json_extract(value, '$[2]') || ' ', json_extract(value, '$[3]') FROM json_each(:rows)
    WHERE true ON CONFLICT (id) DO UPDATE
    SET words = excluded.words, identifiers = excluded.identifiers
    WHERE account_id = excluded.account_id
    AND (words, identifiers) IS NOT (excluded.words, excluded.identifiers)"""
)
_KNOWN = text(
    """SELECT id, account_id, words, identifiers FROM search_entry
    WHERE id IN (SELECT value FROM json_each(:ids))"""
)
_DELETE = text(
    "DELETE FROM search_entry WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING account_id"
)
# From word to next word: each step is a seek in the index, however many entries have the word.
_ENDINGS = f"""(WITH RECURSIVE ending (word, step) AS (
    SELECT (SELECT term FROM search_entry_fts_words
        WHERE term >= {{0}} AND term < {{0}} || char(1114111) ORDER BY term LIMIT 1), 1
    UNION ALL SELECT (SELECT term FROM search_entry_fts_words
        WHERE term >= word || char(1) AND term < {{0}} || char(1114111) ORDER BY term LIMIT 1),
        step + 1 FROM ending WHERE word IS NOT NULL AND step <= {_MOST_ENDINGS})
    SELECT CASE WHEN count(word) > {_MOST_ENDINGS} THEN '"' || {{0}} || '"*'
        ELSE coalesce('"' || group_concat(word, '" OR "') || '"', '{NEVER}') END FROM ending)"""  # noqa: S608


def install(connection: Connection) -> None:
    for statement in _SCHEMA:
        connection.execute(text(statement))


def renew(connection: Connection) -> None:
    """Nothing: what is asked is put together here."""


def remove(connection: Connection) -> None:
    for deed in ("insert", "delete", "update"):
        connection.execute(text(f"DROP TRIGGER search_entry_fts_{deed}"))
    for table in ("search_entry_fts_words", "search_entry_fts"):
        connection.execute(text(f"DROP TABLE {table}"))


def save(connection: Connection, rows: Sequence[Row]) -> None:
    connection.execute(_SAVE, {"rows": json.dumps(rows)})


def known(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, list[str], str]]:
    """Whose entries they are, and what they are found by: tokens and identifiers."""
    rows = connection.execute(_KNOWN, {"ids": json.dumps(ids)})
    return {each.id: (each.account_id, each.words.split(), each.identifiers) for each in rows}


def delete(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Whose entries they were."""
    return list(connection.scalars(_DELETE, {"ids": json.dumps(ids)}))


def find(
    connection: Connection, query: Query, *, kind: int, before: int, newest: int, cap: int | None
) -> tuple[list[int], bool]:
    """The newest below `before`; or all there are, whenever those are at most `cap`."""
    if cap is not None:
        every = _find(connection, query, _every, {"limit": cap + 1})
        if len(every) <= cap:
            return sorted(every, reverse=True), False
    below: dict[str, object] = {"before": before, "limit": newest}
    return _find(connection, query, _newest, below), cap is not None


def find_each(
    connection: Connection, asked: Mapping[Kind, Query], *, befores: Mapping[Kind, int], newest: int
) -> dict[Kind, list[int]]:
    """Of each kind the newest below its `before`: a column for each, in one row."""
    values: dict[str, object] = {"limit": newest}
    columns = []
    for kind, query in asked.items():
        below = _name(befores[kind], values)
        newest_of = _newest(query, values, below)
        columns.append(f"(SELECT json_group_array(rowid) FROM ({newest_of}))")  # noqa: S608
    row = connection.execute(text(f"SELECT {', '.join(columns)}"), values).one()
    return {kind: json.loads(found) for kind, found in zip(asked, row, strict=True)}


def _find(
    connection: Connection,
    query: Query,
    asking: Callable[[Query, dict[str, object]], str],
    values: dict[str, object],
) -> list[int]:
    # In one row: to fetch a thousand takes longer than to find them.
    asked = text(f"SELECT json_group_array(rowid) FROM ({asking(query, values)})")  # noqa: S608
    found: list[int] = json.loads(connection.scalars(asked, values).one())
    return found


def _newest(query: Query, values: dict[str, object], before: str = ":before") -> str:
    where = f"search_entry_fts MATCH {_match(query, values)} AND f.rowid < {before}"
    return f"SELECT f.rowid {_from(query, values, where)} ORDER BY f.rowid DESC LIMIT :limit"


def _every(query: Query, values: dict[str, object]) -> str:
    """As they come: what is sure without looking at the entry first, and then what is not."""
    sure = _match(query, values, guessing=False)
    asked = f"SELECT rowid FROM search_entry_fts WHERE search_entry_fts MATCH {sure}"  # noqa: S608
    if any(clause.fragments for clause in query.clauses):
        rest = f"search_entry_fts MATCH {_match(query, values)} || ' NOT (' || {sure} || ')'"
        asked += f" UNION ALL SELECT f.rowid {_from(query, values, rest)}"
    return f"{asked} LIMIT :limit"


def _from(query: Query, values: dict[str, object], where: str) -> str:
    certain = [_certain(clause, values) for clause in query.clauses if clause.fragments]
    entries = " CROSS JOIN search_entry AS e ON e.id = f.rowid" if certain else ""
    return f"FROM search_entry_fts AS f{entries} WHERE {' AND '.join((where, *certain))}"


def _match(query: Query, values: dict[str, object], *, guessing: bool = True) -> str:
    """The query as SQL that makes FTS5's words for it. Tokens are letters and digits only."""
    clauses = [_wanted(clause, values, guessing) for clause in query.clauses]
    wanted = " || ' AND ' || ".join(clauses)
    unwanted = " OR ".join(f'"{token}"' for token in sorted(query.unwanted))
    return f"'((' || {wanted} || ') NOT ({unwanted or NEVER}))'"


def _wanted(clause: Clause, values: dict[str, object], guessing: bool) -> str:
    # The beginning itself is among its endings, if there is such a word.
    ways = [f'"{token}"' for token in sorted(clause.tokens - {clause.beginning})]
    for fragment in clause.fragments if guessing else ():
        for threes in threes_inside(fragment):
            ways.append("(" + " AND ".join(f'"{three}"' for three in threes) + ")")
    if not clause.beginning:
        return _name(f"({' OR '.join(ways) or NEVER})", values)
    either = _name("(" + "".join(f"{way} OR " for way in ways), values)
    return f"{either} || {_ENDINGS.format(_name(clause.beginning, values))} || ')'"


def _certain(clause: Clause, values: dict[str, object]) -> str:
    """The same without guessing, for an entry at hand: threes in it need not stand together."""
    tokens = [f" {token} " for token in sorted(clause.tokens)]
    if clause.beginning:
        tokens.append(f" {clause.beginning}")
    ways = [f"instr(e.identifiers, {_name(each, values)})" for each in clause.fragments]
    ways += [f"instr(e.words, {_name(token, values)})" for token in tokens]
    return f"({' OR '.join(ways)})"


def _name(value: str | int, values: dict[str, object]) -> str:
    values[f"v{len(values)}"] = value
    return f":v{len(values) - 1}"
