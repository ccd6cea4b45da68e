"""Replacements as they lie there after years: many customers', most long finished."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count as counting
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role
from portal.base.event_chain import EventChain
from portal.base.search import Kind
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.step_models import ReplacementStep
from tests.benchmarks.database import Bench
from tests.benchmarks.replacement_courses import Course, Plan
from tests.benchmarks.replacement_past import TABLES
from tests.benchmarks.replacement_rows import made
from tests.benchmarks.stock import Size, Stock, fill
from tests.benchmarks.years import OURS, finish, people_of, write

SHORTEST = 100  # replacements at least, at any scale
_FINISHED = frozenset(
    (Course.RETURNED, Course.DESTROYED, Course.PAID, Course.WAIVED, Course.CALLED_OFF)
) | {Course.DECLINED}
_DEAD = 0.02  # so many came because the new device did not work either
_AT_ONCE = 2_000


@dataclass(slots=True)
class Replacements:
    """What there is, and which of it is looked at: the last of each course, of the account at
    hand."""

    beside: Stock
    desk_id: int
    number: int
    ours: dict[Course, int] = field(default_factory=dict)


def fill_with_replacements(bench: Bench, scale: float) -> Replacements:
    accounts = Size.of(scale).accounts
    # What is being replaced is another device each time: a customer has that many.
    ours = max(100, int(3_000 * scale))
    stock = fill(bench, Size(accounts, accounts * 100 + ours, ours))
    number = max(SHORTEST, int(200_000 * scale))
    people = people_of(bench, stock, desk=Role.LOGISTICS)
    whole = Replacements(stock, people.agents[0], number)
    random = Random(5)
    plans = _plans(number, stock.account_id, _devices(bench), random, clock.now())
    while some := list(islice(plans, _AT_ONCE)):
        they = [made(plan, people, random) for plan in some]
        write(bench, [it.rows for it in they], {Kind.REPLACEMENT: [it.entry for it in they]})
        whole.ours |= {it.course: it.id for it in some if it.account_id == stock.account_id}
    finish(bench, people, (Replacement, ReplacementStep, *TABLES, EventChain, User))
    return whole


def _devices(bench: Bench) -> dict[int, list[Any]]:
    """Of each account, what is known of its devices."""
    found: dict[int, list[Any]] = defaultdict(list)
    with bench.arranging() as session:
        columns = (Product.serial_number, Product.mac, Product.asset_tag, Product.site_id)
        query = select(Product.id, Product.account_id, Product.model_id, *columns)
        for row in session.execute(query.order_by(Product.id)):
            found[row.account_id].append(row)
    return found


def _plans(
    number: int, ours: int, devices: dict[int, list[Any]], random: Random, now: datetime
) -> Iterator[Plan]:
    """In the order in which they were asked for."""
    others = [each for each in devices if each != ours]
    going = {each: iter(theirs) for each, theirs in devices.items()}
    last: dict[int, int] = {}
    turns = {course: counting() for course in Course}
    for each, (ago, course) in enumerate(_asked(number, random)):
        account_id = others[each % len(others)] if next(turns[course]) % OURS else ours
        if course in _FINISHED:
            device = random.choice(devices[account_id])
        else:
            device = next(going[account_id])
        before = last.pop(account_id, None) if random.random() < _DEAD else None
        last[account_id] = each + 1
        at = now - timedelta(days=ago, minutes=1)
        yield Plan(each + 1, account_id, course, device, at, before)


def _asked(number: int, random: Random) -> list[tuple[float, Course]]:
    """How many days ago each was asked for, and what became of it; at least one of every course."""
    courses = list(Course)
    shares = [each.value.share for each in courses]
    some = [*courses, *random.choices(courses, shares, k=number - len(courses))]
    asked = [(random.uniform(*each.value.days), each) for each in some]
    return sorted(asked, key=lambda it: it[0], reverse=True)
