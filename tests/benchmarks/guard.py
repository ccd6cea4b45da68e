"""What the scope costs: pages with it and without, of one account that is alone in the database."""

from typing import Any

from sqlalchemy import orm
from sqlalchemy.orm import sessionmaker

from portal.app import create_app
from portal.base.db import make_engine
from portal.base.references import reference
from portal.base.tenancy import Scope
from portal.products.models import Product
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser, medians, statements
from tests.benchmarks.stock import Size, Stock
from tests.benchmarks.table import Line, milliseconds

ALONE = Size(accounts=3, products=2_000, ours=2_000)
_MOST = 0.10  # of a page
_STATEMENTS = 2


class Unguarded(orm.Session):
    """A session that knows its scope and does nothing about it."""

    def __init__(self, *args: Any, scope: Scope, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scope = scope


def measure(bench: Bench, stock: Stock, *, rounds: int = 120) -> list[Line]:
    """On a small database: where nothing narrows, there must be nothing to narrow."""
    engine = make_engine(bench.owner_url)  # above row-level security on PostgreSQL
    sessions: Any = sessionmaker(engine, class_=Unguarded)
    free = create_app(bench.settings, sessions=sessions)
    bare_page.add_bare_page(free)
    with bench.arranging() as session:
        user = stock.user(session)
        on, off = Browser(bench.app, session, user), Browser(free, session, user)
        product = session.query(Product.id).filter_by(account_id=stock.account_id).first()
    paths = {
        "bare page": bare_page.PATH,
        "first page": "/products",
        "by category": "/products?category=video",
        "a product": f"/products/{reference('P', product[0] if product else 0)}",
    }
    lines = []
    for name, path in paths.items():
        calls = {"on": on.asking(path), "off": off.asking(path)}
        taken = medians(calls, rounds, bench.engine, engine)
        share = 1 - taken["off"].work / taken["on"].work
        shown = f"{milliseconds(taken['on'].work)}, without {milliseconds(taken['off'].work)}"
        lines.append(Line(name, shown, None, f"{share:.0%}", f"≤ {_MOST:.0%}", share <= _MOST))
    around = statements(bench.engine, on.asking(bare_page.PATH)) - bare_page.QUERIES
    engine.dispose()
    what, goal = "statements for sign-in and scope", f"≤ {_STATEMENTS}"
    return [*lines, Line(what, str(around), around, "", goal, around <= _STATEMENTS)]
