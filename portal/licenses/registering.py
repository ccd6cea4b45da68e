"""Licenses that come to a customer, and those that are taken from one."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.licenses.indexing import index_licenses
from portal.licenses.models import License
from portal.licenses.queries import license_of_code
from portal.licenses.rules import Renewal, Standing, read_key, tail_of
from portal.licenses.sealing import KeyRing

# It is not told whose it is, nor that it is anybody's.
TAKEN = N_("This license key cannot be registered. Contact us, and we will help you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was bought: until when, for how many, by which papers, and who renews it."""

    starts_on: date | None = None
    ends_on: date | None = None
    seats: int | None = None
    order_number: str = ""
    purchase_order: str = ""
    renewal: Renewal = Renewal.RESELLER


def register_license(
    session: ScopedSession,
    ring: KeyRing,
    *,
    name: str,
    key: str,
    terms: Terms,
    activated: bool = True,
    by: Doer | None,
    now: datetime,
) -> License:
    """Let an account have a license. A key is registered once, whoever has it."""
    name = name.strip()
    if not name:
        raise Refused(N_("Enter what the license is for."), field="name")
    account_id = session.scope.write or 0  # without one nothing is written
    made = License(
        name=name,
        name_key=sort_key(name),
        standing=Standing.ACTIVATED if activated else Standing.NOT_ACTIVATED,
        activated_at=now if activated else None,
        registered_at=now,
        changed_at=now,
        **asdict(terms),
    )
    if key.strip():
        _seal(session, ring, account_id, made, read_key(key))
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_license_key_code"):
            raise
        raise Refused(TAKEN, field="key") from None
    index_licenses(session, ring, [made])
    happened(session, made, What.REGISTERED, by=by)
    return made


def _seal(session: ScopedSession, ring: KeyRing, account_id: int, made: License, key: str) -> None:
    # While keys are being changed, the code that the database holds apart may be an older key's.
    ours = session.scalars(license_of_code(ring.codes(key))).first()
    if ours:
        raise Refused(
            N_("The license key is registered already, as %(number)s."),
            field="key",
            number=ours.reference,
        )
    made.key_sealed, made.sealed_with = ring.seal(account_id, key), ring.newest
    made.key_tail, made.key_code = tail_of(key), ring.code(key)
