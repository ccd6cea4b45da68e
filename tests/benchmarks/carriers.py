"""How many parcels a second a carrier is asked for in jobs of one process, over HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select

from portal.app import ROOT, create_app, open_worker
from portal.base import clock
from portal.base.db import make_engine
from portal.base.jobs import later
from portal.carriers.models import CarrierEvent, Parcel, ParcelWatch
from portal.demo_carrier import DemoCarrier, serving
from portal.replacements.models import Replacement
from tests.benchmarks.database import Bench
from tests.benchmarks.table import Line
from tests.benchmarks.years import go_on_counting
from tests.factories import make_account, make_product, make_replacement

POLLS = 50_000
LEAST = 100.0  # a second
_ACCOUNTS, _AT_ONCE = 200, 5_000
_NEWS = 10  # of so many parcels something new is told of one


def measure(bench: Bench, polls: int = POLLS) -> list[Line]:
    """First what is usual, that of few there is news; then all at once of as many as a tenth."""
    now = clock.now()
    with running() as url:
        known: Any = {"bring_url": url, "bring_uid": "u", "bring_key": "k"}
        settings = replace(bench.settings, **known)
        app = create_app(settings, sessions=bench.sessions)
        worker = open_worker(app, settings)
        lines = []
        for what, number, every in (
            (f"asked for {polls:,} parcels, news of each tenth", polls, _NEWS),
            (f"news of all of {polls // _NEWS:,} parcels", polls // _NEWS, 1),
        ):
            _send(bench, number, every, now - timedelta(days=1))
            with bench.arranging() as session:
                later(session, "carriers.look")
                before = session.scalars(select(func.count(CarrierEvent.id))).one()
            began, worked = time.monotonic(), time.process_time()
            worker.run_due()
            taken, work = time.monotonic() - began, time.process_time() - worked
            with bench.arranging() as session:
                due = ParcelWatch.asked_at.is_(None)
                left = session.scalars(select(func.count(ParcelWatch.id)).where(due)).one()
                told = session.scalars(select(func.count(CarrierEvent.id))).one() - before
            speed = (number - left) / taken
            shown = f"{speed:,.0f}/s, {1000 * work / number:.2f} ms of work each, {told:,} events"
            # News of all at once, each with five events to keep and people to tell, is reported.
            least = LEAST if every > 1 else 0
            goal = f"≥ {least:g}/s" if least else ""
            lines.append(Line(what, shown, goal=goal, good=speed >= least and not left))
    return lines


def _send(bench: Bench, number: int, every: int, at: Any) -> None:
    """So many parcels on their way, of many accounts; the last digit says of which is told."""
    with bench.arranging() as session:
        accounts = [make_account(session) for _ in range(min(_ACCOUNTS, max(1, number // 20)))]
        model = make_product(session, account=accounts[0]).model
        told = {"stage": "shipped", "shipped_at": at, "carrier": "Posten"}
        first = make_replacement(session, accounts[0], product=None, **told)
        table: Any = Replacement.__table__
        columns = {it.name: getattr(first, it.name) for it in table.columns}
        ids, model_id = [it.id for it in accounts], model.id
    start = first_id = columns["id"] + 1
    engine = make_engine(bench.owner_url)
    while start < first_id + number:
        some = range(start, min(start + _AT_ONCE, first_id + number))
        rows = [_rows(each, every, ids, columns | {"model_id": model_id}, at) for each in some]
        with engine.begin() as connection:
            for place, kind in enumerate((Replacement, Parcel, ParcelWatch)):
                into: Any = kind.__table__
                assert isinstance(into, Table)
                connection.execute(insert(into), [row[place] for row in rows])
        start += len(some)
    engine.dispose()
    if bench.kind == "postgresql":
        go_on_counting(bench, (Replacement,))
    bench.settle()


def _rows(number: int, every: int, ids: list[int], columns: dict[str, Any], at: Any) -> Any:
    digit = 5 if number % every == 0 else 8  # see `Quiet`
    tracking, account_id = f"3707{number:010}{digit}", ids[number % len(ids)]
    own = {"id": number, "account_id": account_id, "product_id": None, "site_id": None}
    of_it = {"account_id": account_id, "replacement_id": number, "direction": "out"}
    of_it |= {"carrier": "Posten", "number": tracking, "since": at}
    watch = {"next_at": at, "tries": 0, "answer": "not_asked"}
    parcel = {"label": "", "trouble": False}
    return columns | own | {"tracking_number": tracking}, of_it | parcel, of_it | watch


@contextmanager
def running() -> Iterator[str]:
    """A carrier in a process of its own; where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.carriers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(20)


class Quiet(DemoCarrier):
    """Of most parcels it has nothing to tell."""

    def track(self, number: str) -> dict[str, Any]:
        if not number.endswith("8"):
            return super().track(number)
        package = {"packageNumber": number, "eventSet": []}
        return {"apiVersion": "2", "consignmentSet": [{"packageSet": [package]}]}


def main() -> None:
    with serving(Quiet(step=timedelta())) as url:
        print(url, flush=True)
        while os.read(0, 1024):
            pass


if __name__ == "__main__":
    main()
