"""What is known of a device's model, on the device's page."""

from dataclasses import dataclass

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.known_issues.issues import Issue, issues_of
from portal.known_issues.rules import Standing
from portal.products.beside import Part, tells_of_products
from portal.products.models import Product, ProductStatus

MOST = 5
_ORDER = (Standing.CONCERNED, Standing.POSSIBLE, Standing.FIXED)


@dataclass(frozen=True, slots=True)
class Told:
    """The issues of a model: what concerns the device first. How many others there are."""

    issues: list[tuple[Issue, Standing]]
    more: int
    model: Model
    versioned: bool  # whether it is known which version the device runs


def find(session: ScopedSession, product: Product, model: Model) -> Told | None:
    if product.status is not ProductStatus.ACTIVE:
        return None
    installed = product.installed_version
    known = [(it, it.standing(installed)) for it in issues_of(session).of_model(model)]
    shown = [each for kind in _ORDER for each in known if each[1] is kind]
    if not shown:
        return None
    return Told(shown[:MOST], max(0, len(shown) - MOST), model, bool(installed.strip()))


tells_of_products(Part("known_issues/_of_product.html", find))
