"""The licenses of the demo's customers. Everything is made up."""

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, Site, User
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.files import save_file
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.config import Settings
from portal.demo_bought import FJORDHELSE, NORDLYS, UNCLAIMED, Bought
from portal.demo_stories import ANNA
from portal.license_intake.models import UnclaimedLicense
from portal.licenses.actions import Seat, assign_license
from portal.licenses.keeping import add_papers
from portal.licenses.models import License
from portal.licenses.registering import Terms, register_license
from portal.licenses.rules import tail_of
from portal.licenses.sealing import NOBODY as NOBODY_YET
from portal.licenses.sealing import KeyRing
from portal.licenses.terms import replace_license, take_away
from portal.products.models import Product
from portal.web.session import Sessions


def kept_key(folder: Path, name: str = "license.key") -> str:
    """A key of the demo's, which lasts from one start to the next, as what it sealed does."""
    file = folder / name
    try:
        folder.mkdir(exist_ok=True)
        if not file.exists():
            opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(opened, "w", encoding="ascii") as kept:
                kept.write(secrets.token_hex(32))
        return file.read_text("ascii").strip()
    except OSError as error:
        sys.exit(f"The demo cannot write in {folder}: {error.strerror}.")


def load(sessions: Sessions, settings: Settings, nordlys: str, fjordhelse: str) -> None:
    """Register them, where an account has none yet."""
    ring = KeyRing.of(settings.license_keys, settings.secret_key)
    files = FileStore(settings.storage_url)
    with sessions(scope=NOBODY) as session:
        anna = Doer(session.scalars(select(User.id).where(User.email == ANNA)).one())
        ids = {it.name: it.id for it in session.scalars(select(Account))}
    for name, bought in ((nordlys, NORDLYS), (fjordhelse, FJORDHELSE)):
        scope = Scope(frozenset({ids[name]}), ids[name], staff=True, reason="the demo")
        with sessions(scope=scope) as session, session.begin():
            if session.scalars(select(License.id).limit(1)).first() is None:
                made = [_register(session, ring, each, by=anna) for each in bought]
                if name == nordlys:
                    _add_past(session, ring, files, made[0], by=anna)
                    _leave_unclaimed(session, ring)


def _add_past(
    session: ScopedSession, ring: KeyRing, files: FileStore, new: License, *, by: Doer
) -> None:
    """What the newest took the place of, and the papers of its order."""
    past = Bought(
        name="Poly Lens Pro",
        key="PLP6-1JB9-TT4C-5N7G",
        left=12,
        seats=20,
        order="4500101266",
        people=("Per Berg", "Siri Dahl"),
    )
    old = _register(session, ring, past, by=by)
    replace_license(session, ring, old, new, by=by, now=clock.now())
    confirmation = f"Ordrebekreftelse {new.order_number}\n{new.name}, {new.seats} plasser\n"
    kept = save_file(
        session,
        files,
        name=f"Ordrebekreftelse {new.order_number}.txt",
        media_type="text/plain",
        chunks=[confirmation.encode()],
        now=clock.now(),
    )
    add_papers(session, new, [kept], by=by, now=clock.now())


def _leave_unclaimed(session: Session, ring: KeyRing) -> None:
    """A license that can be activated at `/licenses/activation`, by whoever tries it first."""
    it = UnclaimedLicense(name="Poly Studio V72, nettverksradio", registered_at=clock.now())
    it.key_sealed, it.sealed_with = ring.seal(NOBODY_YET, UNCLAIMED), ring.newest
    it.key_tail, it.key_code = tail_of(UNCLAIMED), ring.code(UNCLAIMED)
    it.seats, it.ends_on = 3, clock.today() + timedelta(365)
    session.add(it)


def _register(session: ScopedSession, ring: KeyRing, it: Bought, *, by: Doer) -> License:
    today, now = clock.today(), clock.now()
    ends_on = today + timedelta(it.left) if it.left is not None else None
    terms = Terms(
        starts_on=today - timedelta(120),
        ends_on=ends_on,
        seats=it.seats,
        order_number=it.order,
        purchase_order=it.purchase,
        renewal=it.renewal,
    )
    made = register_license(
        session, ring, name=it.name, key=it.key, terms=terms, activated=it.activated, by=by, now=now
    )
    seats = [Seat(holder=each) for each in it.people] if not ends_on or ends_on > today else []
    site = session.scalars(select(Site.id).order_by(Site.id).limit(1)).first()
    if it.at_site and site:
        seats.append(Seat(site_id=site, seats=it.at_site))
    device = session.scalars(select(Product.id).order_by(Product.id).limit(1)).first()
    if it.on_device and device:
        seats.append(Seat(product_id=device))
    for seat in seats:
        assign_license(session, ring, made, seat, by=by, now=now)
    if it.revoked:
        because = "Prøveperioden er over, og ble ikke til et kjøp."
        take_away(session, made, because=because, by=by, now=now)
    return made
