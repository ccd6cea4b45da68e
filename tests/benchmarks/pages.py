"""Pages held against the bare page of the same run, and where a page deep down begins."""

import base64
import json
from collections.abc import Callable

from sqlalchemy import ColumnElement, Engine, select

from portal.web.paging import SIZE, Order
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import medians, statements
from tests.benchmarks.table import Line, timed

BARE, DEEP = "bare page", 200  # pages
Most = tuple[float, int | None]  # so many times the bare page, and so many statements


def page_lines(
    engine: Engine,
    calls: dict[str, Callable[[], bytes]],
    most_of: Callable[[str], Most],
    *,
    rounds: int,
) -> list[Line]:
    """A line for each call, of which one is the bare page."""
    asked = {name: statements(engine, call) for name, call in calls.items()}
    taken = medians(calls, rounds, engine)
    bare = taken.pop(BARE)
    lines = [timed(BARE, bare, bare, asked[BARE])]
    for name, it in taken.items():
        times, most = most_of(name)
        line = timed(name, it, bare, asked[name], most=times)
        good, goal = line.good, line.goal
        if most:
            good, goal = good and asked[name] <= most, f"{goal}, {most} SQL"
        lines.append(Line(name, line.measured, asked[name], line.ratio, goal, good))
    return lines


def deep(bench: Bench, order: Order, *where: ColumnElement[bool]) -> str:
    """Where a page deep down begins; of a shorter list, its last page."""
    down = select(*order.columns).where(*where).order_by(*order.ways)
    with bench.arranging() as session:
        rows = session.execute(down.limit(DEEP * SIZE)).all()
    last = rows[-1 if len(rows) == DEEP * SIZE else max(len(rows) - SIZE - 1, 0)]
    told = [it.isoformat() if hasattr(it, "isoformat") else it for it in last]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
