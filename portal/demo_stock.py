"""Stock, spare parts and the rules of approval for the demo. Everything is made up."""

from sqlalchemy import select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import User
from portal.approval_rules.actions import change_rules
from portal.approval_rules.rules import Rules
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.base.workdays import Workdays
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import ProductModel
from portal.spare_parts.actions import add_part
from portal.spare_parts.models import SparePart
from portal.stock.actions import expect, line_of, receive
from portal.stock.models import Stock
from portal.web.session import Sessions

LARS = "lars@poly.example.com"
HEADSET, PHONE, BAR = "Voyager 4320 UC", "CCX 500", "Studio X52"
INSTEAD = {HEADSET: "Voyager Free 60 UC"}
STOCK = {PHONE: 40, BAR: 6, INSTEAD[HEADSET]: 12}
PARTS = (
    ("85S19AA", "Øreputer, ett par", "Ear cushions, one pair", HEADSET),
    ("85S02AA", "USB-A-kabel, 1,5 m", "USB-A cable, 1.5 m", HEADSET),
    ("85X09AA", "Strømforsyning 48 V", "Power supply 48 V", PHONE),
    ("85X71AA", "Strømforsyning 19 V", "Power supply 19 V", BAR),
)


def load(sessions: Sessions) -> None:
    """What lies on the shelves, where nothing does yet."""
    with sessions(scope=NOBODY) as session, session.begin():
        if session.scalars(select(Stock.id).limit(1)).first() is not None:
            return
        lars = Doer(session.scalars(select(User.id).where(User.email == LARS)).one())
        catalogue, today = catalogue_of(session), clock.today()
        for name, number in STOCK.items():
            model = catalogue.named(name)
            assert model is not None, name
            receive(session, model, number, by=lars)
        for name, after in INSTEAD.items():
            model, other = catalogue.named(name), catalogue.named(after)
            assert model is not None, name
            assert other is not None, after
            session.get_one(ProductModel, model.id).successor_id = other.id
            line, on = line_of(session, model), Workdays("NO").after(today, 4)
            expect(session, line, 30, on, version=line.version, today=today, by=lars)
        for part, nb, en, fits in PARTS:
            if session.scalars(select(SparePart).where(SparePart.number == part)).first() is None:
                names = {"name_nb": nb, "name_en": en}
                add_part(session, number=part, models=fits, by=lars, **names)
        change_rules(session, Rules(at_once=5), version=0, by=lars)
