"""Lists of licenses as jobs: checking one, registering it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.accounts.closure import allow_closed
from portal.base import clock
from portal.base.access import Permission
from portal.base.bulk import insert_rows
from portal.base.files import StoredFile
from portal.base.history import What, happened
from portal.base.jobs import every, given_up, handles
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.license_intake.actions import let_file_go
from portal.license_intake.models import How, ImportStatus, LicenseImport, UnclaimedLicense
from portal.license_intake.passing import Report, content_of, pass_through
from portal.license_intake.queries import import_with_id, stale_imports
from portal.license_intake.rules import Line
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License
from portal.licenses.queries import licenses_with_ids
from portal.licenses.rules import Standing, tail_of
from portal.licenses.sealing import NOBODY, KeyRing

MAY = Permission.LICENSES_MANAGE
LONGEST = 1800  # seconds
KEPT = timedelta(days=1)  # how long a list waits that nobody goes on with
COLUMNS = (
    *("name", "name_key", "key_sealed", "key_tail", "key_code", "starts_on", "ends_on", "seats"),
    *("order_number", "purchase_order", "renewal"),
)
_STOPPED = N_("The check was stopped before it was done. Send the list again.")


class _By:
    """Whoever asked for it."""

    on_behalf = False

    def __init__(self, id: int) -> None:
        self.id = id


@handles("license_intake.check", limit=LONGEST)
def check(run: Run, *, import_id: int) -> None:
    key = _key_of(run, import_id, ImportStatus.CHECKING)
    if key is None:
        return
    ring, report = _ring(run), Report()
    refusal = None
    try:
        content = content_of(run, ring, key)
        for _right in pass_through(run, ring, content, run.job.account_id or 0, report):
            pass
    except Refused as refused:
        refusal = {"message": refused.message, "values": refused.values}
    with run.session(run.scope(MAY)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        it.report, it.refusal = report.stored(), refusal
        it.status = ImportStatus.REFUSED if refusal else ImportStatus.READY
        if refusal:
            let_file_go(session, it)
        run.finish(session)


@handles("license_intake.commit", limit=LONGEST)
def commit(run: Run, *, import_id: int) -> None:
    """Register what is right in one transaction, together with the receipt and the job's end."""
    key = _key_of(run, import_id, ImportStatus.COMMITTING)
    if key is None:
        return
    ring, report, now = _ring(run), Report(), clock.now()
    content = content_of(run, ring, key)
    with run.session(run.scope(MAY)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        number = 0
        for right in pass_through(run, ring, content, it.account_id, report):
            keep = _leave if it.how is How.UNCLAIMED else _register
            number += keep(session, ring, it, right, now)
            run.scope(MAY)  # or the person has lost the right meanwhile
        it.report = report.stored() | {"registered": number}
        it.status, it.committed_at = ImportStatus.DONE, now
        let_file_go(session, it)
        by = _By(run.job.user_id) if run.job.user_id else None
        happened(session, it, What.LICENSES_IMPORTED, by=by, number=number)
        run.finish(session)


def _register(
    session: ScopedSession, ring: KeyRing, it: LicenseImport, right: Sequence[Line], now: datetime
) -> int:
    """To the customer; those that somebody was quicker with are passed over."""
    account_id = session.scope.write or 0
    active = it.how is How.ACTIVE
    constants = {
        "sealed_with": ring.newest,
        "standing": Standing.ACTIVATED if active else Standing.NOT_ACTIVATED,
        "activated_at": now if active else None,
        "seats_used": 0,
        "registered_at": now,
        "changed_at": now,
        "revoked_because": "",
        "version": 1,
    }
    rows = [_row(ring, account_id, line) for line in right]
    if not rows:
        return 0
    ids = insert_rows(session, License, COLUMNS, rows, constants=constants, returning="key_code")
    made = session.scalars(licenses_with_ids(ids.values())).all()
    index_licenses(session, ring, made)
    for each in made:
        session.expunge(each)
    return len(ids)


def _row(ring: KeyRing, account_id: int, line: Line) -> list[Any]:
    told = dict(line.told)
    for name in ("starts_on", "ends_on"):
        told[name] = told[name].isoformat() if told[name] else None
    key = line.key
    sealed = [ring.seal(account_id, key), tail_of(key), ring.code(key)]
    rest = [told["starts_on"], told["ends_on"], told["seats"], told["order_number"]]
    return [
        *(line.name, sort_key(line.name), *sealed, *rest),
        *(told["purchase_order"], told["renewal"].value),
    ]


def _leave(
    session: ScopedSession, ring: KeyRing, it: LicenseImport, right: Sequence[Line], now: datetime
) -> int:
    """To whoever enters the key."""
    for line in right:
        made = UnclaimedLicense(name=line.name, import_id=it.id, registered_at=now, **line.told)
        made.key_sealed, made.sealed_with = ring.seal(NOBODY, line.key), ring.newest
        made.key_tail, made.key_code = tail_of(line.key), ring.code(line.key)
        made.registered_by_id = it.started_by_id
        session.add(made)
    session.flush()
    return len(right)


@every("license_intake.sweep", hours=6, limit=600)
def sweep(run: Run) -> None:
    """Let go of lists that nobody went on with: there are keys in them."""
    before = clock.now() - KEPT
    with run.reading(Scope(None, None, reason="lists of licenses left lying")) as session:
        found = session.execute(stale_imports(before)).all()
    for import_id, account_id in found:
        scope = Scope(frozenset({account_id}), account_id, reason="lists of licenses left lying")
        with run.session(scope) as session:
            it = allow_closed(session).scalars(import_with_id(import_id)).one()
            it.status = ImportStatus.DISCARDED
            let_file_go(session, it)


@given_up("license_intake.check")
@given_up("license_intake.commit")
def set_back(session: ScopedSession, *, import_id: int, **_asked: Any) -> None:
    """It waits for a person again, and not for a job that was parked."""
    it = session.scalars(import_with_id(import_id)).one_or_none()
    if it is not None and it.status is ImportStatus.CHECKING:
        it.status, it.refusal = ImportStatus.REFUSED, {"message": _STOPPED, "values": {}}
    elif it is not None and it.status is ImportStatus.COMMITTING:
        it.status = ImportStatus.READY


def _key_of(run: Run, import_id: int, status: ImportStatus) -> str | None:
    """Where the bytes of the list are, while it stands so."""
    with run.reading(run.scope(MAY)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not status or it.file_id is None:
            return None
        return session.get_one(StoredFile, it.file_id).key


def _ring(run: Run) -> KeyRing:
    return KeyRing.of(run.settings.license_keys, run.settings.secret_key)
