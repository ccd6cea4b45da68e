"""The search index on PostgreSQL: tsvector and GIN, behind a function.

Row-level security would keep GIN from being used: a row's policy comes before any operator that
might tell something about it. So entries are searched through a function that runs as the owner
of the table and adds the accounts itself, as they were told to the transaction.

It asks in steps. What many entries have is found among the newest of them, while GIN would gather
them all first; what few have, GIN finds at once, while the walk would pass by a million. And GIN
looks up whole words, which it does in an instant, not beginnings, which it gathers like all else:
so every word that there is, is kept in a table of its own, which only the functions can read.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from portal.base.row_security import protect
from portal.base.search_query import Clause, threes_inside
from portal.base.search_table import Row

_SCHEMA = """
CREATE INDEX search_entry_fts ON search_entry USING gin (words);
CREATE INDEX search_entry_fts_newest ON search_entry (account_id, id);
CREATE TABLE search_entry_fts_word (word text COLLATE "C" NOT NULL);
CREATE INDEX search_entry_fts_word_word ON search_entry_fts_word (word);
ALTER TABLE search_entry_fts_word ENABLE ROW LEVEL SECURITY;

-- Not unique: who enters a word that is new must not wait for another who does the same.
CREATE FUNCTION search_learn(words text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
    INSERT INTO search_entry_fts_word SELECT one FROM unnest(words) AS one
    WHERE NOT EXISTS (SELECT FROM search_entry_fts_word WHERE word = one)
$$;

CREATE FUNCTION search_find(
    wanted text, beginnings text[], patterns text[], others tsquery[], kind int, before bigint,
    most int, in_order boolean
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp SET enable_seqscan = off AS $$
DECLARE
    told text := coalesce(current_setting('app.read', true), '');
    own text := '';
    -- Signs that are found here and there need not stand together.
    certain text := ' NOT EXISTS (SELECT FROM unnest($3, $4) AS clause (pattern, other)'
        ' WHERE identifiers !~ pattern AND NOT words @@ other) ';
    steps int;
    near text;
    found bigint[] := '{{}}';
    more bigint[];
    beginning text;
    whole text;
BEGIN
    IF told = '' THEN
        RETURN;
    ELSIF told = '*' THEN
        wanted := format('k%s&', kind) || wanted;
    ELSE
        wanted := (SELECT '(' || string_agg(format('a%sk%s', account, kind), '|') || ')&' || wanted
            FROM unnest(string_to_array(told, ',')::int[]) AS account);
        IF told !~ ',' THEN
            own := format(' AND account_id = %s', told::int);
        END IF;
    END IF;

    FOREACH steps IN ARRAY ARRAY[1000, 5000] LOOP
        -- Walk on only if that is likely to be enough.
        CONTINUE WHEN steps > 1000 AND cardinality(found) * 6 < most;
        near := format('FROM (SELECT * FROM search_entry WHERE id < $1%s ORDER BY id DESC LIMIT %s)'
            ' AS entry', own, steps);
        EXECUTE 'SELECT array(SELECT id ' || near || ' WHERE words @@ $2 AND' || certain ||
            'LIMIT $5)' INTO more
            USING before, wanted::tsquery, patterns, others, most - cardinality(found);
        found := found || more;
        IF cardinality(found) < most THEN
            EXECUTE 'SELECT min(id) ' || near || ' HAVING count(*) = $2' INTO before
                USING before, steps;
        END IF;
        IF cardinality(found) = most OR before IS NULL THEN
            RETURN QUERY SELECT unnest(found);
            RETURN;
        END IF;
    END LOOP;

    FOREACH beginning IN ARRAY beginnings LOOP
        SELECT string_agg(word, '|') INTO whole FROM (SELECT DISTINCT word
            FROM search_entry_fts_word WHERE word >= beginning AND word < beginning || chr(1114111)
            LIMIT 100) AS ending HAVING count(*) < 100;
        wanted := replace(wanted, format('(%s:*)', beginning), coalesce(whole, beginning || ':*'));
    END LOOP;
    RETURN QUERY SELECT unnest(found);
    -- `id + 0`, so that the planner does not come to walk by id after all.
    RETURN QUERY EXECUTE 'SELECT id FROM search_entry WHERE words @@ $2 AND id + 0 < $1 AND'
        || certain || CASE WHEN in_order THEN 'ORDER BY id + 0 DESC ' ELSE '' END || 'LIMIT $5'
        USING before, wanted::tsquery, patterns, others, most - cardinality(found);
END $$;
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
_LEARN = text("SELECT search_learn(CAST(:words AS text[]))")
_DELETE = text("DELETE FROM search_entry WHERE id = ANY (:ids) RETURNING account_id")
_FIND = text(
    """SELECT * FROM search_find(:wanted, CAST(:beginnings AS text[]), CAST(:patterns AS text[]),
    CAST(CAST(:others AS text[]) AS tsquery[]), :kind, :before, :most, :in_order)"""
)


def install(connection: Connection) -> None:
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    connection.execute(text(_SCHEMA.format(schema=schema)))
    protect(connection, "search_entry")
    # The functions run as the table's owner, whom `FORCE` would bind like everyone else.
    connection.execute(text("ALTER TABLE search_entry NO FORCE ROW LEVEL SECURITY"))


def remove(connection: Connection) -> None:
    for what in ("FUNCTION search_find", "FUNCTION search_learn", "TABLE search_entry_fts_word"):
        connection.execute(text(f"DROP {what}"))
    for index in ("search_entry_fts", "search_entry_fts_newest"):
        connection.execute(text(f"DROP INDEX {index}"))


def save(connection: Connection, rows: Sequence[Row]) -> None:
    columns = ("id", "account_id", "words", "identifiers")
    connection.execute(_SAVE, dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)))
    tokens = {token for _, _, words, _ in rows for token in words.split()}
    connection.execute(_LEARN, {"words": sorted(token for token in tokens if token[0] == "w")})


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
        "beginnings": [clause.beginning for clause in clauses if clause.beginning],
        "patterns": ["|".join(clause.fragments) for clause in guessed],
        "others": [_plain(clause) for clause in guessed],
        **{"kind": kind, "before": before, "most": limit, "in_order": in_order},
    }
    return list(connection.scalars(_FIND, values))


def _plain(clause: Clause, *more: str) -> str:
    """The clause as a tsquery, which needs no quotes: tokens are letters and digits only."""
    beginning = [f"({clause.beginning}:*)"] if clause.beginning else []
    return "|".join((*sorted(clause.tokens), *beginning, *more))


def _guesses(clause: Clause) -> list[str]:
    threes = (each for fragment in clause.fragments for each in threes_inside(fragment))
    return [f"({'&'.join(each)})" for each in threes]
