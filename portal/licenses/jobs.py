"""What is done about licenses after the answer was sent."""

from portal.base.access import Permission
from portal.base.bulk import CHUNK
from portal.base.jobs import handles
from portal.base.run import Run
from portal.licenses.indexing import index_licenses
from portal.licenses.queries import licenses_with_ids, seated_at
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
