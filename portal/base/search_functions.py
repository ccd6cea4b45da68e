"""The functions by which entries are searched on PostgreSQL; `search_postgres` tells why.

`search_find` gives the newest entries below `before`; with a `cap` all that there are, unless there
are more. It walks down from the newest entry of its kind, and sees by the first thousand what to do
then: what many entries have is found by walking on, what few have is found by GIN. To GIN every
clause is a condition of its own, by the rarest of which it goes; all of them as one query take
three times as long. An entry at hand is asked them all at once, for each time its words are
unpacked.
"""

from sqlalchemy import Connection, text

from portal.base.search_kinds import SHARED
from portal.base.search_table import KINDS, TOP

# What `search_find` was called with in earlier versions, and now.
_SIGNATURES = (
    "text, text[], text[], tsquery[], int, bigint, int, boolean",
    "text[], text[], text[], text[], text, int, bigint, int, int",
)
_LEARN = """
-- Not unique: who enters a word that is new must not wait for another who does the same.
CREATE OR REPLACE FUNCTION search_learn(words text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp AS $$
    INSERT INTO search_entry_fts_word SELECT one FROM unnest(words) AS one
    WHERE NOT EXISTS (SELECT FROM search_entry_fts_word WHERE word = one)
$$
"""
_FIND = """
CREATE FUNCTION search_find(
    clauses text[], beginnings text[], fragments text[], others text[], unwanted text, kind int,
    before bigint, newest int, cap int, OUT many boolean, OUT ids bigint[]
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp SET enable_seqscan = off AS $$
DECLARE
    told text := coalesce(current_setting('app.read', true), '');
    -- A range and an order, lest the planner take the index of ids and pass everything else by.
    walk text := format('SELECT id, words, identifiers FROM search_entry WHERE id < $1'
        || ' AND (id & {last_kind}) BETWEEN %s AND %1$s', kind);
    held text := 'true'; -- the conditions for an entry at hand,
    together text; -- of which these are one,
    asked text; -- and for those that GIN brings
    mine text := format('k%s', kind);
    certain text;
    whole text;
    walked int;
    last bigint;
    more bigint[];
BEGIN
    many := false;
    ids := '{{}}';
    IF told = '' THEN
        RETURN;
    ELSIF kind IN ({shared}) THEN -- for whoever is in an account, whichever it is
        told := '*';
    ELSIF told <> '*' THEN
        mine := (SELECT string_agg(format('a%sk%s', account, kind), '|')
            FROM unnest(string_to_array(told, ',')::int[]) AS account);
    END IF;
    asked := format('words @@ %L::tsquery', mine);
    IF told ~ '^[0-9]+$' THEN
        walk := walk || format(' AND account_id BETWEEN %s AND %1$s', told)
            || ' ORDER BY account_id DESC, ';
    ELSE
        walk := walk || ' ORDER BY ';
        IF told <> '*' THEN
            together := format('(%s)', mine);
        END IF;
    END IF;
    walk := 'FROM (' || walk || '(id & {last_kind}) DESC, id DESC LIMIT %s) AS entry ';

    FOR i IN 1..cardinality(clauses) LOOP
        whole := clauses[i];
        IF beginnings[i] <> '' THEN
            -- Among the words there are: GIN looks up words, and gathers what begins like one.
            SELECT replace(clauses[i], beginnings[i] || ':*', string_agg(word, '|')) INTO whole
                FROM (SELECT DISTINCT word FROM search_entry_fts_word
                WHERE word >= beginnings[i] AND word < beginnings[i] || chr(1114111) LIMIT 100)
                AS ending HAVING count(*) BETWEEN 1 AND 99;
        END IF;
        asked := asked || format(' AND words @@ %L::tsquery', coalesce(whole, clauses[i]));
        IF fragments[i] = '' THEN
            together := concat_ws(' & ', together, format('(%s)', clauses[i]));
        ELSE -- signs that are found here and there need not stand together
            certain := format('words @@ %L::tsquery', others[i]);
            certain := '(' || certain || (SELECT string_agg(format(
                ' OR strpos(identifiers, %L) > 0', one), '')
                FROM unnest(string_to_array(fragments[i], ' ')) AS one) || ')';
            asked := asked || ' AND ' || certain;
            held := held || ' AND ' || certain;
        END IF;
    END LOOP;
    IF unwanted <> '' THEN
        asked := asked || format(' AND NOT words @@ %L::tsquery', unwanted);
        together := concat_ws(' & ', together, format('!(%s)', unwanted));
    END IF;
    IF together IS NOT NULL THEN
        held := format('words @@ %L::tsquery AND ', together) || held;
    END IF;

    EXECUTE 'SELECT count(*), min(id), coalesce(array_agg(id) FILTER (WHERE ' || held || '), $2) '
        || format(walk, 1000) INTO walked, last, ids USING before, ids;

    IF walked < 1000 AND before = {top} THEN -- that was everything
        many := coalesce(cardinality(ids) > cap, false);
    ELSIF cap IS NOT NULL THEN
        IF cardinality(ids) * 20 > walked THEN
            EXECUTE 'SELECT count(*) > $2 FROM (SELECT '
                || format(walk, cap * walked / cardinality(ids) * 3 / 2) || 'WHERE ' || held
                || ' LIMIT $2 + 1) AS counted' INTO many USING {top}, cap;
        END IF;
        IF NOT many THEN
            EXECUTE 'SELECT array(SELECT id FROM search_entry WHERE ' || asked || ' LIMIT $1 + 1)'
                INTO more USING cap;
            many := cardinality(more) > cap;
        END IF;
        IF NOT many THEN
            ids := array(SELECT one FROM unnest(more) AS one ORDER BY one DESC);
        END IF;
    END IF;
    IF cap IS NOT NULL AND NOT many THEN
        RETURN;
    END IF;

    -- Walk on only if that is likely to be enough.
    IF walked = 1000 AND cardinality(ids) BETWEEN newest / 6 AND newest - 1 THEN
        EXECUTE 'SELECT array(SELECT id ' || format(walk, 5000) || 'WHERE ' || held || ' LIMIT $2)'
            INTO more USING last, newest - cardinality(ids);
        ids := ids || more;
        last := least(last, ids[cardinality(ids)]);
    END IF;
    IF walked = 1000 AND cardinality(ids) < newest THEN
        -- `id + 0`, so that the planner does not come to walk by id after all.
        EXECUTE 'SELECT array(SELECT id FROM search_entry WHERE id + 0 < $1 AND ' || asked
            || ' ORDER BY id + 0 DESC LIMIT $2)'
            INTO more USING last, newest - cardinality(ids);
        ids := ids || more;
    END IF;
    ids := ids[1:newest];
END $$
"""


def create(connection: Connection) -> None:
    """Make the functions anew as they are now, whatever was there."""
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    for signature in _SIGNATURES:
        connection.execute(text(f"DROP FUNCTION IF EXISTS search_find({signature})"))
    for function in (_LEARN, _FIND):
        shared = ", ".join(str(int(kind)) for kind in sorted(SHARED))
        made = function.format(schema=schema, last_kind=KINDS - 1, top=TOP, shared=shared)
        connection.execute(text(made))


def drop(connection: Connection) -> None:
    for function in (f"search_find({_SIGNATURES[-1]})", "search_learn(text[])"):
        connection.execute(text(f"DROP FUNCTION {function}"))
