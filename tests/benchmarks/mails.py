"""A long queue of outgoing mails: how fast it drains, and how others fare meanwhile."""

import time
from dataclasses import replace
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select

from portal.base import clock
from portal.base.jobs import Job
from tests.benchmarks import sink
from tests.benchmarks.database import Bench
from tests.benchmarks.imports import pages_for
from tests.benchmarks.measuring import Browser
from tests.benchmarks.stock import Stock
from tests.benchmarks.table import Line, milliseconds
from tests.benchmarks.working import processor_seconds, worker

_LEAST = 50.0  # mails a second
_MOST_WAIT = 1.5  # times slower for others
_IDLE = 4.0  # seconds that the pages of others are asked for before
_LONGEST = 120.0  # seconds after which enough was seen of it
_AT_ONCE = 5_000


def measure(bench: Bench, stock: Stock, number: int) -> list[Line]:
    with bench.arranging() as session:
        browser = Browser(bench.app, session, stock.user(session))
    page = browser.asking("/products")
    with sink.running() as url:
        reply_address = "support+{token}@portal.example"
        sending = replace(bench.settings, smtp_url=url, reply_address=reply_address)
        with worker(replace(bench, settings=sending)) as process:
            before = pages_for(page, _IDLE)
            _queue(bench, number)
            began, during = time.monotonic(), []
            worked = processor_seconds(process.pid)
            while (left := _left(bench)) and time.monotonic() - began < _LONGEST:
                during += pages_for(page, 1.0)
            speed = (number - left) / (time.monotonic() - began)
            own = (number - left) / (processor_seconds(process.pid) - worked)
    ratio = median(during or before) / median(before)
    return [
        Line(
            f"queue of {number:,} mails",
            f"{speed:,.0f} mails/s, {left:,} left",
            goal=f"≥ {_LEAST:g}/s",
            good=speed >= _LEAST,
        ),
        Line(
            "of a processor that does nothing else",
            f"{own:,.0f} mails/s",
            goal=f"≥ {_LEAST:g}/s",
            good=own >= _LEAST,
        ),
        Line(
            "pages of others meanwhile",
            f"{milliseconds(median(during or before))}, idle {milliseconds(median(before))}",
            ratio=f"{ratio:.2f} ×",
            goal=f"≤ {_MOST_WAIT:g} ×",
            good=ratio <= _MOST_WAIT,
        ),
    ]


def _queue(bench: Bench, number: int) -> None:
    """As if so many people were told of an answer, all at once."""
    now = clock.now()
    for start in range(0, number, _AT_ONCE):
        rows = [
            {"name": "mail.send", "payload": _mail(each), "asked_at": now, "due_at": now}
            for each in range(start, min(start + _AT_ONCE, number))
        ]
        with bench.arranging() as session:
            session.execute(insert(Job), rows)
    bench.settle()


def _mail(number: int) -> dict[str, Any]:
    root = f"SR-{1_000_000 + number}"
    thread = {"own": f"{root}.{number}.u7", "root": root, "previous": "", "about": "requests"}
    context = {
        "name": "Ola Hansen",
        "reference": root,
        "subject": "Ingen lyd i møterommet",
        "status": "Under arbeid",
        "severity": "Middels",
        "waiting_for": "send loggen",
        "customer": "Nordlys Kraft AS",
        "owner": "Anna Agent",
        "author": "Anna Agent",
        "text": "Har dere prøvd en annen kabel?\n\nVi venter på loggen.\n" * 5,
        "url": f"http://localhost/service-requests/{root}",
        "notice": "request_answered",
    }
    return {
        "to": f"user{number}@example.com",
        "language": "nb",
        "template": "service_requests/answered",
        "thread": thread | {"reply_to": f"support+{'a' * 51}@portal.example"},
        "context": context,
    }


def _left(bench: Bench) -> int:
    with bench.arranging() as session:
        waiting = select(func.count(Job.id)).where(Job.name == "mail.send")
        return session.scalars(waiting.where(Job.parked_at.is_(None))).one()
