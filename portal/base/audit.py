"""Whether the record of what was done is whole, and how what was kept long enough is let go.

The application only ever adds to it. On PostgreSQL its role cannot do anything else: the tables'
owner alone may take rows away, which is what `portal audit prune` is run as.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, String, cast, delete, func, literal, select, text
from sqlalchemy.orm import Session

from portal.base.event_chain import EventChain
from portal.base.history import DeskEvent, Event
from portal.base.tenancy import NOBODY, Scope

APPEND_ONLY = ("event", "desk_event")
_AT_ONCE = 1_000  # rows in memory
_DESK = "desk"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one chain: how many events it has, and the number of the first bad one."""

    chain: str
    events: int
    broken_at: int | None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify(session: Session) -> Iterator[Verdict]:
    """Follow every chain from its beginning to its end, by name. Reads with a scope of all."""
    for chain in session.scalars(select(EventChain).order_by(EventChain.name)):
        yield _verdict(session, chain)
    for account_id in session.scalars(_without_chain()):
        yield Verdict(f"account {account_id}", 0, 1)


def chains(session: Session) -> list[str]:
    return list(session.scalars(select(EventChain.name).order_by(EventChain.name)))


def scope_of(chain: str) -> Scope:
    """What a session must be opened to that prunes the chain."""
    if chain == _DESK:
        return NOBODY
    only = int(chain.removeprefix("account "))
    return Scope(frozenset({only}), only)


def chains_before(session: Session, before: datetime) -> list[str]:
    """The chains with something that happened before a moment. Reads with a scope of all."""
    old = select(Event.account_id).where(Event.at < before).distinct()
    names = [f"account {account_id}" for account_id in session.scalars(old)]
    desk = session.scalars(select(DeskEvent.id).where(DeskEvent.at < before).limit(1)).first()
    return [_DESK] * bool(desk) + names


def may_prune(session: Session) -> bool:
    """Whether the database lets this role take events away; see `append_only`."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    asked = text(
        "SELECT current_user = tableowner FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename = 'desk_event'"
    )
    return session.connection().execute(asked).scalar() is True


def prune(session: Session, name: str, *, before: datetime) -> int:
    """Let go of what happened before a moment in one chain, and tell how many events that was.

    It loses its beginning and nothing else. What is left is verified from there.
    """
    ask = select(EventChain).where(EventChain.name == name).with_for_update()
    chain, table = session.scalars(ask).one(), _table_of(name)
    mine = [table.number > chain.pruned, *_of_chain(name)]
    # Up to the first that is young enough: nothing is taken out of the middle.
    young = session.scalars(select(func.min(table.number)).where(table.at >= before, *mine)).one()
    last = session.scalars(
        select(table)
        .where(table.number < (young or chain.number + 1), *mine)
        .order_by(table.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return 0
    chain.pruned, chain.pruned_hash, upto = last.number, last.hash, last.number
    session.expunge(last)
    gone: Any = session.execute(
        delete(table)
        .where(table.number <= upto, *_of_chain(name))
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)


def append_only(connection: Connection) -> None:
    """Let nobody but the tables' owner change or take away an event, on PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(
        text(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF current_user <> (SELECT tableowner FROM pg_tables"
            " WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME) THEN"
            " RAISE insufficient_privilege USING MESSAGE = TG_TABLE_NAME || ' is only added to';"
            " END IF; IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF; RETURN OLD; END $$"
        )
    )
    for table in APPEND_ONLY:
        connection.execute(
            text(
                f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        )
        connection.execute(
            text(
                f"CREATE TRIGGER append_only_{table}_whole BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )


def remove(connection: Connection) -> None:
    """The same undone, for a migration back."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION refuse_change() CASCADE"))


def broken_link(
    events: "Iterable[Event] | Iterable[DeskEvent]", *, previous: str = "", number: int = 0
) -> Event | DeskEvent | None:
    """The first of these rows (oldest first, complete) that does not follow from the one before.

    `previous` and `number` are the hash and the number of the last row before them, if any.
    """
    for event in events:
        if event.number != number + 1 or event.hash != event.digest(previous):
            return event
        previous, number = event.hash, event.number
    return None


def _verdict(session: Session, chain: EventChain) -> Verdict:
    table, count, last = _table_of(chain.name), 0, chain.pruned
    asked: Select[Any] = select(table).where(*_of_chain(chain.name)).order_by(table.number)
    events = session.scalars(asked.execution_options(yield_per=_AT_ONCE))

    def passing() -> Iterator[Any]:
        nonlocal count, last
        for event in events:
            session.expunge(event)  # a year of events does not fit into memory
            count, last = count + 1, event.number
            yield event

    with closing(events):
        broken = broken_link(passing(), previous=chain.pruned_hash or "", number=chain.pruned)
    if broken is not None:
        return Verdict(chain.name, count, broken.number)
    end: Select[Any] = select(table.hash).where(table.number == last, *_of_chain(chain.name))
    hash_ = session.scalars(end).one_or_none() or chain.pruned_hash or ""
    if (last, hash_) != (chain.number, chain.hash):
        return Verdict(chain.name, count, last + 1)  # its end was cut off
    return Verdict(chain.name, count, None)


def _table_of(chain: str) -> Any:
    return DeskEvent if chain == _DESK else Event


def _of_chain(chain: str) -> list[Any]:
    return [] if chain == _DESK else [Event.account_id == int(chain.removeprefix("account "))]


def _without_chain() -> Select[int]:
    """Accounts with events whose chain was taken away."""
    known = select(EventChain.id).where(
        EventChain.name == literal("account ") + cast(Event.account_id, String)
    )
    return select(Event.account_id).where(~known.exists()).distinct()
