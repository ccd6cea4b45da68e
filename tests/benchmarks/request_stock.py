"""Service requests as they lie there after years: many customers', most closed, some very long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from sqlalchemy import insert, select, text

from portal.accounts.models import Account, Site, User
from portal.base import clock
from portal.base.access import Role
from portal.base.db import make_engine
from portal.base.event_chain import EventChain
from portal.base.history import Event
from portal.base.search import Kind, index
from portal.base.tenancy import vetting
from portal.escalations.models import ThresholdNotice
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import OPEN, RUNNING, Status
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget
from tests.benchmarks.database import Bench
from tests.benchmarks.request_rows import Made, People, Plan, made
from tests.benchmarks.stock import Size, Stock, fill
from tests.factories import make_user

OURS = 10  # of so many requests one is of the account at hand
LONG, LONGEST = 3, 2_000  # so many requests have so many messages
SHORTEST = 40  # requests at least, at any scale
_PEOPLE, _AGENTS = 3, 30  # of each account; at the desk
_MESSAGES = (1, 2, 3, 4, 5, 5, 6, 7, 8, 9)
_AT_ONCE = 2_000
_YEARS = timedelta(days=3 * 365)
_OPEN = (*[Status.NEW] * 2, *[Status.IN_PROGRESS] * 4, *sorted(OPEN))
_STOPPED = (*[Status.CLOSED] * 8, Status.SOLVED, Status.CANCELED)
_TABLES = (
    *(ServiceRequest, ServiceRequestMessage, ServiceRequestStep, ServiceRequestTarget),
    *(Follower, ThresholdNotice, Event, EventChain, User),
)


@dataclass(slots=True)
class Requests:
    """What there is, and which of it is looked at."""

    beside: Stock
    agent_id: int
    number: int
    messages: int
    long_id: int
    usual_id: int  # of the account at hand, with as many messages as most


def fill_with_requests(bench: Bench, scale: float) -> Requests:
    accounts = Size.of(scale).accounts
    stock = fill(bench, Size(accounts, accounts * 100, 100))
    number = max(SHORTEST, int(200_000 * scale))
    people = _people(bench, stock)
    whole = Requests(stock, people.agents[0], number, 0, 0, 0)
    random, now = Random(4), clock.now()
    plans = _plans(number, stock, people, random, now)
    while some := [made(plan, people, random, now) for plan in islice(plans, _AT_ONCE)]:
        _write(bench, some)
        for it in some:
            _note(whole, it)
    with bench.arranging() as session:
        session.execute(
            insert(EventChain),
            [
                {"name": f"account {account_id}", "number": events, "hash": "0" * 64, "pruned": 0}
                for account_id, events in people.events.items()
            ],
        )
    _go_on_counting(bench)
    bench.settle()
    return whole


def _plans(
    number: int, stock: Stock, people: People, random: Random, now: datetime
) -> Iterator[Plan]:
    """In the order in which they were opened. What is open was answered lately, as it should be."""
    others = [each for each in people.of_account if each != stock.account_id]
    for each in range(number):
        ours, long = each % OURS == 0, each in {OURS * 2, OURS * 3, number // 2 // OURS * OURS}
        opened_at = now - _YEARS * (1 - each / number) - timedelta(minutes=random.randrange(1, 60))
        status = random.choice(_OPEN if random.random() < 0.1 else _STOPPED)
        status = Status.IN_PROGRESS if long else status
        lasted = timedelta(hours=random.randrange(1, 400))
        last_at = min(opened_at + lasted, now - timedelta(minutes=1))
        if status in OPEN:
            last_at = max(last_at, now - timedelta(minutes=random.randrange(1, 2_000)))
        count = LONGEST if long else random.choice(_MESSAGES)
        account_id = stock.account_id if ours else others[each % len(others)]
        rare = each in {OURS, number // 3 // OURS * OURS, (number - 1) // OURS * OURS}
        yield Plan(each + 1, account_id, status, count, opened_at, last_at, rare)


def _write(bench: Bench, some: list[Made]) -> None:
    with bench.arranging() as session:
        with vetting():
            for table in some[0].rows:
                if rows := [row for it in some for row in it.rows[table]]:
                    session.connection().execute(insert(table.__table__), rows)
        for kind in (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK):
            index(session, kind, [it.entry(kind) for it in some])


def _note(whole: Requests, it: Made) -> None:
    whole.messages += it.request.version
    if it.request.account_id != whole.beside.account_id:
        return
    if it.request.version == LONGEST:
        whole.long_id = it.request.id
    elif (it.request.version == 5 and it.request.status in RUNNING) or not whole.usual_id:
        whole.usual_id = it.request.id


def _people(bench: Bench, stock: Stock) -> People:
    with bench.arranging() as session:
        of_account: dict[int, list[int]] = {stock.account_id: [stock.user_id]}
        for account in session.scalars(select(Account)).all():
            users = [make_user(session, account=account, role=Role.MEMBER) for _ in range(_PEOPLE)]
            of_account.setdefault(account.id, []).extend(user.id for user in users)
        agents = [make_user(session, role=Role.AGENT, language="nb").id for _ in range(_AGENTS)]
        sites: dict[int, list[int]] = {}
        for account_id, site_id in session.execute(select(Site.account_id, Site.id)):
            sites.setdefault(account_id, []).append(site_id)
        return People(of_account, agents, sites, {})


def _go_on_counting(bench: Bench) -> None:
    """PostgreSQL gives numbers by itself, and does not know which are taken."""
    if bench.kind != "postgresql":
        return
    engine = make_engine(bench.owner_url)
    with engine.begin() as connection:
        for table in _TABLES:
            name = f'"{table.__tablename__}"'
            top = f"(SELECT coalesce(max(id), 1) FROM {name})"
            called = f"pg_get_serial_sequence('{name}', 'id')"
            connection.execute(text(f"SELECT setval({called}, {top})"))
    engine.dispose()
