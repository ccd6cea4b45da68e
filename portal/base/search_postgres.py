"""The search index on PostgreSQL: tsvector and GIN, behind a function.

Row-level security would keep GIN from being used: a row's policy comes before any operator that
might tell something about it. So entries are searched through a function that runs as the owner
of the table and adds the accounts itself, as they were told to the transaction.

It asks in two steps. A word that many entries have is found among the newest of them, while GIN
would gather them all first; a word that few have, GIN finds at once, while walking from the newest
would pass by a million.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from portal.base.row_security import protect
from portal.base.search_query import Clause, threes_inside
from portal.base.search_table import Row

_INDEXES = (
    "CREATE INDEX search_entry_fts ON search_entry USING gin (words)",
    "CREATE INDEX search_entry_fts_newest ON search_entry (account_id, id)",
)
_FUNCTION = """
CREATE FUNCTION search_find(
    wanted tsquery, patterns text[], others tsquery[], kind int, before bigint, most int,
    in_order boolean
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp SET enable_seqscan = off AS $$
DECLARE
    told text := coalesce(current_setting('app.read', true), '');
    steps int := 2000 + 4 * most;
    near text := 'SELECT * FROM search_entry WHERE id < $1';
    -- Signs that are found here and there need not stand together.
    certain text := ' NOT EXISTS (SELECT FROM unnest($3, $4) AS clause (pattern, other)'
        ' WHERE identifiers !~ pattern AND NOT words @@ other) ';
    found bigint[];
    last bigint;
BEGIN
    IF told = '' THEN
        RETURN;
    ELSIF told = '*' THEN
        wanted := wanted && format('k%s', kind)::tsquery;
    ELSE
        wanted := wanted && (SELECT string_agg(format('a%sk%s', account, kind), '|')::tsquery
            FROM unnest(string_to_array(told, ',')::int[]) AS account);
        IF told !~ ',' THEN
            near := near || format(' AND account_id = %s', told::int);
        END IF;
    END IF;
    near := format('FROM (%s ORDER BY id DESC LIMIT %s) AS entry', near, steps);

    EXECUTE 'SELECT array(SELECT id ' || near || ' WHERE words @@ $2 AND' || certain || 'LIMIT $5)'
        INTO found USING before, wanted, patterns, others, most;
    RETURN QUERY SELECT unnest(found);
    EXECUTE 'SELECT min(id) ' || near || ' HAVING count(*) = $2' INTO last USING before, steps;
    IF cardinality(found) = most OR last IS NULL THEN
        RETURN;
    END IF;

    -- `id + 0`, so that the planner does not come to walk by id after all.
    RETURN QUERY EXECUTE 'SELECT id FROM search_entry WHERE words @@ $2 AND id + 0 < $1 AND'
        || certain || CASE WHEN in_order THEN 'ORDER BY id + 0 DESC ' ELSE '' END || 'LIMIT $5'
        USING last, wanted, patterns, others, most - cardinality(found);
END $$
"""
_SAVE = text(
    """INSERT INTO search_entry AS entry (id, account_id, words, identifiers)
    SELECT id, account_id, array_to_tsvector(string_to_array(words, ' ')), identifiers
    FROM unnest(CAST(:id AS bigint[]), CAST(:account_id AS int[]), CAST(:words AS text[]),
        CAST(:identifiers AS text[])) AS given (id, account_id, words, identifiers)
    ON CONFLICT (id) DO UPDATE SET words = excluded.words, identifiers = excluded.identifiers
    WHERE entry.account_id = excluded.account_id
    AND (entry.words, entry.identifiers) IS DISTINCT FROM (excluded.words, excluded.identifiers)"""
)
_DELETE = text("DELETE FROM search_entry WHERE id = ANY (:ids) RETURNING account_id")
_FIND = text(
    """SELECT * FROM search_find(CAST(:wanted AS tsquery), CAST(:patterns AS text[]),
    CAST(CAST(:others AS text[]) AS tsquery[]), :kind, :before, :most, :in_order)"""
)


def install(connection: Connection) -> None:
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    for statement in (*_INDEXES, _FUNCTION.format(schema=schema)):
        connection.execute(text(statement))
    protect(connection, "search_entry")
    # The function runs as the table's owner, whom `FORCE` would bind like everyone else.
    connection.execute(text("ALTER TABLE search_entry NO FORCE ROW LEVEL SECURITY"))


def remove(connection: Connection) -> None:
    for what in ("FUNCTION search_find", "INDEX search_entry_fts", "INDEX search_entry_fts_newest"):
        connection.execute(text(f"DROP {what}"))


def save(connection: Connection, rows: Sequence[Row]) -> None:
    columns = ("id", "account_id", "words", "identifiers")
    connection.execute(_SAVE, dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))


def delete(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Whose entries they were."""
    return list(connection.scalars(_DELETE, {"ids": list(ids)}))


def find(
    connection: Connection,
    clauses: Sequence[Clause],
    *,
    kind: int,
    before: int,
    limit: int,
    in_order: bool,
) -> list[int]:
    guessed = [clause for clause in clauses if clause.fragments]
    values = {
        "wanted": "&".join(f"({_plain(clause, *_guesses(clause))})" for clause in clauses),
        "patterns": ["|".join(clause.fragments) for clause in guessed],
        "others": [_plain(clause) for clause in guessed],
        **{"kind": kind, "before": before, "most": limit, "in_order": in_order},
    }
    return list(connection.scalars(_FIND, values))


def _plain(clause: Clause, *more: str) -> str:
    """The clause as a tsquery, which needs no quotes: tokens are letters and digits only."""
    beginning = [f"{clause.beginning}:*"] if clause.beginning else []
    return "|".join((*sorted(clause.tokens), *beginning, *more))


def _guesses(clause: Clause) -> list[str]:
    threes = (each for fragment in clause.fragments for each in threes_inside(fragment))
    return [f"({'&'.join(each)})" for each in threes]
