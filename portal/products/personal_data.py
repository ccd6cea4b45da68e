"""Devices that somebody registered, and those that a colleague wrote that they use."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.words import N_
from portal.catalogue.models import ProductModel
from portal.products.models import Product, ProductCount

_AT_ONCE = 1_000  # rows in memory
_REFERENCE, _MODEL = N_("Reference"), N_("Model")
_ORGANIZATION, _SERIAL = N_("Organization"), N_("Serial number")


@tells(
    "devices",
    N_("Devices you registered"),
    organization=_ORGANIZATION,
    reference=_REFERENCE,
    serial_number=_SERIAL,
    mac=N_("MAC address"),
    model=_MODEL,
    registered_at=N_("Registered"),
)
def registered(asking: Asking) -> Iterator[Row]:
    for it, model, account in _devices(asking, Product.registered_by_id == asking.user.id):
        yield {
            "organization": account,
            "reference": it.reference,
            "serial_number": it.serial_number,
            "mac": it.mac,
            "model": model,
            "registered_at": it.registered_at,
        }


@tells(
    "counts",
    N_("Devices you registered by count"),
    organization=_ORGANIZATION,
    reference=_REFERENCE,
    model=_MODEL,
    number=N_("Number"),
    registered_at=N_("Registered"),
)
def counted(asking: Asking) -> Iterator[Row]:
    mine = (
        select(ProductCount, ProductModel.name, Account.name)
        .join(ProductCount.model)
        .join(Account, Account.id == ProductCount.account_id)
        .where(ProductCount.registered_by_id == asking.user.id)
    )
    for session in asking.accounts():
        for it, model, account in session.execute(mine.order_by(ProductCount.id)):
            yield {
                "organization": account,
                "reference": it.reference,
                "model": model,
                "number": it.number,
                "registered_at": it.registered_at,
            }


@tells(
    "used_devices",
    N_("Devices that a colleague wrote that you use"),
    organization=_ORGANIZATION,
    reference=_REFERENCE,
    serial_number=_SERIAL,
    model=_MODEL,
    holder=N_("Holder"),
    room=N_("Room"),
)
def used(asking: Asking) -> Iterator[Row]:
    """What is written is text: a person's own when it is their address or their whole name."""
    if asking.user.staff_role or asking.user.partner_id:
        return
    mine = Product.holder.in_([asking.user.name, asking.user.email])
    for it, model, account in _devices(asking, mine):
        yield {
            "organization": account,
            "reference": it.reference,
            "serial_number": it.serial_number,
            "model": model,
            "holder": it.holder,
            "room": it.room,
        }


def _devices(asking: Asking, mine: ColumnElement[bool]) -> Iterator[Any]:
    found = (
        select(Product, ProductModel.name, Account.name)
        .join(Product.model)
        .join(Account, Account.id == Product.account_id)
        .where(mine)
        .order_by(Product.account_id, Product.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for session in asking.accounts():
        for row in session.execute(found):
            session.expunge(row[0])
            yield row
