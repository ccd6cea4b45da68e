"""What came before a replacement in its chain, and what followed."""

from sqlalchemy import Select, or_, select

from portal.dead_on_arrival.models import ReplacementLink
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage


def links_of(replacement_id: int) -> Select[ReplacementLink, Stage]:
    """The one that leads here, and the one that leads on; and how the one that it leads to stands,
    where whoever asks sees that."""
    before = ReplacementLink.next_id == replacement_id
    after = ReplacementLink.replacement_id == replacement_id
    return (
        select(ReplacementLink, Replacement.stage)
        .outerjoin(Replacement, Replacement.id == ReplacementLink.next_id)
        .where(or_(before, after))
    )


def link_from(replacement_id: int) -> Select[ReplacementLink]:
    return select(ReplacementLink).where(ReplacementLink.replacement_id == replacement_id)


def product_known_as(serial_number: str) -> Select[Product]:
    return select(Product).where(Product.serial_number == serial_number)
