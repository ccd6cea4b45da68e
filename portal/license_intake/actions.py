"""Sending in a list of licenses, registering it, letting it be; and activating a license."""

from datetime import datetime

from sqlalchemy import delete

from portal.base.clock import day_of
from portal.base.file_store import FileStore
from portal.base.files import StoredFile, save_file
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.visibility import sees_every_site
from portal.base.words import N_, Refused
from portal.license_intake.models import How, ImportStatus, LicenseImport, UnclaimedLicense
from portal.license_intake.queries import unclaimed_of_codes
from portal.license_intake.rules import MOST_BYTES
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License
from portal.licenses.queries import license_of_code
from portal.licenses.registering import Terms, register_license
from portal.licenses.rules import Standing, Status, read_key
from portal.licenses.sealing import NOBODY, KeyRing

TOO_LARGE = N_("The file is too large. It can be at most 10 MB.")
# Whoever's it is, and whether it is anybody's: that is told to nobody.
NOT_HERE = N_(
    "This license key cannot be activated here. Check that it is written as it was printed. If it"
    " is, contact us, and we will help you."
)


def start_import(
    session: ScopedSession,
    store: FileStore,
    ring: KeyRing,
    *,
    name: str,
    content: bytes,
    by: Doer,
    now: datetime,
) -> LicenseImport:
    """Keep a list, sealed since keys are in it, and have it checked. Nothing is registered yet."""
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE, field="file")
    file = save_file(
        session,
        store,
        name=name,
        media_type="application/octet-stream",
        chunks=[ring.wrap(content)],
        now=now,
    )
    it = LicenseImport(name=file.name, file_id=file.id, started_at=now)
    it.started_by_id = by.id or None
    session.add(it)
    session.flush()
    _later(session, "license_intake.check", it, by)
    return it


def commit_import(session: ScopedSession, it: LicenseImport, *, how: How, by: Doer) -> None:
    """Have what is right in the list registered: to the customer, or to whoever enters a key."""
    _refuse_unless(it, ImportStatus.READY)
    if not it.report.get("right"):
        raise Refused(N_("There is nothing to register in this list."))
    it.status, it.how = ImportStatus.COMMITTING, how
    session.flush()
    _later(session, "license_intake.commit", it, by)


def discard_import(session: ScopedSession, it: LicenseImport) -> None:
    _refuse_unless(it, ImportStatus.READY, ImportStatus.REFUSED)
    it.status = ImportStatus.DISCARDED
    let_file_go(session, it)


def withdraw_unclaimed(session: ScopedSession, it: LicenseImport, *, by: Doer) -> int:
    """Take back those of a list that nobody has activated. How many they were."""
    gone = delete(UnclaimedLicense).where(UnclaimedLicense.import_id == it.id)
    number = int(session.execute(gone).rowcount)  # type: ignore[attr-defined]
    if number:
        happened(session, it, What.LICENSES_WITHDRAWN, by=by, number=number)
    return number


def activate_license(
    session: ScopedSession, ring: KeyRing, typed: str, *, by: Doer, now: datetime
) -> License:
    """Begin to use a license by its key: one of the account's, or one that is nobody's yet.

    Both are looked for in the same way whatever the key is, and of any other key the same is said:
    nobody learns here that somebody else has one.
    """
    _refuse_part(session)
    key = read_key(typed)
    codes = ring.codes(key)
    ours = session.scalars(license_of_code(codes).with_for_update()).first()
    free = session.scalars(unclaimed_of_codes(codes)).first()
    if ours is not None:
        return begin(session, ring, ours, by=by, now=now)
    if free is not None:
        return _claim(session, ring, free, key, by=by, now=now)
    raise Refused(NOT_HERE, field="key")


def _refuse_part(session: ScopedSession) -> None:
    if not sees_every_site(session.scope.limits):
        raise Refused(
            N_("You see chosen sites only. Ask somebody who sees all sites to activate it.")
        )


def begin(
    session: ScopedSession, ring: KeyRing, it: License, *, by: Doer, now: datetime
) -> License:
    """Let a license that was not activated be used from now on."""
    _refuse_part(session)
    if it.status(day_of(now)) in {Status.REVOKED, Status.EXPIRED}:
        raise Refused(
            N_("The license %(number)s is revoked or has expired."),
            field="key",
            number=it.reference,
        )
    if it.standing is not Standing.NOT_ACTIVATED:
        raise Refused(
            N_("The license is activated already, as %(number)s."),
            field="key",
            number=it.reference,
        )
    it.activate(now=now)
    index_licenses(session, ring, [it])
    happened(session, it, What.ACTIVATED, by=by)
    return it


def _claim(
    session: ScopedSession,
    ring: KeyRing,
    free: UnclaimedLicense,
    key: str,
    *,
    by: Doer,
    now: datetime,
) -> License:
    """Of two who enter the same key at once, one has it."""
    terms = Terms(**{name: getattr(free, name) for name in Terms.__dataclass_fields__})
    name, key = free.name, ring.unseal(NOBODY, free.key_sealed, free.sealed_with)
    mine = delete(UnclaimedLicense).where(UnclaimedLicense.id == free.id)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
        raise Refused(NOT_HERE, field="key")
    it = register_license(session, ring, name=name, key=key, terms=terms, by=by, now=now)
    happened(session, it, What.ACTIVATED, by=by)
    return it


def let_file_go(session: ScopedSession, it: LicenseImport) -> None:
    """The list itself is of no use any more, and has keys in it."""
    file = session.get(StoredFile, it.file_id) if it.file_id else None
    it.file_id = None
    session.flush()
    if file is not None:
        session.execute(delete(StoredFile).where(StoredFile.id == file.id))


def _later(session: ScopedSession, name: str, it: LicenseImport, by: Doer) -> None:
    whose, who = it.account_id, by.id or None
    later(session, name, account_id=whose, user_id=who, import_id=it.id)


def _refuse_unless(it: LicenseImport, *statuses: ImportStatus) -> None:
    if it.status not in statuses:
        raise Refused(N_("This import has gone on meanwhile. See where it is now."))
