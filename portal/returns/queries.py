"""What is looked up about devices that are sent back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import RETURN_OPEN


def awaited() -> ColumnElement[bool]:
    """The condition that the faulty device is to be sent back, and has not come."""
    return Replacement.returned.in_(RETURN_OPEN)


def to_be_labelled(*conditions: ColumnElement[bool]) -> Select[Replacement]:
    """Replacements with what their labels say, in one statement."""
    return (
        select(Replacement)
        .options(
            joinedload(Replacement.account).load_only(Account.name),
            joinedload(Replacement.product).load_only(Product.serial_number, Product.identifier),
            joinedload(Replacement.model).load_only(ProductModel.name, ProductModel.category),
        )
        .where(awaited(), *conditions)
        .order_by(Replacement.id)
    )


def among(ids: Iterable[int]) -> Any:
    return Replacement.id.in_(list(ids))
