"""Writing thousands of an account's rows, one statement a chunk: imports go past the ORM here.

The rows travel as one JSON text, which both databases read as a table; records one by one would
take ten times as long. What the ORM's checks would do is done here: every row is written for the
account that the session writes for, and for no other.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import String, Table, bindparam, func, inspect, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from portal.base.tenancy import OutOfScope, Owned, ScopedSession, vetting
from portal.base.visibility import Narrowed

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
CHUNK = 2_000  # rows a statement: larger ones are hardly faster, and hold the writers' lock longer


def insert_rows(
    session: Session,
    kind: type[Owned],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    constants: Mapping[str, Any],
    returning: str,
) -> dict[Any, int]:
    """Insert rows that break no constraint, and say which: the ids by the column `returning`.

    Rows whose twin is there already, in whichever account, are passed over and not returned.
    """
    own = _own_columns(session, constants)
    if not _all_seen(session, kind, columns, rows, own):
        raise OutOfScope("Some of the rows would not be seen by whoever writes them.")
    names, source = _source(session, kind, columns)
    statement = (
        f"INSERT INTO {_table(kind)} ({', '.join([*names, *own])})"  # noqa: S608
        f" SELECT {', '.join([f'r.{name}' for name in names] + [f':{name}' for name in own])}"
        f" FROM {source} WHERE true ON CONFLICT DO NOTHING RETURNING {returning}, id"
    )
    return dict(_run(session, kind, statement, rows, own).all())


def update_rows(
    session: Session,
    kind: type[Owned],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    constants: Mapping[str, Any],
) -> int:
    """Write columns of rows known by `id`, the first column; how many were written."""
    own = _own_columns(session, constants)
    told = getattr(kind, "narrowed_by", None) in columns
    if not _hold(session, kind, rows) or (
        told and not _all_seen(session, kind, columns, rows, own)
    ):
        raise OutOfScope("Some of the rows are not seen by whoever writes them, or would not be.")
    names, source = _source(session, kind, columns)
    sets = [f"{name} = r.{name}" for name in names[1:]]
    sets += [f"{name} = :{name}" for name in own if name != "account_id"]
    statement = (
        f"UPDATE {_table(kind)} AS t SET {', '.join(sets)}, version = t.version + 1"  # noqa: S608
        # The plus keeps SQLite from walking through the whole account for each row.
        f" FROM {source} WHERE t.id = r.id AND +t.account_id = :account_id"
    )
    written: Any = _run(session, kind, statement, rows, own)
    return int(written.rowcount)


def _own_columns(session: Session, constants: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(session, ScopedSession) or session.scope.write is None:
        raise OutOfScope("This session reads only.")
    return {**constants, "account_id": session.scope.write}


def _all_seen(
    session: Session,
    kind: type[Owned],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    own: Mapping[str, Any],
) -> bool:
    """Whether whoever sees a part of the account only would see rows with these values."""
    limits = session.scope.limits if isinstance(session, ScopedSession) else None
    if limits is None or not issubclass(kind, Narrowed):
        return True
    if (by := kind.narrowed_by) in columns:
        values = {row[columns.index(by)] for row in rows}
    else:
        values = {own.get(by)}
    return all(kind.admits(limits, own["account_id"], value) for value in values)


def _hold(session: Session, kind: type[Owned], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether they see all of these rows as they are, known by their ids."""
    limits = session.scope.limits if isinstance(session, ScopedSession) else None
    if limits is None or not issubclass(kind, Narrowed):
        return True
    table, ids = cast(Any, kind), {row[0] for row in rows}
    mine = select(func.count(table.id)).where(table.id.in_(ids))
    return session.scalars(mine).one() == len(ids)


def _source(session: Session, kind: type[Owned], columns: Sequence[str]) -> tuple[list[str], str]:
    """The rows as a table `r`: read from JSON with the types that the columns have."""
    table = _table(kind)
    names = [table.c[name].name for name in columns]  # a name that is no column raises
    if session.get_bind().dialect.name == "sqlite":
        parts = [f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names)]
        return names, f"(SELECT {', '.join(parts)} FROM json_each(:rows)) AS r"  # noqa: S608
    parts = [
        f"(value->>{place})::{_type(table, name)} AS {name}" for place, name in enumerate(names)
    ]
    read = "json_array_elements(:rows) AS e(value)"
    return names, f"(SELECT {', '.join(parts)} FROM {read}) AS r"  # noqa: S608


def _type(table: Table, name: str) -> str:
    kind = table.c[name].type
    # A cast to VARCHAR(20) would cut silently what is too long; the column itself refuses it.
    return "TEXT" if isinstance(kind, String) else kind.compile(_POSTGRESQL)


def _run(
    session: Session, kind: type[Owned], statement: str, rows: Sequence[Any], own: dict[str, Any]
) -> Any:
    table = _table(kind)
    bound = text(statement).bindparams(*[bindparam(name, type_=table.c[name].type) for name in own])
    values = {**own, "rows": json.dumps([list(row) for row in rows], ensure_ascii=False)}
    with vetting():
        return session.connection().execute(bound, values)


def _table(kind: type[Owned]) -> Table:
    table = inspect(kind).local_table
    assert isinstance(table, Table)
    return table
