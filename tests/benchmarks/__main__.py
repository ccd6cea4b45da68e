"""The measures of the portal, as ratios within one run: `python -m tests.benchmarks`.

A report and no test: what it says depends on the machine, and what is held against what does less.
"""

import argparse
import os
import platform
import time
from pathlib import Path

from portal.web import logs
from tests.benchmarks import (
    carriers,
    downloads,
    guard,
    guessing,
    imports,
    labels,
    licenses,
    mails,
    products,
    replacements,
    requests,
    searching,
    sending,
    wire,
)
from tests.benchmarks.database import Bench, bench, servers
from tests.benchmarks.download_stock import fill_with_downloads
from tests.benchmarks.license_stock import fill_with_licenses
from tests.benchmarks.replacement_stock import fill_with_replacements
from tests.benchmarks.request_stock import fill_with_requests
from tests.benchmarks.stock import Size, fill
from tests.benchmarks.table import Line, drawn

PARTS = (
    *("products", "requests", "replacements", "import", "mail", "guard", "wire", "guessing"),
    *("labels", "carriers", "licenses", "downloads", "sending", "search"),
)
ROWS = 100_000  # of the list that is imported
MAILS = 100_000  # that wait to be sent
FEWEST = 0.2  # of them, at any scale: of fewer, what is measured is how a job begins


def main() -> None:
    asked = _arguments()
    with Path(os.devnull).open("w") as nobody:
        logs.configure(nobody)  # lines are written as in production
        _measure_all(asked)


def _measure_all(asked: argparse.Namespace) -> None:
    for kind in [asked.database] if asked.database else ["sqlite", "postgresql"]:
        with servers(kind) as server:
            with bench(kind, server) as used:
                _measure(used, Size.of(asked.scale), asked)
            for part, measured in _ALONE.items():
                if part in asked.only:
                    with bench(kind, server) as used:
                        measured(used, asked.scale)


def _measure(used: Bench, size: Size, asked: argparse.Namespace) -> None:
    if not {"products", "import", "mail", "wire", "search"} & set(asked.only):
        return
    began = time.monotonic()
    stock = fill(used, size)
    print(
        f"\n{used.kind}: {size.products:,} products of {size.accounts} accounts, {size.ours:,} in"
        f" the account at hand, in {time.monotonic() - began:.0f} s;"
        f" {_load()}",
        flush=True,
    )
    if "products" in asked.only:
        _print(used, "/products", products.measure(used, stock))
    if "search" in asked.only:
        _print(used, "search over everything", searching.measure(used, stock))
    if "wire" in asked.only:
        _print(used, "over the wire", wire.measure(used, stock))
    if "import" in asked.only:
        _print(used, "import", imports.measure(used, stock, int(ROWS * max(asked.scale, FEWEST))))
    if "mail" in asked.only:
        _print(used, "mail", mails.measure(used, stock, max(int(MAILS * asked.scale), 100)))


def _measure_requests(used: Bench, scale: float) -> None:
    began = time.monotonic()
    stock = fill_with_requests(used, scale)
    print(
        f"\n{used.kind}: {stock.number:,} requests with {stock.messages:,} messages,"
        f" in {time.monotonic() - began:.0f} s; {_load()}",
        flush=True,
    )
    _print(used, "service requests", requests.measure(used, stock))


def _measure_replacements(used: Bench, scale: float) -> None:
    began = time.monotonic()
    stock = fill_with_replacements(used, scale)
    print(
        f"\n{used.kind}: {stock.number:,} replacements, in {time.monotonic() - began:.0f} s;"
        f" {_load()}",
        flush=True,
    )
    _print(used, "replacements", replacements.measure(used, stock))


def _measure_licenses(used: Bench, scale: float) -> None:
    began = time.monotonic()
    stock = fill_with_licenses(used, scale)
    print(
        f"\n{used.kind}: {stock.number:,} licenses, in {time.monotonic() - began:.0f} s; {_load()}",
        flush=True,
    )
    _print(used, "licenses", licenses.measure(used, stock))


def _measure_downloads(used: Bench, scale: float) -> None:
    stock = fill_with_downloads(used, scale)
    print(f"\n{used.kind}: {stock.releases:,} releases; {_load()}", flush=True)
    _print(used, "downloads", downloads.measure(used, stock))


def _measure_sending(used: Bench, scale: float) -> None:
    _print(used, "twenty downloads at once", sending.measure(used, scale))


def _measure_guessing(used: Bench, _scale: float) -> None:
    _print(used, "known and unknown addresses", guessing.measure(used))


def _measure_labels(used: Bench, _scale: float) -> None:
    _print(used, "return labels as PDF", labels.measure(used))


def _measure_carriers(used: Bench, scale: float) -> None:
    polls = max(int(carriers.POLLS * scale), 1_000)
    _print(used, "parcels at carriers", carriers.measure(used, polls))


def _measure_guard(used: Bench, _scale: float) -> None:
    _print(used, "the scope", guard.measure(used, fill(used, guard.ALONE)))


# Each with a database of its own.
_ALONE = {
    "requests": _measure_requests,
    "replacements": _measure_replacements,
    "licenses": _measure_licenses,
    "downloads": _measure_downloads,
    "sending": _measure_sending,
    "guessing": _measure_guessing,
    "labels": _measure_labels,
    "carriers": _measure_carriers,
    "guard": _measure_guard,
}


def _load() -> str:
    load = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    return f"Python {platform.python_version()}, {load}"


def _print(used: Bench, title: str, lines: list[Line]) -> None:
    print(drawn(f"{used.kind}: {title}", lines), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: a million products")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        help=f"some of {','.join(PARTS)}",
    )
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    return asked


if __name__ == "__main__":
    main()
