"""The queue, the customer's list and the page of a request, with years of requests in the database.

A page of the list and of the queue may take twice as long as the bare page, and a search of either
and the opening of a request three times.
"""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from portal.accounts.models import User
from portal.base.references import reference
from portal.request_queue.filters import URGENT_FIRST
from portal.service_requests.filters import ORDERS, Sort
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser
from tests.benchmarks.pages import BARE, DEEP, Most, deep, page_lines
from tests.benchmarks.request_stock import Requests
from tests.benchmarks.request_words import OFTEN, RARE, SELDOM
from tests.benchmarks.table import Line

LIST, QUEUE, NEW = "/service-requests", "/desk", "/service-requests/new"
OPENING = "opening one"


def measure(bench: Bench, stock: Requests, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        customer = Browser(bench.app, session, stock.beside.user(session))
        agent = Browser(bench.app, session, session.get_one(User, stock.agent_id))
    paths = _of_customer(bench, stock)
    calls = {BARE: customer.asking(bare_page.PATH)}
    calls |= {name: customer.asking(path) for name, path in paths.items()}
    calls |= {name: agent.asking(path) for name, path in _of_staff(bench, stock).items()}
    calls |= {OPENING: _opening(customer)}
    return page_lines(bench.engine, calls, _most_of, rounds=rounds)


def _most_of(name: str) -> Most:
    times = 3.0 if "search" in name or name == OPENING else 2.0
    return times, None if name == OPENING else 8 if "a request" in name else 6


def _of_customer(bench: Bench, stock: Requests) -> dict[str, str]:
    ours = ServiceRequest.account_id == stock.beside.account_id
    last = deep(bench, ORDERS[Sort.CHANGED], ours, ServiceRequest.status.in_(STOPPED))
    site = next(iter(stock.beside.sites.values()))
    return {
        "list": LIST,
        "list: mine": f"{LIST}?view=mine",
        "list: waiting for me": f"{LIST}?view=waiting",
        "list: closed": f"{LIST}?view=closed",
        f"list: closed, page {DEEP}": f"{LIST}?view=closed&after={last}",
        "list: severity, site": f"{LIST}?severity=high&site={site}",
        "list: critical, closed": f"{LIST}?view=closed&severity=critical",
        "list: escalated": f"{LIST}?escalated=1",
        **_searches("list", f"{LIST}?view=closed&q="),
        "a request": f"{LIST}/{reference('SR', stock.usual_id)}",
        "a request, very long": f"{LIST}/{reference('SR', stock.long_id)}",
    }


def _of_staff(bench: Bench, stock: Requests) -> dict[str, str]:
    last = deep(bench, URGENT_FIRST, ServiceRequest.closed_at.is_(None))
    views = ("mine", "unassigned", "team", "soon", "waiting", "escalated")
    return {
        "queue": QUEUE,
        **{f"queue: {view}": f"{QUEUE}?view={view}" for view in views},
        f"queue: page {DEEP}": f"{QUEUE}?after={last}",
        "queue: severity, customer": f"{QUEUE}?severity=critical&customer=Kunde+1",
        "queue: closed": f"{QUEUE}?status=closed",
        **_searches("queue", f"{QUEUE}?q="),
        **_searches("queue, closed", f"{QUEUE}?status=closed&q="),
        "desk: a request": f"{QUEUE}{LIST}/{reference('SR', stock.usual_id)}",
        "desk: a request, very long": f"{QUEUE}{LIST}/{reference('SR', stock.long_id)}",
    }


def _searches(where: str, path: str) -> dict[str, str]:
    words = {"a rare word": RARE, "a word in 1 %": SELDOM, "a word in 30 %": OFTEN}
    words["a name of many"] = "Hansen"
    return {f"{where}, search: {name}": f"{path}{word}" for name, word in words.items()}


def _opening(browser: Browser) -> Callable[[], bytes]:
    """Asking for help, each time anew: the request, its steps, its history, and the mails' job."""
    csrf = browser.hidden(NEW, "csrf_token")
    said = {"about": "device", "severity": "medium", "subject": "Ingen lyd i møterommet"}
    text = "Det er helt stille. Vi har startet enheten på nytt, og prøvd en annen kabel."

    def ask() -> bytes:
        fields: dict[str, Any] = said | {"text": text, "csrf_token": csrf, "token": token_hex(16)}
        return browser.send(NEW, fields)

    return ask
