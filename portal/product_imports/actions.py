"""Sending in a device list, saying what it means, registering it and undoing that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from portal.base.file_store import FileStore, TooLarge
from portal.base.files import save_file
from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.places import place_at_hand
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.rules import fold_name
from portal.product_imports.columns import Field
from portal.product_imports.models import ImportStatus, ModelName, ProductImport
from portal.product_imports.report import Report
from portal.product_imports.undoing import WITHIN

MOST_BYTES = 50_000_000
TOO_LARGE = N_("The file is too large. It can be at most 50 MB.")


def start_import(
    session: ScopedSession,
    store: FileStore,
    *,
    name: str,
    chunks: Iterable[bytes],
    by: Doer | None,
    now: datetime,
) -> ProductImport:
    """Keep a list that was sent in, and have it checked. Nothing is registered yet."""
    try:
        file = save_file(
            session,
            store,
            name=name,
            media_type="application/octet-stream",
            chunks=chunks,
            now=now,
            limit=MOST_BYTES,
        )
    except TooLarge:
        raise Refused(TOO_LARGE, field="file") from None
    it = ProductImport(
        name=file.name, file_id=file.id, started_at=now, started_by_id=by.id if by else None
    )
    session.add(it)
    _check(session, it, by)
    return it


def name_columns(
    session: ScopedSession, it: ProductImport, fields: Sequence[Field | None], *, by: Doer
) -> None:
    """Say what each column means, and have the list checked again."""
    _refuse_unless(it, ImportStatus.COLUMNS, ImportStatus.READY)
    for at, field in enumerate(fields):
        if field and field in fields[:at]:
            first = fields.index(field)
            raise Refused(
                N_(
                    "The column “%(other)s” means the same. Choose another meaning for one of them."
                ),
                field=f"column-{at}",
                other=it.headings[first] or first + 1,
            )
    if not {Field.MODEL, Field.PART_NUMBER} & set(fields):
        left_out = fields.index(None) if None in fields else 0
        raise Refused(
            N_("Say which column has the model or the part number."), field=f"column-{left_out}"
        )
    it.fields = [field.value if field else None for field in fields]
    it.mapped = True
    _check(session, it, by)


def name_models(
    session: ScopedSession, it: ProductImport, models: Mapping[str, int], *, by: Doer
) -> None:
    """Say which models names mean; the account's later lists remember it."""
    _refuse_unless(it, ImportStatus.READY)
    if not models:
        raise Refused(N_("Choose the model for at least one of the names."))
    for name, model_id in models.items():
        key = fold_name(name[:200])
        known = session.scalars(select(ModelName).where(ModelName.name_key == key)).one_or_none()
        if known is None:
            session.add(ModelName(name=name[:200], name_key=key, model_id=model_id))
        else:
            known.model_id = model_id
    _check(session, it, by)


def commit_import(
    session: ScopedSession,
    it: ProductImport,
    *,
    create_sites: bool,
    by: Doer,
    correct: bool = False,
) -> None:
    """Have what is right in the list registered, and what it contradicts too, with `correct`."""
    _refuse_unless(it, ImportStatus.READY)
    report = Report.of(it.report)
    if not report.right and not (correct and report.corrections):
        raise Refused(N_("There is nothing to register in this list."))
    it.status = ImportStatus.COMMITTING
    session.flush()
    later(
        session,
        "product_imports.commit",
        account_id=it.account_id,
        user_id=by.id,
        import_id=it.id,
        create_sites=create_sites,
        correct=correct,
        on_behalf=by.on_behalf,
        place=place_at_hand(),
    )


def discard_import(it: ProductImport) -> None:
    """Let a list be that nobody is going to register. Nothing came of it, so nothing is told."""
    _refuse_unless(it, ImportStatus.READY, ImportStatus.COLUMNS, ImportStatus.REFUSED)
    it.status = ImportStatus.DISCARDED


def undo_import(session: ScopedSession, it: ProductImport, *, by: Doer, now: datetime) -> None:
    """Have an import undone, within a day of it."""
    _refuse_unless(it, ImportStatus.DONE)
    if it.committed_at is None or now - it.committed_at > WITHIN:
        raise Refused(N_("An import can be undone for 24 hours. That time is over."))
    it.status = ImportStatus.UNDOING
    session.flush()
    later(
        session,
        "product_imports.undo",
        account_id=it.account_id,
        user_id=by.id,
        import_id=it.id,
        by_id=by.id,
        on_behalf=by.on_behalf,
        place=place_at_hand(),
    )


def _check(session: ScopedSession, it: ProductImport, by: Doer | None) -> None:
    it.status, it.faults_id = ImportStatus.CHECKING, None
    session.flush()
    later(
        session,
        "product_imports.check",
        account_id=it.account_id,
        user_id=by.id if by else None,
        import_id=it.id,
    )


def _refuse_unless(it: ProductImport, *statuses: ImportStatus) -> None:
    if it.status not in statuses:
        raise Refused(N_("This import has gone on meanwhile. See where it is now."))
