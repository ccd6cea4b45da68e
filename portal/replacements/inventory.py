"""The customer's inventory follows: one device in use at any time, whichever of the two it is."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.products.indexing import index_products
from portal.products.models import Product, ProductStatus
from portal.products.queries import products_known_as
from portal.replacements.models import Replacement
from portal.replacements.queries import arriving_as

PLACE = ("site_id", "room", "asset_tag", "holder")


def take_its_place(
    session: ScopedSession, it: Replacement, *, by: Doer | None, now: datetime
) -> None:
    """Register the new device where the faulty one was, which is out of use from this moment: so
    it is one device at any time. Of those by count there is one still.

    Also where the faulty one was taken out of use meanwhile: the new one is what replaces it.
    """
    old = session.get(Product, it.product_id) if it.product_id else None
    if old is None or old.status is ProductStatus.REPLACED:
        return
    new = _new_one(session, it)
    if new is None:
        new = Product(
            account_id=it.account_id,
            model_id=it.to_send_id,
            serial_number=it.new_serial_number,
            registered_at=now,
            registered_by_id=it.asked_by_id,
            changed_at=now,
            **{name: getattr(old, name) for name in PLACE},
        )
        if not _registered(session, new):
            new = None  # it stands in somebody else's list, and is told of by whoever looks into it
    else:  # the customer registered it from its label: where it is follows the faulty one
        for name in PLACE:
            setattr(new, name, getattr(new, name) or getattr(old, name))
        new.changed_at = now
    old.status, old.changed_at = ProductStatus.REPLACED, now
    happened(session, old, What.REPLACED, by=by, replacement=it.reference)
    if new is not None:
        happened(session, new, What.TOOK_ITS_PLACE, by=by, replacement=it.reference)
        session.flush()
        move_licenses(session, old, new)
    index_products(session, [each for each in (old, new) if each])


def move_licenses(session: ScopedSession, old: Product, new: Product) -> None:
    """What was on the one is on the other from now on: a job moves it, which sees all of it."""
    later(
        session,
        "licenses.follow_device",
        account_id=old.account_id,
        from_id=old.id,
        to_id=new.id,
    )


def when_registered(session: ScopedSession, product: Product, by: Doer, now: datetime) -> None:
    """A new device that the customer registers from its label before we know that it arrived takes
    the faulty one's place at once: both are never counted."""
    if product.serial_number is None:
        return
    for it in session.scalars(arriving_as(product.serial_number)):
        take_its_place(session, it, by=by, now=now)


def _new_one(session: ScopedSession, it: Replacement) -> Product | None:
    mine = products_known_as(serial_number=it.new_serial_number).where(
        Product.account_id == it.account_id
    )
    return session.scalars(mine).first() if it.new_serial_number else None


def _registered(session: ScopedSession, new: Any) -> bool:
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError as error:
        if not broke(error, "uq_product_serial_number"):
            raise
        return False
    return True
