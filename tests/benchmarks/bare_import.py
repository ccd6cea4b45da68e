"""The least that importing a list can be: read the CSV, check the rows, a statement a chunk."""

import csv
import io
import time
from itertools import islice

from sqlalchemy import select

from portal.accounts.models import Site
from portal.base.bulk import CHUNK, insert_rows
from portal.base.tenancy import Scope, ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.product_imports.checked import Checked
from portal.product_imports.columns import Field
from portal.product_imports.committing import COLUMNS
from portal.product_imports.queries import lookups_of
from portal.product_imports.rules import Checker
from portal.products.models import LISTED, Product, ProductStatus
from tests.benchmarks.database import Bench
from tests.benchmarks.stock import identifiers
from tests.factories import MOMENT

_HEADINGS = {
    Field.SERIAL_NUMBER: "Serienummer",
    Field.MAC: "MAC-adresse",
    Field.MODEL: "Modell",
    Field.SITE: "Lokasjon",
    Field.ROOM: "Rom",
    Field.ASSET_TAG: "Eiendelsmerke",
}
_BEYOND = 8_000_000  # numbers of devices that nobody has registered


def device_list(session: ScopedSession, account_id: int, rows: int, turn: int) -> bytes:
    """A file of devices that are new; each turn has others."""
    models = list(catalogue_of(session))
    sites = session.scalars(select(Site.name).where(Site.account_id == account_id)).all()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_HEADINGS.values())
    for number in range(_BEYOND + turn * rows, _BEYOND + (turn + 1) * rows):
        model = models[number * 31 % len(models)]
        serial, mac = identifiers(number, model.serial_pattern)
        site = sites[number % len(sites)]
        tag = f"B-{number:07}"
        writer.writerow([serial, mac, model.name, site, f"Møterom {number % 500}", tag])
    return out.getvalue().encode("utf-8-sig")


def bare_import(bench: Bench, account_id: int, file: bytes) -> float:
    """Seconds that it takes, all in one transaction."""
    constants = {
        "status": ProductStatus.ACTIVE,
        "registered_at": MOMENT,
        "changed_at": MOMENT,
        "registered_by_id": None,
        "import_id": None,
        "version": 1,
    }
    began = time.monotonic()
    with bench.sessions(scope=Scope(frozenset({account_id}), account_id)) as session:
        lines = csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=";")
        next(lines)
        checker = Checker(list(_HEADINGS), lookups_of(session))
        numbered = enumerate(lines, start=2)
        while chunk := list(islice(numbered, CHUNK)):
            checked = [checker.check(*row) for row in chunk]
            rows = [
                (it.serial_number or it.mac, *(getattr(it, name) for name in LISTED))
                for it in checked
                if isinstance(it, Checked)
            ]
            if len(rows) != len(chunk):
                raise RuntimeError(f"The list should be right: {checked[:3]}")
            insert_rows(
                session, Product, COLUMNS, rows, constants=constants, returning="identifier"
            )
        session.commit()
    return time.monotonic() - began
