"""Which statements reach tables whose records belong to accounts, and which could not be narrowed.

Before a statement is sent it is walked through. What a session reads is asked in the same few
hundred forms again and again, so a form is walked through once.
"""

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.sql.visitors import iterate

owned_tables: set[str] = set()
_looked_through: set[Any] = set()
_MOST_FORMS = 2_000
_under: WeakKeyDictionary[Any, dict[tuple[Any, ...], Any]] = WeakKeyDictionary()
_MOST_SCOPES = 500


class OutOfScope(RuntimeError):
    """Code reached for a record of an account that its session was not opened to."""


def own(table: str) -> None:
    """Let this table be one whose records belong to accounts."""
    owned_tables.add(table)
    _looked_through.clear()


def under(criteria: tuple[Any, ...], statement: Any) -> Any:
    """The statement as it is read by, looked through as it will be sent, so that its form is made
    out once. One that is `KEPT` is asked again and again, and narrowed once for each scope."""
    is_kept = "kept" in statement.get_execution_options()
    kept: dict[tuple[Any, ...], Any] = _under.setdefault(statement, {}) if is_kept else {}
    if (found := kept.get(criteria)) is None:
        found = statement.options(*criteria)
        look_through(found)
        if len(kept) >= _MOST_SCOPES:
            kept.clear()
        kept[criteria] = found
    return found


def look_through(statement: Any) -> None:
    """Refuse what criteria would not narrow. What came through once in this form does so again.

    The form is the one that SQLAlchemy keeps compiled statements by: tables, columns, raw SQL and
    the marks of mapped classes are all in it, and values are not.
    """
    form = statement._generate_cache_key()
    if form is not None and form.key in _looked_through:
        return
    reaches_owned_tables(statement)
    if form is not None:
        if len(_looked_through) >= _MOST_FORMS:
            _looked_through.clear()
        _looked_through.add(form.key)


def reaches_owned_tables(statement: Any) -> bool:
    """Whether criteria are needed. Refuses statements in which they would not take hold."""
    tables, mapped, bare = set(), set(), set()
    for element in iterate(statement):
        # Raw columns that SQLAlchemy itself writes: `count(*)` and `exists (select 1 ...)`.
        raw = getattr(element, "is_literal", None) and str(element) not in {"*", "1"}
        if raw or isinstance(element, sa.TextClause):
            raise OutOfScope("Raw SQL cannot be narrowed.")
        if isinstance(element, sa.Table):
            tables.add(element.name)
        # SQLAlchemy marks what came through a mapped class; a bare table has no such mark,
        if mapper := element._annotations.get("parentmapper"):
            mapped.add(mapper.local_table.name)
        # and `select(func.row_number().over(order_by=Product.id))` is narrowed by nobody.
        if isinstance(element, sa.Select) and not element._propagate_attrs:
            bare |= _tables_of(element)
    if wide := owned_tables & ((tables - mapped) | bare):
        raise OutOfScope(f"Name the mapped classes, not the tables: {wide}")
    return not owned_tables.isdisjoint(tables)


def _tables_of(select: sa.Select[Any]) -> set[str]:
    """The tables it selects from by itself; its subqueries answer for themselves."""
    own = [it for it in select.get_final_froms() if not isinstance(it, sa.Subquery | sa.CTE)]
    return {table.name for it in own for table in iterate(it) if isinstance(table, sa.Table)}
