"""What years of work leave behind, whatever it is about: people, their deeds, and many rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text

from portal.accounts.models import Account, Site
from portal.base.access import Role
from portal.base.db import make_engine
from portal.base.deeds import What
from portal.base.event_chain import EventChain
from portal.base.search import Kind, Tokens, index
from portal.base.tenancy import vetting
from tests.benchmarks.database import Bench
from tests.benchmarks.stock import Stock
from tests.factories import make_user

Rows = dict[Any, list[dict[str, Any]]]
Entry = tuple[int, int, Tokens]
OURS = 10  # of so many records one is of the account at hand
_PEOPLE, _AGENTS = 3, 30  # of each account; at the desk


@dataclass(slots=True)
class People:
    """Who there is: each account's, those of the desk, and where each account is."""

    of_account: dict[int, list[int]]
    agents: list[int]
    sites: dict[int, list[int]]
    events: dict[int, int]  # how many each account has


def people_of(bench: Bench, stock: Stock, *, desk: Role) -> People:
    """People for each account, and as many of staff in this role."""
    with bench.arranging() as session:
        of_account: dict[int, list[int]] = {stock.account_id: [stock.user_id]}
        for account in session.scalars(select(Account)).all():
            users = [make_user(session, account=account, role=Role.MEMBER) for _ in range(_PEOPLE)]
            of_account.setdefault(account.id, []).extend(user.id for user in users)
        agents = [make_user(session, role=desk, language="nb").id for _ in range(_AGENTS)]
        sites: dict[int, list[int]] = {}
        for account_id, site_id in session.execute(select(Site.account_id, Site.id)):
            sites.setdefault(account_id, []).append(site_id)
        return People(of_account, agents, sites, {})


def events_of(
    people: People,
    record: tuple[str, int, int],
    at: datetime,
    told: Iterable[tuple[What, int | None, dict[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """The history of a record, which is of a kind, has a number and is of an account."""
    kind, record_id, account_id = record
    for what, by_id, details in told:
        people.events[account_id] = number = people.events.get(account_id, 0) + 1
        yield {
            "account_id": account_id,
            "number": number,
            "kind": kind,
            "record_id": record_id,
            "what": what,
            "by_id": by_id,
            "on_behalf": False,
            "at": at.replace(microsecond=0),
            "details": details,
            "hash": "0" * 64,
        }


def write(bench: Bench, some: list[Rows], entries: Mapping[Kind, list[Entry]]) -> None:
    """Write the rows of some records, table by table, and let the records be found."""
    with bench.arranging() as session:
        with vetting():
            for table in some[0]:
                if rows := [row for each in some for row in each[table]]:
                    session.connection().execute(insert(table.__table__), rows)
        for kind, theirs in entries.items():
            index(session, kind, theirs)


def finish(bench: Bench, people: People, tables: Collection[Any]) -> None:
    """Let the portal go on where these rows end, with a database that knows what is in it."""
    with bench.arranging() as session:
        session.execute(
            insert(EventChain),
            [
                {"name": f"account {account_id}", "number": events, "hash": "0" * 64, "pruned": 0}
                for account_id, events in people.events.items()
            ],
        )
    if bench.kind == "postgresql":
        go_on_counting(bench, tables)
    bench.settle()


def go_on_counting(bench: Bench, tables: Collection[Any]) -> None:
    """PostgreSQL gives numbers by itself, and does not know which are taken."""
    engine = make_engine(bench.owner_url)
    with engine.begin() as connection:
        for table in tables:
            name = f'"{table.__tablename__}"'
            top = f"(SELECT coalesce(max(id), 1) FROM {name})"
            called = f"pg_get_serial_sequence('{name}', 'id')"
            connection.execute(text(f"SELECT setval({called}, {top})"))
    engine.dispose()
