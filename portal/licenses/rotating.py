"""Sealing keys anew with the newest of the ring, so that an older one can be let go of."""

from dataclasses import dataclass

from portal.base.db import derive
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License
from portal.licenses.queries import sealed_with_another
from portal.licenses.sealing import KeyRing

AT_ONCE = 500  # in one transaction


@dataclass(slots=True)
class Rotated:
    """What was sealed anew; what no key of the ring opens; and the last that was looked at."""

    done: int
    shut: list[str]
    last: int | None


def rotate(session: ScopedSession, ring: KeyRing, *, after: int) -> Rotated:
    """Seal the next licenses of the account at hand anew, with the codes they are found by."""
    query = sealed_with_another(ring.newest, after=after, most=AT_ONCE).with_for_update()
    found = session.scalars(query).all()
    done: list[License] = []
    shut: list[str] = []
    for it in found:
        try:
            key = ring.unseal(it.account_id, it.key_sealed or "", it.sealed_with or "")
        except Refused:
            shut.append(it.reference)
            continue
        sealed = {"key_sealed": ring.seal(it.account_id, key), "sealed_with": ring.newest}
        derive(session, it, **sealed, key_code=ring.code(key))
        done.append(it)
    if done:
        index_licenses(session, ring, done)
    return Rotated(len(done), shut, found[-1].id if found else None)
