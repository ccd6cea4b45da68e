"""Undoing an import within a day, unless a device of it has been used since."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from portal.base import clock
from portal.base.access import Permission
from portal.base.bulk import CHUNK, update_rows
from portal.base.history import What, happened
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.product_imports.committing import COLUMNS, FIELDS
from portal.product_imports.models import ImportedChange, ImportStatus, ProductImport
from portal.product_imports.queries import import_with_id
from portal.products.indexing import forget_products, index_counts, reindex_products
from portal.products.models import Product, ProductCount

WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class By:
    """Who asked for it, and whether for somebody else's account."""

    id: int
    on_behalf: bool


def undo_import(run: Run, import_id: int, *, by_id: int, on_behalf: bool) -> None:
    """Take away what the import registered and put back what it changed, or nothing at all."""
    with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not ImportStatus.UNDOING:
            return
        if used := used_since(session, it):
            it.status = ImportStatus.DONE
            it.receipt = {**it.receipt, "used": used}
            run.finish(session)
            return
        _put_back(session, it, run)
        _take_away(session, it, run)
        _uncount(session, it)
        it.status = ImportStatus.UNDONE
        happened(session, it, What.IMPORT_UNDONE, by=By(by_id, on_behalf))
        run.finish(session)


def used_since(session: ScopedSession, it: ProductImport, most: int = 10) -> list[str]:
    """The references of devices that somebody changed after the import, a few of them."""
    changed = exists().where(
        ImportedChange.import_id == it.id, ImportedChange.product_id == Product.id
    )
    later: ColumnElement[bool] = Product.changed_at > it.committed_at
    query = select(Product).where(and_(or_(Product.import_id == it.id, changed), later))
    return [product.reference for product in session.scalars(query.limit(most))]


def _put_back(session: ScopedSession, it: ProductImport, run: Run) -> None:
    query = (
        select(ImportedChange.product_id, ImportedChange.before)
        .where(ImportedChange.import_id == it.id)
        .order_by(ImportedChange.product_id)
    )
    for part in session.execute(query).partitions(CHUNK):
        rows = []
        for product_id, before in part:
            known = dict(zip(FIELDS, before, strict=True))
            rows.append((product_id, known["serial_number"] or known["mac"], *before))
        update_rows(session, Product, ("id", *COLUMNS), rows, constants={"changed_at": clock.now()})
        reindex_products(session, [row[0] for row in rows])
        run.beat()


def _take_away(session: ScopedSession, it: ProductImport, run: Run) -> None:
    ids = session.scalars(select(Product.id).where(Product.import_id == it.id)).all()
    for start in range(0, len(ids), CHUNK):
        forget_products(session, ids[start : start + CHUNK])
        run.beat()
    session.execute(delete(Product).where(Product.import_id == it.id))


def _uncount(session: ScopedSession, it: ProductImport) -> None:
    for count_id, number in it.receipt.get("counts", []):
        counted = session.get(ProductCount, count_id)
        if counted is None:
            continue
        counted.number = max(0, counted.number - number)
        session.flush()
        index_counts(session, [counted], gone=not counted.number)
        if not counted.number:
            session.delete(counted)
