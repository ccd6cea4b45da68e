"""The report itself, on next to nothing: that it still runs, not what it says."""

from tests.benchmarks import carriers, guard, licenses, products, replacements, wire
from tests.benchmarks.bare_import import bare_import, device_list
from tests.benchmarks.database import bench
from tests.benchmarks.license_stock import fill_with_licenses
from tests.benchmarks.measuring import Taken
from tests.benchmarks.replacement_stock import fill_with_replacements
from tests.benchmarks.stock import Size, fill
from tests.benchmarks.table import Line, drawn, timed

BARE = Taken(0.1, 0.1)
TINY = Size(accounts=3, products=240, ours=120)


def test_every_measure_is_taken() -> None:
    with bench("sqlite", "") as used:
        stock = fill(used, TINY)
        pages = products.measure(used, stock, rounds=1)
        scope = guard.measure(used, stock, rounds=1)
        weights = wire.measure(used, stock)
        with used.arranging() as session:
            file = device_list(session, stock.other_id, 40, 0)
        seconds = bare_import(used, stock.other_id, file)

    assert pages[0].what == "bare page"
    assert {"first page", "search: a rare word", "a product"} <= {line.what for line in pages}
    assert scope[-1].statements == 1
    assert len(weights) == 3
    assert seconds > 0


def test_every_page_of_licenses_is_asked_for() -> None:
    with bench("sqlite", "") as used:
        lines = licenses.measure(used, fill_with_licenses(used, 0.001), rounds=1)

    assert {"list, search: whole key", "a license with many seats"} <= {it.what for it in lines}
    assert [it.what for it in lines if it.what != "bare page" and (it.statements or 9) > 8] == []


def test_every_parcel_is_asked_for() -> None:
    with bench("sqlite", "") as used:
        usual, news = carriers.measure(used, 400)

    assert "400 parcels" in usual.what
    assert news.measured.endswith(" events")
    assert not news.measured.endswith(" 0 events")


def test_what_misses_its_goal_is_marked() -> None:
    text = drawn(
        "pages",
        [timed("slow", Taken(0, 0.3), BARE), timed("quick", BARE, BARE), Line("it", "3 MB")],
    )

    marked = [line for line in text.splitlines() if line.endswith("MISSED")]
    assert len(marked) == 1
    assert "3.00 ×" in marked[0]


def test_replacements_are_measured_as_well() -> None:
    with bench("sqlite", "") as used:
        lines = replacements.measure(used, fill_with_replacements(used, 0), rounds=1)

    told = {line.what for line in lines}
    assert {"list: overdue", "logistics: ship", "returns: charged", "promise of delivery"} <= told
    assert all(line.good for line in lines if line.statements is None)
