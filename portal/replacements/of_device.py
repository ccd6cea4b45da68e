"""What a device's page tells of its replacements: those it was in, and whose place it took."""

from dataclasses import dataclass
from typing import Any

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.products import arriving
from portal.products.beside import Part, tells_of_products
from portal.products.models import Product
from portal.replacements import inventory
from portal.replacements.list_queries import replacements_of_device
from portal.replacements.rules import PREFIX
from portal.replacements.wording import stage_color

MOST = 10

arriving.when_registered(inventory.when_registered)


@dataclass(frozen=True, slots=True)
class Line:
    """A replacement that the device was in, as the faulty one or as the new one."""

    reference: str
    row: Any
    came: bool  # whether it is the new one
    other: str  # what the other device is known by
    other_reference: str

    @property
    def color(self) -> str:
        return stage_color(self.row.stage)


@dataclass(frozen=True, slots=True)
class Told:
    lines: list[Line]
    former: Line | None  # with the device whose place it took


def told_of(session: ScopedSession, product: Product, _model: Model) -> Told | None:
    rows = session.execute(replacements_of_device(product).limit(MOST)).all()
    if not rows:
        return None
    lines = [_line(row, product) for row in rows]
    former = next((it for it in lines if it.came and it.row.delivered_on and it.other), None)
    return Told(lines, former)


def _line(row: Any, product: Product) -> Line:
    came = row.product_id != product.id
    other = row.identifier if came else row.new_serial_number
    other_id = row.product_id if came else row.new_id
    return Line(reference(PREFIX, row.id), row, came, other or "", reference("P", other_id or 0))


tells_of_products(Part("replacements/_of_device.html", told_of))
