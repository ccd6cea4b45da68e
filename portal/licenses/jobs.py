"""What is done about licenses after the answer was sent."""

from portal.accounts.closure import allow_closed
from portal.base.access import Permission
from portal.base.bulk import CHUNK
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.words import Refused
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License
from portal.licenses.queries import licenses_after, licenses_with_ids, seated_at
from portal.licenses.sealing import KeyRing


@handles("licenses.reindex_site", limit=1800)
def reindex_site(run: Run, *, site_id: int) -> None:
    """Let the licenses with seats at a site be found by the name that it has now."""
    ring = KeyRing.of(run.settings.license_keys, run.settings.secret_key)
    with run.reading(run.scope(Permission.SITES_CHANGE)) as session:
        ids = session.scalars(seated_at(site_id)).all()
    for start in range(0, len(ids), CHUNK):
        with run.session(run.scope(Permission.SITES_CHANGE)) as session:
            found = session.scalars(licenses_with_ids(ids[start : start + CHUNK])).all()
            index_licenses(session, ring, found)
        run.beat()


@handles("licenses.reindex_all", limit=1800)
def reindex_all(run: Run) -> None:
    """Let all licenses of an account be found as this version of the portal has it; also those of
    one that is closed, for it can be read, and opened again."""
    ring = KeyRing.of(run.settings.license_keys, run.settings.secret_key)
    last: int | None = 0
    while last is not None:
        with run.session(run.scope(Permission.LICENSES_VIEW)) as session:
            # Locked, so that no seat is given away between what is read here and what is written.
            some = licenses_after(last, most=CHUNK).with_for_update()
            found = allow_closed(session).scalars(some).all()
            index_licenses(session, ring, [it for it in found if _opens(ring, it)])
            last = found[-1].id if found else None
        run.beat()


def _opens(ring: KeyRing, it: License) -> bool:
    """One that no key of the ring opens is found as before, and keeps no other from being found."""
    try:
        ring.unseal(it.account_id, it.key_sealed or "", it.sealed_with or "")
    except Refused:
        return it.key_sealed is None
    return True
