"""A device's page leads to the licenses that are on it; its own statements are all spoken for."""

from portal.base.access import Permission
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.products.beside import Part, tells_of_products
from portal.products.models import Product
from portal.web.guard import viewer


def find(_session: ScopedSession, product: Product, _model: Model) -> str | None:
    """What the licenses are searched by."""
    return product.identifier if viewer().may(Permission.LICENSES_VIEW) else None


tells_of_products(Part("licenses/_of_device.html", find))
