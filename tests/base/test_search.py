"""Found however it was typed, by those who may read it, and by nobody else."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from portal.base.search import (
    Hits,
    Kind,
    Query,
    find,
    find_each,
    forget,
    hits,
    index,
    inside,
    query_of,
    strictly,
    tokens_of,
)
from portal.base.tenancy import OutOfScope, Scope, ScopedSession
from portal.base.visibility import Limits
from tests.factories import make_account

Sessions = sessionmaker[ScopedSession]

SERIAL, MAC = "8G2241-0A3F12-QX", "64:16:7f:77:56:d8"
STAFF = Scope(None, None, staff=True, reason="test")


@pytest.fixture
def alfa(session: ScopedSession) -> int:
    return make_account(session).id


@pytest.fixture
def beta(session: ScopedSession) -> int:
    return make_account(session).id


def enter(sessions: Sessions, account: int, *records: int, **found_by: object) -> None:
    with sessions(scope=Scope(frozenset({account}), account)) as session:
        tokens = tokens_of(**found_by)  # type: ignore[arg-type]
        index(session, Kind.PRODUCT, [(record, account, tokens) for record in records])
        session.commit()


def found(sessions: Sessions, scope: Scope | int, query: Query | str, **options: int) -> list[int]:
    if isinstance(scope, int):
        scope = Scope(frozenset({scope}), None)
    query = query_of(query) if isinstance(query, str) else query
    with sessions(scope=scope) as session:
        newest = find(session, Kind.PRODUCT, query, **{"limit": 25, **options})
        below = {Kind.PRODUCT: options["before"]} if "before" in options else None
        both = {Kind.PRODUCT: query, Kind.REPLACEMENT: query}
        each = find_each(session, both, below=below, limit=options.get("limit", 25))
        assert each.pop(Kind.PRODUCT, []) == newest
        assert each in ({}, {Kind.REPLACEMENT: []})
        if "limit" not in options and "before" not in options:
            assert hits(session, Kind.PRODUCT, query, newest=1, cap=25) == Hits(newest, many=False)
        return newest


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Østby", "ostby"),
        ("Østby", "Oestby"),
        ("Østby", "øst"),
        ("Ødegård", "Odegaard"),
        ("Ødegård", "Oedegaard"),
        ("Ødegård", "odegard"),
        ("Ødegård", "ODEGÅRD"),
        ("headset", "hodesett"),
        ("Hodesettene", "headsets"),
        ("Ås", "as"),
        ("Ås", "aas"),
        ("lisenser", "lisens"),
        ("lisens", "lisenser"),
        ("Møterom Fløyen", "floyen moterom"),
        ("konferansetelefon", "conference phone"),
        ("conference phone", "konferansetelefoner"),
        ("CCX 500", "ccx500"),
        ("CCX500", "ccx 500"),
        ("Яна", "яна"),
        ("Čáhcesuolu", "cahce"),
    ],
)
def test_words_are_found_however_they_were_typed(
    sessions: Sessions, alfa: int, written: str, typed: str
) -> None:
    enter(sessions, alfa, 1, texts=[f"2. etasje, {written}"])
    enter(sessions, alfa, 2, texts=["Bergen"])

    assert found(sessions, alfa, typed) == [1]


@pytest.mark.parametrize("typed", ["stby", "Bergen Østby", "Østbygda", "8"])
def test_other_words_are_not(sessions: Sessions, alfa: int, typed: str) -> None:
    enter(sessions, alfa, 1, texts=["Østby"])
    enter(sessions, alfa, 2, texts=["Bergen"])

    assert found(sessions, alfa, typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        *("8G22410A3F12QX", "8g22410a3f12qx", "8G-2241 0A3F12 QX", "8g2", "8G2241", "8g22 41"),
        *("2241", "0A3F", "410A3F12", "22410a3", "3F12-QX", "2qx", "12qx"),
        *("64167F7756D8", "64-16-7f-77-56-d8", "641", "64:16:7f"),
        *("6416.7f77", "7756", "56:d8", "6d8"),
    ],
)
def test_identifiers_are_found_by_any_part_of_them(
    sessions: Sessions, alfa: int, typed: str
) -> None:
    enter(sessions, alfa, 1, texts=["Østby"], identifiers=[SERIAL, MAC])
    enter(sessions, alfa, 2, identifiers=["G7B03A", "2222222"])

    assert found(sessions, alfa, typed) == [1]


@pytest.mark.parametrize("typed", ["8G22412", "QX64", "2241F12Q", "0A3F0A3F", "12QXX", "77567F"])
def test_parts_that_do_not_stand_together_are_not_found(
    sessions: Sessions, alfa: int, typed: str
) -> None:
    enter(sessions, alfa, 1, texts=["Østby 12"], identifiers=[SERIAL, MAC, "7F7"])

    assert found(sessions, alfa, typed) == found(sessions, alfa, inside(typed)) == []


def test_every_part_from_four_signs_on_is_found_wherever_it_stands(
    sessions: Sessions, alfa: int
) -> None:
    serial = "8G22410A3F12QX"
    enter(sessions, alfa, 1, identifiers=[serial])

    parts = {serial[i:j] for i in range(len(serial)) for j in range(i + 4, len(serial) + 1)}
    assert [part for part in parts if found(sessions, alfa, inside(part)) != [1]] == []


def test_a_word_and_part_of_an_identifier_find_together(sessions: Sessions, alfa: int) -> None:
    enter(sessions, alfa, 1, texts=["Østby"], identifiers=[SERIAL])
    enter(sessions, alfa, 2, texts=["Bergen"], identifiers=[SERIAL[:-1]])

    assert found(sessions, alfa, "ostby 0A3F") == [1]


def test_the_very_words_alone_are_found_where_nothing_else_is_asked_for(
    sessions: Sessions, alfa: int
) -> None:
    enter(sessions, alfa, 1, texts=["Lisenser utløper"])
    enter(sessions, alfa, 2, texts=["En lisens"])
    enter(sessions, alfa, 3, marks=["m7"])
    enter(sessions, alfa, 4, identifiers=[SERIAL])

    loose = query_of("lisenser", lambda _word: ["m7"])
    assert found(sessions, alfa, loose) == [3, 2, 1]
    assert found(sessions, alfa, strictly(loose)) == [3, 1]
    assert found(sessions, alfa, query_of("utlø")) == [1]
    assert found(sessions, alfa, strictly(query_of("utlø"))) == []
    assert found(sessions, alfa, query_of(SERIAL[-6:])) == [4]
    assert found(sessions, alfa, strictly(query_of(SERIAL[-6:]))) == []


def test_words_may_stand_for_marks_and_marks_narrow(sessions: Sessions, alfa: int) -> None:
    enter(sessions, alfa, 1, texts=["Østby"], marks=["m7", "s1"])
    enter(sessions, alfa, 2, texts=["Østby"], marks=["m77", "s2"])
    of_a_model = query_of("Studio", lambda word: ["m7"] if word == "studio" else [])

    assert found(sessions, alfa, of_a_model) == [1]
    assert found(sessions, alfa, query_of("ostby").narrowed(["s2", "s3"])) == [2]
    assert found(sessions, alfa, of_a_model.narrowed(["s2"])) == []
    assert found(sessions, alfa, query_of("ostby").narrowed([])) == []


@pytest.mark.parametrize("mark", ["a1k1", "k1", "tabc", "m 1", "m1 OR m2", "", "M1"])
def test_marks_cannot_pass_for_anything_else(mark: str) -> None:
    with pytest.raises(ValueError, match="mark"):
        tokens_of(marks=[mark])


def test_the_newest_come_first_and_page_by_page(sessions: Sessions, alfa: int) -> None:
    enter(sessions, alfa, *range(1, 31), texts=["Østby"])

    assert found(sessions, alfa, "ostby", limit=3) == [30, 29, 28]
    assert found(sessions, alfa, "ostby", limit=3, before=28) == [27, 26, 25]
    assert found(sessions, alfa, "ostby", limit=3, before=2) == [1]
    assert found(sessions, alfa, Query(), limit=2) == [30, 29]


def test_rare_and_common_words_are_both_found_among_many(
    sessions: Sessions, alfa: int, beta: int
) -> None:
    enter(sessions, alfa, *range(1, 3000), texts=["Møterom Bergen"], identifiers=["8G00000000AA"])
    enter(sessions, alfa, 7, texts=["Møterom Østby"], identifiers=["8G22410A3F12QX"])
    enter(sessions, beta, *range(3000, 6000), texts=["Møterom Østby"])

    assert found(sessions, alfa, "ostby") == found(sessions, alfa, "0A3F") == [7]
    assert found(sessions, alfa, "moter", limit=2) == [2999, 2998]
    assert found(sessions, alfa, "moterom bergen", limit=2, before=8) == [6, 5]
    assert found(sessions, STAFF, "ostby", limit=3001)[-1] == 7


def test_words_that_some_have_are_found_from_the_newest_to_the_oldest(
    sessions: Sessions, alfa: int, beta: int
) -> None:
    enter(sessions, beta, *range(7000), texts=["Kantine"])
    enter(sessions, alfa, *range(7000, 14000), texts=["Møterom"], identifiers=["8G00000000AA"])
    some = range(7000, 14000, 40)
    enter(sessions, alfa, *some, texts=["Møterom Kantine"], identifiers=["8G22410A3F12QX"])
    newest = sorted(some, reverse=True)

    for query in ("kantine", "kant", "0A3F", "moterom kantine", "kantine 0A3F"):
        assert found(sessions, alfa, query, limit=100) == newest[:100]
        assert found(sessions, alfa, query, limit=300) == newest
        assert found(sessions, alfa, query, limit=9, before=newest[150]) == newest[151:160]
        assert found(sessions, Scope(frozenset({alfa, 999_999}), None), query, limit=300) == newest
        with sessions(scope=Scope(frozenset({alfa}), None)) as session:
            ask = partial(hits, session, Kind.PRODUCT, query_of(query))
            assert (
                ask(newest=9, cap=175) == ask(newest=9, cap=175, before=9000) == Hits(newest, False)
            )
            assert ask(newest=9, cap=174) == Hits(newest[:9], many=True)
            assert ask(newest=9, cap=174, before=newest[150]) == Hits(newest[151:160], many=True)
            assert ask(newest=150, cap=50, before=newest[2]) == Hits(newest[3:153], many=True)


def test_marks_that_are_not_wanted_leave_entries_out(
    sessions: Sessions, alfa: int, beta: int
) -> None:
    enter(sessions, alfa, *range(1, 40), texts=["Østby"], identifiers=[SERIAL])
    enter(sessions, alfa, 3, 30, texts=["Østby"], identifiers=[SERIAL], marks=["c1"])
    enter(sessions, beta, 50, texts=["Østby"], identifiers=[SERIAL])
    rest = [each for each in range(39, 0, -1) if each not in {3, 30}]

    for query in (query_of("ostby"), query_of("0A3F"), inside("0A3F"), Query()):
        assert found(sessions, alfa, query.without(["c1", "c2"]), limit=50) == rest
        with sessions(scope=Scope(frozenset({alfa}), None)) as session:
            all_of_it = hits(session, Kind.PRODUCT, query.without(["c1"]), newest=1, cap=37)
            too_many = hits(session, Kind.PRODUCT, query.without(["c1"]), newest=10, cap=36)
        assert all_of_it == Hits(rest, many=False)
        assert too_many == Hits(rest[:10], many=True)


def test_words_with_many_endings_are_found(sessions: Sessions, alfa: int) -> None:
    for number in range(99):
        enter(sessions, alfa, number, texts=[f"romme{number:02}"])

    assert found(sessions, alfa, "romme", limit=100) == list(range(98, -1, -1))


def test_nobody_finds_or_counts_what_is_not_theirs(
    sessions: Sessions, alfa: int, beta: int, session: ScopedSession
) -> None:
    gamma = make_account(session).id
    for record, account in enumerate((alfa, beta, gamma), 1):
        enter(sessions, account, record, texts=["Østby"], identifiers=[SERIAL], marks=["m1"])

    nobody, partner = Scope(frozenset(), None), Scope(frozenset({alfa, gamma}), alfa)
    for query in (query_of("ostby"), inside("0A3F"), Query(), Query().narrowed(["m1"])):
        assert found(sessions, alfa, query) == [1]
        assert found(sessions, partner, query) == [3, 1]
        assert found(sessions, STAFF, query) == [3, 2, 1]
        assert found(sessions, nobody, query) == []


@pytest.mark.parametrize(
    "typed",
    [
        *("a2k1", "k1", "wostby", "m1", '" OR 1', "ostby OR bergen", "NOT x", "*", '"', "'", "''"),
        *(
            "words:x",
            "ostby*)",
            "'; DROP TABLE search_entry; --",
            "a\x00b",
            "%",
            "\\",
            "{}",
            "NEAR(",
        ),
        *(
            ".",
            "(?=",
            "⑴",
            "ͺ",
            "\ud800",
            "ﷺ",
            "a" * 5000,
            "a " * 5000,
            "-ostby",
            "^x",
            ":*",
            "!ostby",
        ),
    ],
)
def test_no_operator_can_be_typed(sessions: Sessions, alfa: int, beta: int, typed: str) -> None:
    enter(sessions, alfa, 1, texts=["Bergen"], identifiers=[SERIAL], marks=["m1"])
    enter(sessions, beta, 2, texts=["Østby", typed], identifiers=[typed])

    assert found(sessions, alfa, typed) == found(sessions, alfa, inside(typed)) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_nothing_that_can_be_typed_or_stored_is_an_error(
    sessions: Sessions, alfa: int, typed: str
) -> None:
    enter(sessions, alfa, 1, texts=[typed], identifiers=[typed])

    query = query_of(typed)
    if query.clauses and all(clause.tokens for clause in query.clauses):
        assert found(sessions, alfa, query) == [1]


def test_entries_are_changed_and_forgotten_in_step(sessions: Sessions, alfa: int) -> None:
    enter(sessions, alfa, 1, 2, texts=["Østby"], identifiers=[SERIAL])
    enter(sessions, alfa, 1, texts=["Bergen"], identifiers=[MAC])

    assert found(sessions, alfa, "ostby") == found(sessions, alfa, "0A3F") == [2]
    assert found(sessions, alfa, "bergen") == found(sessions, alfa, "7f77") == [1]

    with sessions(scope=Scope(frozenset({alfa}), alfa)) as session:
        forget(session, Kind.PRODUCT, [2])
        session.commit()
    assert found(sessions, alfa, Query()) == [1]
    assert found(sessions, alfa, "ostby") == []


def test_what_is_undone_was_never_indexed(sessions: Sessions, alfa: int) -> None:
    enter(sessions, alfa, 1, texts=["Bergen"])
    with sessions(scope=Scope(frozenset({alfa}), alfa)) as session:
        index(
            session, Kind.PRODUCT, [(1, alfa, tokens_of(["Østby"])), (2, alfa, tokens_of(["Ås"]))]
        )
        assert find(session, Kind.PRODUCT, query_of("ostby"), limit=9) == [1]
        session.rollback()

    assert found(sessions, alfa, Query()) == found(sessions, alfa, "bergen") == [1]
    assert found(sessions, alfa, "ostby") == []


def test_only_entries_of_the_accounts_own_are_written(
    sessions: Sessions, alfa: int, beta: int
) -> None:
    enter(sessions, beta, 1, texts=["Østby"])
    both, reader = Scope(frozenset({alfa, beta}), alfa), Scope(frozenset({alfa}), None)
    with sessions(scope=both) as session, pytest.raises(OutOfScope):
        index(session, Kind.PRODUCT, [(1, beta, tokens_of(["Bergen"]))])
    with sessions(scope=both) as session:
        index(session, Kind.PRODUCT, [(1, alfa, tokens_of(["Bergen"]))])
        with suppress(OutOfScope):  # on PostgreSQL there is nothing to delete for this session
            forget(session, Kind.PRODUCT, [1])
        session.rollback()
    with sessions(scope=reader) as session, pytest.raises(OutOfScope):
        index(session, Kind.PRODUCT, [(2, alfa, tokens_of(["Bergen"]))])

    assert found(sessions, beta, "ostby") == [1]


def test_what_tells_of_all_sites_is_for_whoever_sees_all_of_them(
    sessions: Sessions, alfa: int, beta: int
) -> None:
    """Of an account that is seen in part, the entries that tell less are found, and no others."""
    both = (Kind.LICENSE, Kind.LICENSE_ITSELF)
    for record, account in ((1, alfa), (2, beta)):
        with sessions(scope=Scope(frozenset({account}), account)) as session:
            for kind in both:
                index(session, kind, [(record, account, tokens_of(["Lens"], marks=["s7"]))])
            session.commit()
    read = frozenset({alfa, beta})
    at_one = Limits(5, at_sites=frozenset({alfa}), sites=frozenset({7}), others=True)
    elsewhere = replace(at_one, sites=frozenset({8}))
    for scope, expected in (
        (Scope(read, None), ([2, 1], [])),
        (STAFF, ([2, 1], [])),
        (Scope(read, None, limits=at_one), ([2], [1])),
        (Scope(read, None, limits=elsewhere), ([2], [])),
        (Scope(frozenset({alfa}), None, limits=replace(at_one, others=False)), ([], [1])),
        (Scope(None, None, reason="test", limits=at_one), ([], [1])),
    ):
        with sessions(scope=scope) as session:
            query = query_of("lens")
            found = find_each(session, dict.fromkeys(both, query), limit=9)
            assert tuple(found.get(kind, []) for kind in both) == expected
            assert tuple(find(session, kind, query, limit=9) for kind in both) == expected
    with sessions(scope=Scope(frozenset({alfa}), alfa, limits=at_one)) as session:
        for kind, mark in ((Kind.LICENSE, "s7"), (Kind.LICENSE_ITSELF, "s8")):
            with pytest.raises(OutOfScope):
                index(session, kind, [(1, alfa, tokens_of(["Lens"], marks=[mark]))])


def test_the_index_is_reached_in_no_other_way(session_of: Callable[[int], ScopedSession]) -> None:
    with pytest.raises(OutOfScope):
        session_of(1).connection().execute(text("SELECT * FROM search_entry"))


def test_the_words_that_others_use_cannot_be_read(
    sessions: Sessions, alfa: int, engine: Engine
) -> None:
    enter(sessions, alfa, 1, texts=["Hemmelig"])
    if engine.dialect.name == "postgresql":  # SQLite has no roles to keep apart
        with engine.connect() as connection:
            assert connection.execute(text("SELECT * FROM search_entry_fts_word")).all() == []
