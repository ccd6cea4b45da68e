"""Undoing an import within a day, unless a device of it has been used since."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from portal.base import clock
from portal.base.access import Permission
from portal.base.bulk import CHUNK, update_rows
from portal.base.deeds import LOOKS
from portal.base.history import Event, What, happened
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.base.visibility import sees_every_site
from portal.product_imports.committing import COLUMNS
from portal.product_imports.made_sites import let_go
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.queries import import_with_id
from portal.products.indexing import forget_products, index_counts, reindex_products
from portal.products.models import LISTED, ImportedChange, Product, ProductCount

WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class By:
    """Who asked for it, whether for somebody else's account, and from which network."""

    id: int
    on_behalf: bool
    place: str = ""


def undo_import(run: Run, import_id: int, *, by: By) -> None:
    """Take away what the import registered and put back what it changed, or nothing at all."""
    with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not ImportStatus.UNDOING:
            return
        used, unseen = used_since(session, it), _unseen(session, it)
        if used or unseen or not _undone(session, it, run):
            it.status = ImportStatus.DONE
            it.receipt = {**it.receipt, "used": used, "unseen": unseen}
            it.receipt["needed"] = not (used or unseen)
            run.finish(session)
            return
        it.status = ImportStatus.UNDONE
        happened(session, it, What.IMPORT_UNDONE, by=by)
        run.scope(Permission.PRODUCTS_CHANGE)
        run.finish(session)


def _undone(session: ScopedSession, it: ProductImport, run: Run) -> bool:
    """Unless something hangs on one of the devices, such as a request about it."""
    try:
        with session.begin_nested():
            _put_back(session, it, run)
            _take_away(session, it, run)
            _uncount(session, it)
    except IntegrityError:
        return False
    stay = let_go(session, it.receipt.get("site_ids", []))
    it.receipt = {**it.receipt, "sites_that_stay": [[site.id, site.name] for site in stay]}
    return True


def used_since(session: ScopedSession, it: ProductImport, most: int = 10) -> list[str]:
    """The references of devices that somebody changed after the import, a few of them."""
    changed = exists().where(
        ImportedChange.import_id == it.id, ImportedChange.product_id == Product.id
    )
    query = select(Product).where(or_(Product.import_id == it.id, changed), _changed_after(it))
    return [product.reference for product in session.scalars(query.limit(most))]


def _changed_after(it: ProductImport) -> ColumnElement[bool]:
    """By somebody, or by a later list, unless that one was undone and nothing else happened."""
    line = aliased(ImportedChange)
    of_it = line.product_id == Product.id
    put_back = exists().where(of_it, line.undone_at == Product.changed_at)
    listed = exists().where(of_it, line.at > it.committed_at, line.undone_at.is_(None))
    # Events know the second only.
    since = it.committed_at.replace(microsecond=0) if it.committed_at else None
    deed = exists().where(
        Event.kind == Product.__tablename__,
        Event.record_id == Product.id,
        Event.at >= since,
        Event.what.not_in(LOOKS),
    )
    return and_(Product.changed_at > it.committed_at, or_(~put_back, listed, deed))


def _unseen(session: ScopedSession, it: ProductImport) -> bool:
    """Whether some of what it did is at sites, by now, that whoever undoes it does not see."""
    if sees_every_site(session.scope.limits):
        return False
    lines = {count_id for count_id, _number in it.receipt.get("counts", [])}
    devices, changed = func.count(Product.id), ImportedChange.product_id == Product.id
    of_it = ImportedChange.import_id == it.id
    done = (
        (it.receipt["new"], select(devices).where(Product.import_id == it.id)),
        (it.receipt["changed"], select(devices).join(ImportedChange, changed).where(of_it)),
        (len(lines), select(func.count(ProductCount.id)).where(ProductCount.id.in_(lines))),
    )
    return any(session.scalars(query).one() != number for number, query in done)


def _put_back(session: ScopedSession, it: ProductImport, run: Run) -> None:
    query = (
        select(ImportedChange.product_id, ImportedChange.before)
        .where(ImportedChange.import_id == it.id)
        .order_by(ImportedChange.product_id)
    )
    now = clock.now()  # one for all: by it a device is known that is as it was
    for part in session.execute(query).partitions(CHUNK):
        rows = []
        for product_id, before in part:
            known = dict(zip(LISTED, before, strict=True))
            rows.append((product_id, known["serial_number"] or known["mac"], *before))
        update_rows(session, Product, ("id", *COLUMNS), rows, constants={"changed_at": now})
        reindex_products(session, [row[0] for row in rows])
        run.beat()
        run.scope(Permission.PRODUCTS_CHANGE)  # or the person has lost the right meanwhile
    lines = update(ImportedChange).where(ImportedChange.import_id == it.id)
    session.execute(lines.values(undone_at=now))


def _take_away(session: ScopedSession, it: ProductImport, run: Run) -> None:
    registered = select(Product.id).where(Product.import_id == it.id)
    ids = session.scalars(registered).all()
    # Lists that changed these devices later are undone by now.
    session.execute(delete(ImportedChange).where(ImportedChange.product_id.in_(registered)))
    for start in range(0, len(ids), CHUNK):
        forget_products(session, ids[start : start + CHUNK])
        run.beat()
        run.scope(Permission.PRODUCTS_CHANGE)  # or the person has lost the right meanwhile
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
