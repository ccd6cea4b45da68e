"""Search over everything, among as many things as there are devices: in an account, at the desk.

What is named, begins so or is rare takes twice as long as the bare page at most, a word that three
of ten have three times; each six statements, and an answer while somebody types 8 kB.
"""

from sqlalchemy import Engine, select, text

from portal.base.access import Role
from portal.base.db import make_engine
from portal.base.references import reference
from portal.products.models import Product
from tests.benchmarks import bare_page
from tests.benchmarks.database import Bench
from tests.benchmarks.measuring import Browser
from tests.benchmarks.pages import BARE, Most, page_lines
from tests.benchmarks.stock import RARE, THIRD, Stock
from tests.benchmarks.table import Line
from tests.factories import make_user

LIGHT = 8_000  # bytes
TYPING = {"HX_Request": "true", "HX_Target": "finder-list"}
_SIZES = {
    "postgresql": """SELECT (SELECT sum(pg_relation_size(indexrelid)) FROM pg_index
        WHERE indrelid IN ('search_entry'::regclass, 'search_entry_fts_word'::regclass))
        + pg_relation_size('search_entry_fts_word'), sum(length(array_to_string(
        tsvector_to_array(words), ' ')) + length(identifiers)) FROM search_entry""",
    "sqlite": """SELECT (SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_entry_fts%'),
        sum(length(words) + length(identifiers)) FROM search_entry""",
}


def measure(bench: Bench, stock: Stock, *, rounds: int = 40) -> list[Line]:
    with bench.arranging() as session:
        customer = Browser(bench.app, session, stock.user(session))
        agent = Browser(bench.app, session, make_user(session, role=Role.AGENT, language="nb"))
        ours = select(Product.id, Product.serial_number).where(
            Product.account_id == stock.account_id, Product.serial_number.is_not(None)
        )
        number, known = session.execute(ours.order_by(Product.id).offset(50).limit(1)).one()
        serial = str(known)
    asked = {
        "reference": reference("P", number),
        "serial number": serial,
        "beginning of one": serial[:8],
        "last six signs": serial[-6:],
        "a rare word": RARE,
        "a word of 30 %": THIRD,
        "nothing found": "finnesikke",
    }
    lines = []
    for where, browser, path in (("here", customer, "/search"), ("desk", agent, "/desk/search")):
        calls = {BARE: customer.asking(bare_page.PATH)}
        for name, words in asked.items():
            calls[f"{where}: {name}"] = browser.asking(f"{path}?q={words}&all=1")
        named = f"{path}?q={asked['reference']}"
        calls[f"{where}: reference"] = browser.asking(named, **TYPING)
        typing = browser.asking(f"{path}?q={THIRD[:4]}", **TYPING)
        calls[f"{where}: typing"] = typing
        lines += page_lines(bench.engine, calls, _most_of, rounds=rounds)
        typing()
        kilobytes, good = f"{browser.weight / 1000:.1f} kB", browser.weight <= LIGHT
        lines.append(Line(f"{where}: answer while typing", kilobytes, goal="≤ 8 kB", good=good))
    return [*lines, _index(bench.kind, make_engine(bench.owner_url))]


def _most_of(name: str) -> Most:
    return 3.0 if "30 %" in name or "typing" in name else 2.0, 6


def _index(kind: str, owner: Engine) -> Line:
    """How large the index is, beside the words and identifiers that are in it."""
    with owner.connect() as connection:
        size, words = connection.execute(text(_SIZES[kind])).one()
    owner.dispose()
    times = float(size) / float(words)
    return Line("index beside its text", f"{times:.2f} ×", goal="≤ 2 ×", good=times <= 2)
