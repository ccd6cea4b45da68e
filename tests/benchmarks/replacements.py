"""Replacements of years: the customer's list and page, logistics and returns at the desk, searches.

A list takes six statements at most and a page eight, and each twice as long as the bare page, a
search three times. What a promise of delivery takes is measured as well.
"""

import time
from datetime import timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base import clock, workdays
from portal.base.references import reference
from portal.delivery_times.times import delivery_times
from portal.logistics.listing import Which
from portal.products.models import Product
from portal.replacements.filters import ORDERS, Sort
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX
from portal.return_desk.listing import ORDER
from portal.return_desk.listing import Which as Waiting
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser
from tests.benchmarks.pages import BARE, DEEP, Most, deep, page_lines
from tests.benchmarks.replacement_courses import Course
from tests.benchmarks.replacement_rows import tracking_number
from tests.benchmarks.replacement_stock import Replacements
from tests.benchmarks.table import Line, milliseconds

LIST, LOGISTICS, RETURNS = "/replacements", "/desk/logistics", "/desk/returns"
_PROMISES, _SOON = 1_000, 0.001  # how many are made; seconds for one
_SHOWN = (Course.WITH_CUSTOMER, Course.OVERDUE, Course.RETURNED, Course.TO_DESTROY)


def measure(bench: Bench, stock: Replacements, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        customer = Browser(bench.app, session, stock.beside.user(session))
        lars = Browser(bench.app, session, session.get_one(User, stock.desk_id))
        promise = _promise(session)
    calls = {BARE: customer.asking(bare_page.PATH)}
    calls |= {name: customer.asking(path) for name, path in _of_customer(bench, stock).items()}
    calls |= {name: lars.asking(path) for name, path in _of_staff(bench, stock).items()}
    return [*page_lines(bench.engine, calls, _most_of, rounds=rounds), promise]


def _most_of(name: str) -> Most:
    return 3.0 if "search" in name else 2.0, 8 if "a replacement" in name else 6


def _of_customer(bench: Bench, stock: Replacements) -> dict[str, str]:
    ours = Replacement.account_id == stock.beside.account_id
    last = deep(bench, ORDERS[Sort.CHANGED], ours, Replacement.closed_at.is_not(None))
    return {
        "list": LIST,
        "list: oldest first": f"{LIST}?sort=oldest",
        "list: return not received": f"{LIST}?view=return",
        "list: overdue": f"{LIST}?view=overdue",
        "list: closed": f"{LIST}?view=closed",
        "list: closed, oldest first": f"{LIST}?view=closed&sort=oldest",
        f"list: closed, page {DEEP}": f"{LIST}?view=closed&after={last}",
        "list: delivered": f"{LIST}?stage=delivered",
        "list: closed, canceled": f"{LIST}?view=closed&stage=canceled",
        **_searches(bench, stock),
        **{
            f"a replacement: {course.name.lower()}": f"{LIST}/{_number(stock, course)}"
            for course in _SHOWN
        },
    }


def _searches(bench: Bench, stock: Replacements) -> dict[str, str]:
    found = stock.ours[Course.RETURNED]
    with bench.arranging() as session:
        faulty = session.scalars(
            select(Product.identifier).where(
                Product.id == Replacement.product_id, Replacement.id == found
            )
        ).one()
    words = {
        "RMA number": reference(PREFIX, found),
        "tracking number": tracking_number(found),
        "serial number": faulty,
        "a part of one": faulty[2:8],
        "a city of 30 %": "Oslo",
    }
    path = f"{LIST}?view=closed&q="
    return {f"list, search: {name}": f"{path}{word}" for name, word in words.items()}


def _of_staff(bench: Bench, stock: Replacements) -> dict[str, str]:
    back, late = Which.RETURNS, Waiting.OVERDUE
    last = deep(bench, back.order, back.condition)
    overdue = deep(bench, ORDER, late.condition(clock.today()))
    return {
        **{f"logistics: {it.value}": f"{LOGISTICS}?view={it.value}" for it in Which},
        f"logistics: returns, page {DEEP}": f"{LOGISTICS}?view=returns&after={last}",
        **{f"returns: {it.value}": f"{RETURNS}?view={it.value}" for it in Waiting},
        f"returns: overdue, page {DEEP}": f"{RETURNS}?view=overdue&after={overdue}",
        **{
            f"{name}: a replacement, {course.name.lower()}": f"{path}/{_number(stock, course)}"
            for name, path in (("logistics", LOGISTICS), ("returns", RETURNS))
            for course in _SHOWN
        },
    }


def _number(stock: Replacements, course: Course) -> str:
    return reference(PREFIX, stock.ours[course])


def _promise(session: Session) -> Line:
    """Over a year with all its holidays; what it is made of is in memory, as for pages."""
    workdays.get_ready()
    times, taken = delivery_times(session), []
    for number in range(_PROMISES):
        moment = clock.now() + timedelta(hours=number * 9)
        began = time.perf_counter()
        times.promise(moment, country="NO", postal_code=f"{500 + number:04}")
        taken.append(time.perf_counter() - began)
    usual = median(taken)
    shown = f"{milliseconds(usual)}, the slowest {milliseconds(max(taken))}"
    return Line("promise of delivery", shown, goal=f"≤ {milliseconds(_SOON)}", good=usual <= _SOON)
