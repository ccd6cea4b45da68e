"""What a device's page tells of the licenses that are on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.base import clock
from portal.base.access import Permission
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.licenses.part_queries import licenses_on_device
from portal.licenses.rules import Status, status_of
from portal.licenses.wording import color_of, term_of
from portal.products.beside import Part, tells_of_products
from portal.products.models import Product
from portal.web.guard import viewer

MOST = 20


@dataclass(frozen=True, slots=True)
class Told:
    rows: Any
    today: date

    def status(self, row: Any) -> Status:
        return status_of(row.standing, row.ends_on, self.today)

    def color(self, row: Any) -> str:
        return color_of(self.status(row))

    def term(self, row: Any) -> str:
        return term_of(None, row.ends_on, self.today)


def find(session: ScopedSession, product: Product, _model: Model) -> Told | None:
    if not viewer().may(Permission.LICENSES_VIEW):
        return None
    rows = session.execute(licenses_on_device(product.id).limit(MOST)).all()
    return Told(rows, clock.today()) if rows else None


tells_of_products(Part("licenses/_of_device.html", find))
