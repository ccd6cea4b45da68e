"""A long device list: how fast it goes, what memory it takes, and how others fare meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import select

from portal.accounts.models import User
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.jobs import Job
from portal.base.tenancy import Scope
from portal.product_imports.actions import commit_import, start_import
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.queries import import_with_id
from tests.benchmarks.bare_import import bare_import, device_list
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser
from tests.benchmarks.stock import Stock
from tests.benchmarks.table import Line, milliseconds
from tests.benchmarks.working import idle_memory, peak_memory, shell_import, worker

_LEAST = 0.25  # of the bare path's speed
_MOST_MEMORY = 300.0  # MB over idle
_MOST_WAIT = 2.0  # times slower for others
_IDLE = 4.0  # seconds that the pages of others are asked for before


@dataclass
class Watch:
    """What was seen while a job ran: when it began and ended, and how long pages took."""

    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    pages: list[float] = field(default_factory=list)


def measure(bench: Bench, stock: Stock, rows: int, *, shell: bool = True) -> list[Line]:
    with bench.arranging() as session:
        browser = Browser(bench.app, session, stock.user(session))
        lists = [device_list(session, stock.other_id, rows, turn) for turn in range(3)]
    page = browser.asking("/products")
    with worker(bench) as process:
        before, idle = pages_for(page, _IDLE), idle_memory(process.pid)
        checked, committed, it = _import(bench, stock, lists[0], page)
        peak = peak_memory(process.pid) - idle
    if it.status is not ImportStatus.DONE:
        raise RuntimeError(f"The import came to rest as {it.status}: {it.report} {it.refusal}")
    bare = rows / bare_import(bench, stock.other_id, lists[1])
    lines = [Line("bare path", _speed(bare))]
    usual = median(before)
    for name, watch in (("preview", checked), ("commit", committed)):
        lines.append(_pace(name, rows / (watch.ended - watch.began), bare))
        ratio = median(watch.pages) / usual
        lines.append(
            Line(
                f"pages of others during {name}",
                f"{milliseconds(median(watch.pages))}, idle {milliseconds(usual)}",
                ratio=f"{ratio:.2f} ×",
                goal=f"≤ {_MOST_WAIT:g} ×",
                good=ratio <= _MOST_WAIT,
            )
        )
    lines.append(_memory("memory of the worker over idle", peak))
    if shell:
        seconds, memory = shell_import(bench, stock.other_id, lists[2])
        told = f"{_speed(rows / seconds)}, start and check included"
        lines.append(Line("portal import products", told))
        lines.append(_memory("memory of that over idle", memory - idle))
    return lines


def _import(
    bench: Bench, stock: Stock, file: bytes, page: Callable[[], object]
) -> tuple[Watch, Watch, ProductImport]:
    scope = Scope(frozenset({stock.other_id}), stock.other_id)
    files: FileStore = bench.app.extensions["files"]
    with bench.sessions(scope=scope) as session, session.begin():
        by = _Somebody(session.get_one(User, stock.other_user_id).id)
        chunks = (file[at : at + 2**16] for at in range(0, len(file), 2**16))
        it = start_import(session, files, name="list.csv", chunks=chunks, by=by, now=clock.now())
        import_id = it.id
    checked = _watch(bench, scope, import_id, page)
    with bench.sessions(scope=scope) as session, session.begin():
        it = session.scalars(import_with_id(import_id)).one()
        commit_import(session, it, create_sites=False, by=by)
    committed = _watch(bench, scope, import_id, page)
    with bench.sessions(scope=scope) as session:
        return checked, committed, session.scalars(import_with_id(import_id)).one()


@dataclass(frozen=True, slots=True)
class _Somebody:
    id: int
    on_behalf: bool = False


def _watch(bench: Bench, scope: Scope, import_id: int, page: Callable[[], object]) -> Watch:
    """Ask for pages, as somebody else would, until the import has come to rest."""
    watch, waiting = Watch(), True
    while True:
        with bench.sessions(scope=scope) as session:
            session.connection(execution_options={"sqlite_begin": "BEGIN"})
            busy = session.scalars(import_with_id(import_id)).one().busy
            going = session.scalars(select(Job.id).where(Job.lease.is_not(None))).first()
        if not busy:
            watch.ended = time.monotonic()
            return watch
        if going and waiting:
            watch.began, waiting = time.monotonic(), False
        watch.pages += pages_for(page, 0.02)


def pages_for(page: Callable[[], object], seconds: float) -> list[float]:
    """How long pages take that somebody looks at for so long, with a little rest in between."""
    taken: list[float] = []
    until = time.monotonic() + seconds
    while not taken or time.monotonic() < until:
        began = time.perf_counter()
        page()
        taken.append(time.perf_counter() - began)
        time.sleep(0.02)
    return taken


def _pace(what: str, speed: float, bare: float) -> Line:
    share = speed / bare
    return Line(what, _speed(speed), None, f"{share:.2f} ×", f"≥ {_LEAST} ×", share >= _LEAST)


def _memory(what: str, peak: float) -> Line:
    return Line(what, f"{peak:.0f} MB", goal=f"≤ {_MOST_MEMORY:.0f} MB", good=peak <= _MOST_MEMORY)


def _speed(rows: float) -> str:
    return f"{rows:,.0f} rows/s"
