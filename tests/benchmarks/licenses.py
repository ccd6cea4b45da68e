"""Licenses of years: the customer's list, filters and searches, and a license with many seats.

A list takes six statements at most and a page eight, and each twice as long as the bare page, a
search three times.
"""

from portal.accounts.models import Account
from portal.base.references import reference
from portal.licenses.filters import ORDERS, Sort
from portal.licenses.models import License
from portal.licenses.rules import PREFIX, Status
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.license_stock import COMMON, RARE, Licenses, key_of
from tests.benchmarks.measuring import Browser
from tests.benchmarks.pages import BARE, DEEP, Most, deep, page_lines
from tests.benchmarks.table import Line

LIST = "/licenses"


def measure(bench: Bench, stock: Licenses, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        customer = Browser(bench.app, session, stock.beside.user(session))
        assert session.get(Account, stock.beside.account_id)
    calls = {BARE: customer.asking(bare_page.PATH)}
    calls |= {name: customer.asking(path) for name, path in pages_of(bench, stock).items()}
    return page_lines(bench.engine, calls, _most_of, rounds=rounds)


def _most_of(name: str) -> Most:
    return 3.0 if "search" in name else 2.0, 8 if "a license" in name else 6


def pages_of(bench: Bench, stock: Licenses) -> dict[str, str]:
    ours = License.account_id == stock.beside.account_id
    site = next(iter(stock.beside.sites.values()))
    key = key_of(stock.few)
    words = {
        "L number": reference(PREFIX, stock.few),
        "whole key": key,
        "four last signs": key[-4:],
        "order number": f"45{stock.few:08}",
        "a rare word": RARE,
        "a word of 30 %": COMMON,
        "two words": f"{COMMON}+lens",
        "nothing found": "finnesikke",
    }
    return {
        "list": LIST,
        f"list, page {DEEP}": f"{LIST}?after={deep(bench, ORDERS[Sort.NEWEST], ours)}",
        "list: by expiry": f"{LIST}?sort=ends",
        "list: by product": f"{LIST}?sort=name",
        **{f"list: {it.value}": f"{LIST}?status={it.value}" for it in Status},
        "list: expiring, by expiry": f"{LIST}?status=expiring&sort=ends",
        "list: at a site": f"{LIST}?site={site}",
        "list: at a site, active": f"{LIST}?site={site}&status=active",
        **{f"list, search: {name}": f"{LIST}?q={word}" for name, word in words.items()},
        "a license": f"{LIST}/{reference(PREFIX, stock.few)}",
        "a license with many seats": f"{LIST}/{reference(PREFIX, stock.many)}",
    }
