"""The yardstick: what a list costs that asks for almost nothing and whose rows never change."""

from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select

from portal.accounts.models import Account, Site
from portal.agreements.rules import Coverage, Reason
from portal.base.access import Permission
from portal.products.models import Product
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.paging import SIZE
from portal.web.session import db

PATH = "/bare-page"
QUERIES = 3
_DAY = date(2026, 11, 22)
_COVERED = Coverage(reason=Reason.COVERED, agreement="PPE-1", until=_DAY + timedelta(days=400))
ROWS = [
    {
        "id": 1_000_000 + number,
        "identifier": f"8G2241{number:06}CV",
        "model": "Studio X50",
        "site": "Tromsø",
        "room": f"Møterom {number}",
        "coverage": _COVERED,
        "registered_at": _DAY - timedelta(days=number),
    }
    for number in range(SIZE)
]


def add_bare_page(app: Flask) -> None:
    folder = FileSystemLoader(Path(__file__).parent)
    app.jinja_loader = ChoiceLoader([app.jinja_loader or folder, folder])
    app.add_url_rule(PATH, view_func=allow(Permission.PRODUCTS_VIEW)(bare_page))


def bare_page() -> ResponseReturnValue:
    account = viewer().account
    assert account
    db().execute(select(Account.name).where(Account.id == account.id)).one()
    db().execute(select(Site.name).where(Site.id == 1)).one_or_none()
    db().execute(select(Product.identifier).where(Product.id == 1)).one_or_none()
    return page("bare_page.html", rows=ROWS)
