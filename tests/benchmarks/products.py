"""The list of products and a product's page, with as much in the database as there will be."""

import base64
import json

from sqlalchemy import select

from portal.base.references import reference
from portal.products.models import Product
from portal.web.paging import SIZE
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser, medians, statements
from tests.benchmarks.stock import RARE, THIRD, Stock
from tests.benchmarks.table import Line, timed

DEEP = 1_000  # the page of the list that is asked for by its cursor
MOST = {"list": 6, "record": 8}


def pages_of(bench: Bench, stock: Stock) -> dict[str, str]:
    """Each page that is measured, by what the report calls it."""
    with bench.arranging() as session:
        ours = select(Product.id, Product.identifier).where(
            Product.account_id == stock.account_id, Product.serial_number.like("8G%")
        )
        some = session.execute(ours.order_by(Product.id).limit(50)).all()[-1]
        all_ids = select(Product.id).where(Product.account_id == stock.account_id)
        ids = session.scalars(all_ids.order_by(Product.id.desc())).all()
        site = next(iter(stock.sites.values()))
    depth = min(DEEP, len(ids) // SIZE)
    last = json.dumps([ids[(depth - 1) * SIZE - 1]]).encode()
    cursor = base64.urlsafe_b64encode(last).decode().rstrip("=")
    serial = some.identifier
    return {
        "first page": "/products",
        f"page {depth:,}": f"/products?after={cursor}",
        "by category": "/products?category=video",
        "by site": f"/products?site={site}",
        "by coverage": "/products?coverage=not_covered",
        "by category, site, coverage": f"/products?category=video&site={site}&coverage=covered",
        "search: beginning of a serial": f"/products?q={serial[:9]}",
        "search: short beginning": f"/products?q={serial[:5]}",
        "search: inside a serial": f"/products?q={serial[5:11]}",
        "search: end of a serial": f"/products?q={serial[-6:]}",
        "search: whole serial": f"/products?q={serial}",
        "search: a rare word": f"/products?q={RARE}",
        "search: a word in a third": f"/products?q={THIRD}",
        "search: two words": f"/products?q={THIRD}+Tromsø",
        "search: a model": "/products?q=Studio+X50",
        "search: nothing found": "/products?q=finnesikke",
        "sorted by serial": "/products?sort=serial",
        "a product": f"/products/{reference('P', some.id)}",
    }


def measure(bench: Bench, stock: Stock, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        browser = Browser(bench.app, session, stock.user(session))
    paths = {"bare page": bare_page.PATH, **pages_of(bench, stock)}
    calls = {name: browser.asking(path) for name, path in paths.items()}
    asked = {name: statements(bench.engine, call) for name, call in calls.items()}
    taken = medians(calls, rounds, bench.engine)
    bare = taken.pop("bare page")
    lines = [timed("bare page", bare, bare, asked["bare page"])]
    for name, seconds in taken.items():
        line = timed(name, seconds, bare, asked[name])
        most = MOST["record" if name == "a product" else "list"]
        good = line.good and asked[name] <= most
        goal = f"{line.goal}, {most} SQL"
        lines.append(Line(name, line.measured, asked[name], line.ratio, goal, good))
    return lines
