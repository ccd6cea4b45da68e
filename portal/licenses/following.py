"""Licenses follow the device: what took its place has the seats that it had."""

from datetime import datetime

from portal.base import clock
from portal.base.history import What
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.licenses.actions import noted
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_queries import seats_on_device
from portal.licenses.queries import license_with_id
from portal.licenses.sealing import KeyRing

_WHY = "licenses follow a device that is replaced"


@handles("licenses.follow_device", limit=300)
def follow_device(run: Run, *, from_id: int, to_id: int) -> None:
    """Move what is on one device to the other, whoever registered it: a job sees all sites."""
    account_id = run.job.account_id or 0
    ring = KeyRing.of(run.settings.license_keys, run.settings.secret_key)
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
    with run.session(scope) as session:
        follow(session, ring, from_id, to_id, now=clock.now())
        run.finish(session)


def follow(
    session: ScopedSession, ring: KeyRing, from_id: int, to_id: int, *, now: datetime
) -> None:
    licenses: dict[int, License] = {}
    for seat in session.scalars(seats_on_device(from_id)).all():
        if seat.license_id not in licenses:
            fresh = {"populate_existing": True}
            locked = license_with_id(seat.license_id).with_for_update().execution_options(**fresh)
            licenses[seat.license_id] = session.scalars(locked).one()
        session.refresh(seat)
        if seat.ended_at is not None:  # it was taken back while we waited
            continue
        made = LicenseAssignment(
            license_id=seat.license_id,
            product_id=to_id,
            holder=seat.holder,
            seats=seat.seats,
            assigned_at=now,
            assigned_by_id=seat.assigned_by_id,
        )
        seat.end(now=now)
        session.add(made)
        session.flush()
        it = licenses[seat.license_id]
        noted(session, it, What.MOVED, made, by=None, now=now, before=seat.id)
    if licenses:
        index_licenses(session, ring, list(licenses.values()))
