"""How much goes over the wire, without the font: at first, then, and when the list changes."""

import re

from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser
from tests.benchmarks.stock import Stock
from tests.benchmarks.table import Line

_FILES = re.compile(r"""(?:href|src)="(/static/[^"#]+)""")
_FONT = ".woff2"
_HTMX = {"HX_Request": "true", "HX_Target": "product-list"}


def measure(bench: Bench, stock: Stock) -> list[Line]:
    with bench.arranging() as session:
        browser = Browser(bench.app, session, stock.user(session))
    html = browser.asking("/products", Accept_Encoding="identity")().decode()
    files = [url for url in dict.fromkeys(_FILES.findall(html)) if not url.endswith(_FONT)]
    page = _weight(browser, "/products")
    first = page + sum(_weight(browser, url) for url in files)
    partial = _weight(browser, "/products?category=video", **_HTMX)
    return [
        _line(f"first view, {len(files) + 1} requests", first, 60_000, len(files) + 1 <= 6),
        _line("next view", page, 6_000),
        _line("partial update", partial, 4_000),
    ]


def _weight(browser: Browser, path: str, **headers: str) -> int:
    browser.asking(path, **headers)()
    return browser.weight


def _line(what: str, weight: int, most: int, good: bool = True) -> Line:
    kilobytes, goal = f"{weight / 1000:.1f} kB", f"≤ {most / 1000:.0f} kB"
    return Line(what, kilobytes, goal=goal, good=good and weight <= most)
