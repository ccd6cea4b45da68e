"""What an employee of Nordlys has at hand: the link, their mail, and a faulty headset."""

import re
import time
from contextlib import closing

from sqlalchemy import select

from portal.accounts.models import Account, Site
from portal.app import open_sessions
from portal.base.tenancy import Scope
from portal.catalogue.models import Category, ProductModel
from portal.employees.links import employee_token
from portal.products.models import Product
from tests.browser.serving import Portal

SIV = "siv.dahl@nordlys.example.com"
EVERYTHING = Scope(None, None, staff=True, reason="a test that looks")


def link_of(portal: Portal) -> str:
    """What the code on the poster says."""
    with closing(portal.connect()) as now:
        found = now.execute("SELECT id, generation FROM employee_link").fetchone()
    return f"/r/{employee_token(portal.secret_key, *found)}"


def faulty_headset(portal: Portal) -> str:
    """Its serial number; the site it is at has an address, where parcels go."""
    sessions = open_sessions(f"sqlite:///{portal.folder / 'portal.sqlite'}")
    with sessions(scope=EVERYTHING) as session:
        found = session.execute(
            select(Product.serial_number, Product.account_id, Product.site_id)
            .join(ProductModel, Product.model_id == ProductModel.id)
            .join(Account, Product.account_id == Account.id)
            .where(ProductModel.category == Category.HEADSET, Account.name == "Nordlys Kraft AS")
            .where(Product.serial_number.is_not(None), Product.site_id.is_not(None))
            .order_by(Product.id)
        ).first()
    assert found
    here = Scope(frozenset({found.account_id}), found.account_id)
    with sessions(scope=here) as session, session.begin():
        site = session.get_one(Site, found.site_id)
        site.street, site.postal_code, site.city = "Storgata 1", "0155", "Oslo"
    sessions.kw["bind"].dispose()
    return str(found.serial_number)


def way_in_mail(portal: Portal, holds: str, address: str = SIV) -> str:
    """The first address of a page that their newest mail gives, once it has come."""
    for _ in range(100):
        with closing(portal.connect()) as now:
            asked = "SELECT text FROM mail WHERE address = ? ORDER BY id DESC"
            for (text,) in now.execute(asked, (address,)):
                if found := re.search(rf"https?://\S*({holds}\S*)", text):
                    return found[1]
        time.sleep(0.1)
    raise AssertionError("No mail came.")


def code_in_mail(portal: Portal) -> str:
    way_in_mail(portal, "/r/")
    with closing(portal.connect()) as now:
        asked = "SELECT text FROM mail WHERE address = ? AND text LIKE '%/mail/%' ORDER BY id DESC"
        (text,) = now.execute(asked, (SIV,)).fetchone()
    found = re.search(r": (\d{6})\b", text)
    assert found
    return found[1]
