from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from portal import demo, demo_devices
from portal.accounts.models import Account
from portal.base.tenancy import Scope, ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.products.models import Product
from portal.request_opening.finding import devices_like

LENS = Path(__file__).parent / "product_imports" / "lens_devices.csv"


def test_the_demo_has_a_few_dozen_devices_that_its_list_does_not_know(
    session: ScopedSession, sessions: sessionmaker[ScopedSession]
) -> None:
    demo.load(sessions, "a password")
    for _ in range(2):
        demo_devices.load(sessions, nordlys=demo.NORDLYS)

    nordlys = session.scalars(select(Account.id).where(Account.name == demo.NORDLYS)).one()
    with sessions(scope=Scope(frozenset({nordlys}), nordlys)) as theirs:
        numbers = theirs.scalars(select(Product.serial_number)).all()
        found = [it.label for it in devices_like(theirs, "Aurora")]
        assert catalogue_of(theirs).named("CCX 500") is not None
    assert len(numbers) == 36
    assert found == ["Studio X52 · 8L22109LHM11"]
    listed = LENS.read_text("utf-8-sig")
    assert [it for it in numbers if it and it in listed] == []  # importing it, all rows are new
