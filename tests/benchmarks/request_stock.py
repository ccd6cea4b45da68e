"""Service requests as they lie there after years: many customers', most closed, some very long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role
from portal.base.event_chain import EventChain
from portal.base.history import Event
from portal.base.search import Kind
from portal.escalations.models import ThresholdNotice
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import OPEN, RUNNING, Status
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget
from tests.benchmarks.database import Bench
from tests.benchmarks.request_rows import Made, Plan, made
from tests.benchmarks.stock import Size, Stock, fill
from tests.benchmarks.years import OURS, People, finish, people_of, write

LONG, LONGEST = 3, 2_000  # so many requests have so many messages
SHORTEST = 40  # requests at least, at any scale
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
    people = people_of(bench, stock, desk=Role.AGENT)
    whole = Requests(stock, people.agents[0], number, 0, 0, 0)
    random, now = Random(4), clock.now()
    plans = _plans(number, stock, people, random, now)
    while some := [made(plan, people, random, now) for plan in islice(plans, _AT_ONCE)]:
        kinds = (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK)
        entries = {kind: [it.entry(kind) for it in some] for kind in kinds}
        write(bench, [it.rows for it in some], entries)
        for it in some:
            _note(whole, it)
    finish(bench, people, _TABLES)
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


def _note(whole: Requests, it: Made) -> None:
    whole.messages += it.request.version
    if it.request.account_id != whole.beside.account_id:
        return
    if it.request.version == LONGEST:
        whole.long_id = it.request.id
    elif (it.request.version == 5 and it.request.status in RUNNING) or not whole.usual_id:
        whole.usual_id = it.request.id
