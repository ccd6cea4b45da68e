"""Lists of replacements, as columns: those of a page, and the ids to be counted."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from portal.accounts.models import Account, Site, User
from portal.products.models import Product
from portal.replacements.models import Replacement


def replacements_listed(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The columns of a list of replacements, in no order.

    What belongs to a row is looked up for those that are shown: to plan a join of so many tables
    takes PostgreSQL longer than to find the rows.
    """
    found: Select[Any] = _columns().where(*conditions)
    return found


def replacements_found(ids: Select[Any]) -> Select[Any]:
    """The columns of the replacements that another statement finds."""
    return replacements_listed(Replacement.id.in_(ids))


@cache
def _columns() -> Any:
    return select(
        Replacement.id,
        Replacement.account_id,
        Replacement.stage,
        Replacement.returned,
        Replacement.liability,
        Replacement.model_id,
        Replacement.sent_model_id,
        Replacement.part_id,
        Replacement.part_count,
        Replacement.waits_for_stock,
        Replacement.held,
        Replacement.expected_on,
        Replacement.product_id,
        _beside(Product.identifier, Product.id, Replacement.product_id).label("identifier"),
        _beside(Site.name, Site.id, Replacement.site_id).label("site"),
        Replacement.new_serial_number,
        Replacement.instead_serial_number,
        Replacement.carrier,
        Replacement.tracking_number,
        Replacement.city,
        Replacement.asked_at,
        _beside(User.name, User.id, Replacement.asked_by_id).label("asked_by"),
        Replacement.hand_over_on,
        Replacement.promised_on,
        Replacement.delivered_on,
        Replacement.return_due_on,
        Replacement.retain_and_destroy,
        Replacement.turn,
        Replacement.at_risk,
        Replacement.currency,
        Replacement.changed_at,
        _beside(Account.name, Account.id, Replacement.account_id).label("customer"),
    )


def replacements_of_device(product: Product) -> Select[Any]:
    """Those that a device was in, as the faulty one or as the new one, the newest first."""
    new = _beside(Product.id, Product.serial_number, Replacement.new_serial_number)
    mine = Replacement.product_id == product.id
    if product.serial_number:
        mine = or_(mine, Replacement.new_serial_number == product.serial_number)
    found: Select[Any] = _columns().add_columns(new.label("new_id")).where(mine)
    return found.order_by(Replacement.id.desc())


def _beside(shown: Any, number: Any, here: Any) -> Any:
    return select(shown).where(number == here).correlate(Replacement).scalar_subquery()


def replacement_ids(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The same replacements, to be counted or to be found in an index alone."""
    return select(Replacement.id).where(*conditions)
