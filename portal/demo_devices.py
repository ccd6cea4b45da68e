"""The devices that Nordlys Kraft AS has registered in the demo. Everything is made up.

They are few, and of a place of their own: the list that the customer imports brings all the others.
"""

from datetime import timedelta

from sqlalchemy import select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope
from portal.catalogue.catalogue import catalogue_of
from portal.demo_stories import KARI
from portal.products.actions import Place, register_product
from portal.products.models import Product
from portal.sites.actions import create_site
from portal.web.session import Sessions

SITE = "Driftssentralen Lillehammer"
ADDRESS = {"street": "Storgata 45", "postal_code": "2609", "opening_hours": "Mandag–fredag 8–16"}
AGO = timedelta(days=40)
# A model, how its serial numbers begin, how many there are, and where.
DEVICES = (
    ("Studio X52", "8L22109LHM", 4, ("Aurora", "Nordlys", "Polaris", "Vega")),
    ("CCX 500", "64167FNK", 18, ("Vaktrom", "Kontrollrom")),
    ("Voyager 4320 UC", "NKH4320", 14, ("Kundesenter",)),
)


def load(sessions: Sessions, *, nordlys: str) -> None:
    """Register them, where the account has no device yet."""
    with sessions(scope=NOBODY) as session:
        account = session.scalars(select(Account.id).where(Account.name == nordlys)).one()
        kari = Doer(session.scalars(select(User.id).where(User.email == KARI)).one())
        catalogue = catalogue_of(session)
    at = clock.now() - AGO
    scope = Scope(frozenset({account}), account)
    with clock.as_of(at), sessions(scope=scope) as session, session.begin():
        if session.scalars(select(Product.id).limit(1)).first() is not None:
            return
        site = create_site(session, by=kari, name=SITE, **ADDRESS)
        session.flush()
        for name, begins, many, rooms in DEVICES:
            model = catalogue.named(name)
            assert model is not None, name
            for number in range(many):
                register_product(
                    session,
                    model_id=model.id,
                    serial_number=f"{begins}{number + 11:02}",
                    mac="",
                    place=Place(site_id=site.id, room=rooms[number % len(rooms)]),
                    by=kari,
                    now=at,
                )
