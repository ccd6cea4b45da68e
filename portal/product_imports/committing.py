"""Registering what is right in a list: all of it or, when anything fails, none of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base.bulk import insert_rows, update_rows
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.product_imports.comparison import Outcome, changes
from portal.product_imports.counting import Counts, Spot
from portal.product_imports.models import ImportedChange, ProductImport
from portal.product_imports.passing import Passed
from portal.product_imports.rules import Checked
from portal.products.indexing import Entry, index_counts, index_entries
from portal.products.models import Product, ProductCount, ProductStatus
from portal.products.queries import count_of
from portal.sites.actions import create_site

# What a list says of a device, and what it is known by.
FIELDS = (
    "serial_number",
    "mac",
    "model_id",
    "site_id",
    "room",
    "asset_tag",
    "holder",
    "installed_version",
)
COLUMNS = ("identifier", *FIELDS)


class Commit:
    """The commit of one import, within one transaction."""

    def __init__(
        self,
        session: ScopedSession,
        it: ProductImport,
        *,
        site_names: dict[int, str],
        by: Doer | None,
        now: datetime,
    ) -> None:
        self.new = self.changed = self.counted = self.sites = 0
        self.late: list[str] = []  # what somebody else registered since the check
        self.counts: list[tuple[int, int]] = []  # the lines of a count, and how many were added
        self._session, self._import = session, it
        self._by, self._now = by, now
        self._site_names = dict(site_names)
        self._new_sites: dict[str, int] = {}

    def create_sites(self, names: Iterable[str]) -> None:
        for name in names:
            site = create_site(self._session, name=name, by=self._by)
            self._new_sites[name] = site.id
            self._site_names[site.id] = site.name
            self.sites += 1

    def write(self, chunk: Sequence[Passed]) -> None:
        """Register the devices of a chunk of rows that are right."""
        self._insert([it.row for it in chunk if it.outcome is Outcome.NEW and it.row])
        self._update([it for it in chunk if it.outcome is Outcome.CHANGED])

    def count(self, counts: Counts) -> None:
        """Register what is to be added by count."""
        for spot, number in counts.lacking().items():
            site_id = self._new_sites.get(spot.new_site) if spot.new_site else spot.site_id
            counted = self._line(spot, site_id)
            counted.number += number
            self._session.flush()
            index_counts(self._session, [counted])
            self.counts.append((counted.id, number))
            self.counted += number

    def receipt(self) -> dict[str, Any]:
        """What came of it, for the page that tells."""
        return {
            "new": self.new,
            "changed": self.changed,
            "counted": self.counted,
            "counts": self.counts,
            "sites": self.sites,
            "late": self.late[:100],
            "late_count": len(self.late),
        }

    def _line(self, spot: Spot, site_id: int | None) -> ProductCount:
        query = count_of(spot.model_id, site_id).with_for_update()
        counted = self._session.scalars(query).one_or_none()
        if counted is None:
            counted = ProductCount(model_id=spot.model_id, site_id=site_id, number=0)
            counted.registered_at = self._now
            counted.registered_by_id = self._by.id if self._by else None
            self._session.add(counted)
        return counted

    def _insert(self, rows: Sequence[Checked]) -> None:
        devices = [self._values(row) for row in rows if not row.is_count]
        if not devices:
            return
        constants = {
            "status": ProductStatus.ACTIVE,
            "registered_at": self._now,
            "changed_at": self._now,
            "registered_by_id": self._by.id if self._by else None,
            "import_id": self._import.id,
            "version": 1,
        }
        ids = insert_rows(
            self._session, Product, COLUMNS, devices, constants=constants, returning="identifier"
        )
        self.new += len(ids)
        self.late += [values[0] for values in devices if values[0] not in ids]
        by_id = self._by.id if self._by else None
        index_entries(
            self._session,
            (
                self._entry(ids[it[0]], it[1:], ProductStatus.ACTIVE, by_id)
                for it in devices
                if it[0] in ids
            ),
        )

    def _update(self, chunk: Sequence[Passed]) -> None:
        rows, before = [], []
        for it in chunk:
            assert it.row
            assert it.held
            said: dict[str, Any] = dict(changes(it.row, it.held))
            if it.row.new_site in self._new_sites:
                said["site_id"] = self._new_sites[it.row.new_site]
            if not said:
                continue
            after = it.held._replace(**said)
            known_as = after.serial_number or after.mac
            rows.append((after.id, known_as, *(getattr(after, name) for name in FIELDS)))
            before.append((after.id, [getattr(it.held, name) for name in FIELDS]))
        if not rows:
            return
        session = self._session
        update_rows(session, Product, ("id", *COLUMNS), rows, constants={"changed_at": self._now})
        kept = {"import_id": self._import.id}
        insert_rows(
            session, ImportedChange, ("product_id", "before"), before, constants=kept,
            returning="product_id",
        )  # fmt: skip
        self.changed += len(rows)
        ids = [row[0] for row in rows]
        columns = (Product.id, Product.status, Product.registered_by_id)
        known = session.execute(select(*columns).where(Product.id.in_(ids))).all()
        unsaid = {product_id: (status, by_id) for product_id, status, by_id in known}
        index_entries(session, (self._entry(row[0], row[2:], *unsaid[row[0]]) for row in rows))

    def _values(self, row: Checked) -> tuple[Any, ...]:
        site_id = self._new_sites.get(row.new_site) if row.new_site else row.site_id
        told = row._replace(site_id=site_id)
        return (row.serial_number or row.mac, *(getattr(told, name) for name in FIELDS))

    def _entry(
        self,
        product_id: int,
        values: Sequence[Any],
        status: ProductStatus,
        registered_by_id: int | None,
    ) -> Entry:
        serial_number, mac, model_id, site_id, room, asset_tag, *_ = values
        return Entry(
            product_id,
            serial_number,
            mac,
            model_id,
            site_id,
            self._site_names.get(site_id, ""),
            room,
            asset_tag,
            status,
            registered_by_id,
        )
