"""Registering what is right in a list: all of it or, when anything fails, none of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.base.bulk import insert_rows, update_rows
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.text import sort_key
from portal.product_imports.checked import Checked
from portal.product_imports.comparison import Outcome, changes
from portal.product_imports.counting import Counts, Spot
from portal.product_imports.made_sites import let_go
from portal.product_imports.models import ProductImport
from portal.product_imports.passing import Passed, too_late
from portal.product_imports.report import Report
from portal.product_imports.unplaced import Unplaced
from portal.products.indexing import Entry, index_counts, index_entries
from portal.products.models import (
    LISTED,
    ImportedChange,
    Product,
    ProductCount,
    ProductStatus,
)
from portal.products.queries import count_of
from portal.sites.actions import add_site

COLUMNS = ("identifier", *LISTED)


class Commit:
    """The commit of one import, within one transaction."""

    def __init__(
        self,
        session: ScopedSession,
        it: ProductImport,
        *,
        site_names: dict[int, str],
        correct: bool,
        by: Doer | None,
        now: datetime,
    ) -> None:
        self.new = self.changed = self.counted = 0
        self.counts: list[tuple[int, int]] = []  # the lines of a count, and how many were added
        self.session, self.it, self.unplaced = session, it, Unplaced()
        self.correct = correct  # whether the list is right where it contradicts what is registered
        self._by, self._now = by, now
        self.site_names = dict(site_names)
        self.site_ids: list[int] = []  # of the sites that it made, which its one event tells of

    def create_sites(self, names: Iterable[str]) -> None:
        """The sites that are missing, but for those that somebody made since the check."""
        known = set(map(sort_key, self.site_names.values()))
        for name in names:
            if sort_key(name) not in known:
                site = add_site(self.session, name=name)
                self.site_ids.append(site.id)
                self.site_names[site.id] = site.name

    def drop_sites(self) -> None:
        """Those it made for rows that turned out wrong meanwhile."""
        self.site_ids = [site.id for site in let_go(self.session, self.site_ids)]

    def write(self, chunk: Sequence[Passed]) -> list[Passed]:
        """Register the devices of a chunk of rows that are right; what has come of each row."""
        late = self._insert([it.row for it in chunk if it.outcome is Outcome.NEW and it.row])
        self._update([it for it in chunk if it.outcome is Outcome.CHANGED])
        passed = [too_late(it) if it.row and it.row.row in late else it for it in chunk]
        self.unplaced.note(passed)
        return passed

    def count(self, counts: Counts) -> None:
        """Register what is to be added by count."""
        for spot, number in counts.lacking().items():
            counted = self._line(spot)
            counted.number += number
            self.session.flush()
            index_counts(self.session, [counted])
            self.counts.append((counted.id, number))
            self.counted += number
            self.unplaced.count(spot, number)

    def receipt(self, report: Report, *, checked: Report) -> dict[str, Any]:
        """What came of it, for the page that tells; also of rows that were right when checked."""
        return {
            "new": self.new,
            "changed": self.changed,
            "unchanged": report.outcomes[Outcome.UNCHANGED],
            "counted": self.counted,
            "counts": self.counts,
            "unplaced": self.unplaced.devices,
            "sites": len(self.site_ids),
            "site_ids": self.site_ids,
            "late_count": max(0, report.wrong - checked.wrong + checked.corrections * self.correct),
        }

    def _line(self, spot: Spot) -> ProductCount:
        query = count_of(spot.model_id, spot.site_id).with_for_update()
        counted = self.session.scalars(query).one_or_none()
        if counted is None:
            counted = ProductCount(model_id=spot.model_id, site_id=spot.site_id, number=0)
            counted.registered_at = self._now
            counted.registered_by_id = self._by.id if self._by else None
            self.session.add(counted)
        return counted

    def _insert(self, rows: Sequence[Checked]) -> set[int]:
        """The rows that somebody else was quicker with, since this chunk was looked up."""
        told = [row for row in rows if not row.is_count]
        devices = [self._values(row) for row in told]
        if not devices:
            return set()
        constants = {
            "status": ProductStatus.ACTIVE,
            "registered_at": self._now,
            "changed_at": self._now,
            "registered_by_id": self._by.id if self._by else None,
            "import_id": self.it.id,
            "version": 1,
        }
        ids = insert_rows(
            self.session, Product, COLUMNS, devices, constants=constants, returning="identifier"
        )
        self.new += len(ids)
        by_id = self._by.id if self._by else None
        index_entries(
            self.session,
            (
                self._entry(ids[it[0]], it[1:], ProductStatus.ACTIVE, by_id)
                for it in devices
                if it[0] in ids
            ),
        )
        return {row.row for row, it in zip(told, devices, strict=True) if it[0] not in ids}

    def _update(self, chunk: Sequence[Passed]) -> None:
        rows, lines = [], []
        for it in chunk:
            assert it.row
            assert it.held
            said: dict[str, Any] = dict(changes(it.row, it.held))
            after = it.held._replace(**said)
            known_as = after.serial_number or after.mac
            rows.append((after.id, known_as, *(getattr(after, name) for name in LISTED)))
            was, is_now = ([getattr(one, name) for name in LISTED] for one in (it.held, after))
            lines.append((after.id, was, is_now))
        if not rows:
            return
        session = self.session
        update_rows(session, Product, ("id", *COLUMNS), rows, constants={"changed_at": self._now})
        insert_rows(
            session,
            ImportedChange,
            ("product_id", "before", "after"),
            lines,
            constants={
                "import_id": self.it.id,
                "at": self._now,
                "by_id": self._by.id if self._by else None,
                "on_behalf": self._by.on_behalf if self._by else False,
            },
            returning="product_id",
        )
        self.changed += len(rows)
        ids = [row[0] for row in rows]
        columns = (Product.id, Product.status, Product.registered_by_id)
        known = session.execute(select(*columns).where(Product.id.in_(ids))).all()
        unsaid = {product_id: (status, by_id) for product_id, status, by_id in known}
        index_entries(session, (self._entry(row[0], row[2:], *unsaid[row[0]]) for row in rows))

    def _values(self, row: Checked) -> tuple[Any, ...]:
        return (row.serial_number or row.mac, *(getattr(row, name) for name in LISTED))

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
            self.site_names.get(site_id, ""),
            room,
            asset_tag,
            status,
            registered_by_id,
        )
