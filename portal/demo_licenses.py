"""The licenses of the demo's customers. Everything is made up."""

import os
import secrets
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, Site, User
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.config import Settings
from portal.demo_stories import ANNA
from portal.licenses.actions import Seat, assign_license
from portal.licenses.models import License
from portal.licenses.registering import Terms, register_license, revoke_license
from portal.licenses.rules import Renewal
from portal.licenses.sealing import KeyRing
from portal.products.models import Product
from portal.web.session import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A license: how many days it has left, for how many, and who uses it."""

    name: str
    key: str
    left: int | None
    seats: int | None
    order: str
    purchase: str = ""
    renewal: Renewal = Renewal.RESELLER
    people: tuple[str, ...] = ()
    at_site: int = 0
    on_device: bool = False
    activated: bool = True
    revoked: bool = False


NORDLYS = (
    Bought(
        name="Poly Lens Premium",
        key="PLP7-4KQ2-XN8D-9F2K",
        left=410,
        seats=50,
        order="4500218834",
        purchase="77120",
        people=("Ola Hansen", "Kari Nordmann", "Mette Lie"),
        at_site=9,
    ),
    Bought(
        name="Poly Studio X52, Zoom Rooms",
        key="ZRX5-7TT1-QP3C-6M4W",
        left=62,
        seats=4,
        order="4500219012",
        purchase="77344",
        on_device=True,
    ),
    Bought(
        name="RealPresence Desktop",
        key="RPD2-0B7L-5HH9-1V8Q",
        left=-40,
        seats=25,
        order="4500117755",
        renewal=Renewal.NONE,
        people=("Kari Nordmann",),
    ),
    Bought(
        name="Poly VideoOS, Advanced Room Insights",
        key="VOS9-3RK6-ZD2F-7J5T",
        left=700,
        seats=10,
        order="4500231190",
        activated=False,
    ),
    Bought(
        name="Poly Lens Pro, prøveperiode",
        key="PLT4-8WM3-CC6A-2S9E",
        left=20,
        seats=5,
        order="4500200001",
        renewal=Renewal.NONE,
        revoked=True,
    ),
)
FJORDHELSE = (
    Bought(
        name="Poly Lens Premium",
        key="PLP7-9FH1-KK4E-3D6R",
        left=30,
        seats=120,
        order="4500302277",
        purchase="2026-118",
        renewal=Renewal.AUTOMATIC,
        people=("Ingrid Moen",),
    ),
    Bought(
        name="Poly G7500, punkt til punkt-kryptering",
        key="G750-2NC8-WL7P-8B1X",
        left=None,
        seats=None,
        order="4500302278",
        renewal=Renewal.NONE,
    ),
)


def kept_key(folder: Path, name: str = "license.key") -> str:
    """A key of the demo's, such as that of its license keys, which lasts from start to start."""
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
    with sessions(scope=NOBODY) as session:
        anna = Doer(session.scalars(select(User.id).where(User.email == ANNA)).one())
        ids = {it.name: it.id for it in session.scalars(select(Account))}
    for name, bought in ((nordlys, NORDLYS), (fjordhelse, FJORDHELSE)):
        scope = Scope(frozenset({ids[name]}), ids[name], staff=True, reason="the demo")
        with sessions(scope=scope) as session, session.begin():
            if session.scalars(select(License.id).limit(1)).first() is None:
                for each in bought:
                    _register(session, ring, each, by=anna)


def _register(session: ScopedSession, ring: KeyRing, it: Bought, *, by: Doer) -> None:
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
        revoke_license(session, made, by=by, now=now)
