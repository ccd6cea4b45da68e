"""Thousands of releases: the page of the fleet, a model, searches, and what was downloaded.

A list takes six statements at most and a page eight, each twice as long as the bare page, and a
search three times.
"""

from portal.base.references import reference
from portal.downloads.log import NEWEST_FIRST
from portal.downloads.rules import RELEASE_PREFIX
from portal.downloads.taking import Download
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.download_stock import COMMON, RARE, Published
from tests.benchmarks.measuring import Browser
from tests.benchmarks.pages import BARE, DEEP, Most, deep, page_lines
from tests.benchmarks.table import Line

LIST, LOG = "/downloads", "/downloads/log"


def measure(bench: Bench, stock: Published, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        customer = Browser(bench.app, session, stock.beside.user(session))
    ours = Download.account_id == stock.beside.account_id
    paths = {
        "my fleet": LIST,
        "a model": f"{LIST}/{reference('M', stock.model_id)}",
        "a release": f"{LIST}/releases/{reference(RELEASE_PREFIX, stock.release_id)}",
        "search: a reference": f"{LIST}?q={reference(RELEASE_PREFIX, stock.release_id)}",
        "search: a rare word": f"{LIST}?q={RARE}",
        "search: a word of 30 %": f"{LIST}?q={COMMON}",
        "search: a model": f"{LIST}?q=Studio+X50",
        "search: a version": f"{LIST}?q=4.3.2",
        "search: nothing found": f"{LIST}?q=finnesikke",
        "the log": LOG,
        f"the log, page {DEEP}": f"{LOG}?after={deep(bench, NEWEST_FIRST, ours)}",
        "the log, search: a person": f"{LOG}?q=hansen",
        "the log, search: a file": f"{LOG}?q=firmware-17.zip",
        "the log, search: nothing found": f"{LOG}?q=finnesikke",
    }
    calls = {BARE: customer.asking(bare_page.PATH)}
    calls |= {name: customer.asking(path) for name, path in paths.items()}
    return page_lines(bench.engine, calls, _most_of, rounds=rounds)


def _most_of(name: str) -> Most:
    return 3.0 if "search" in name else 2.0, 8 if name in {"a model", "a release"} else 6
