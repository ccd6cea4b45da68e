"""Sealing the keys anew that are nobody's yet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.words import Refused
from portal.license_intake.models import UnclaimedLicense
from portal.licenses.sealing import NOBODY, KeyRing


def rotate_unclaimed(session: Session, ring: KeyRing) -> tuple[int, int]:
    """How many are sealed with the newest key now, and how many no key of the ring opens."""
    others = UnclaimedLicense.sealed_with != ring.newest
    query = select(UnclaimedLicense).where(others).order_by(UnclaimedLicense.id).with_for_update()
    done = shut = 0
    for it in session.scalars(query).all():
        try:
            key = ring.unseal(NOBODY, it.key_sealed, it.sealed_with)
        except Refused:
            shut += 1
            continue
        it.key_sealed, it.sealed_with = ring.seal(NOBODY, key), ring.newest
        it.key_code = ring.code(key)
        done += 1
    return done, shut
