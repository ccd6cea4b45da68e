"""What is looked up about replacements; what nobody else may see the session leaves out."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, cast, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Partner, Site, User
from portal.agreements.models import Agreement
from portal.approval_rules.rules import Held
from portal.base.plans import KEPT
from portal.catalogue.models import ProductModel
from portal.products.models import Product, ProductCount
from portal.replacements.models import Replacement
from portal.replacements.rules import CALLED_OFF, ON_THE_WAY


def replacement_with_id(replacement_id: Any) -> Select[Replacement]:
    """One replacement, with all that its page tells of it in one statement."""
    asked_by = joinedload(Replacement.asked_by).load_only(User.name, User.partner_id)
    return (
        select(Replacement)
        .options(
            joinedload(Replacement.account).load_only(
                Account.name, Account.digits, Account.closed_at
            ),
            joinedload(Replacement.product).load_only(Product.serial_number, Product.identifier),
            joinedload(Replacement.model).load_only(ProductModel.name),
            joinedload(Replacement.sent_model).load_only(ProductModel.name),
            joinedload(Replacement.part),
            joinedload(Replacement.site).load_only(Site.name),
            asked_by.joinedload(User.partner).load_only(Partner.name),
        )
        .where(Replacement.id == replacement_id)
    )


@cache
def replacement_shown() -> Select[Replacement]:
    """By `replacement_id`: the same for a page, planned once. To plan a join of so many tables
    takes PostgreSQL longer than to read it."""
    number: Any = bindparam("replacement_id", type_=Integer)
    return (
        replacement_with_id(number).options(joinedload(Replacement.steps)).execution_options(**KEPT)
    )


def replacement_locked(replacement_id: int) -> Select[Replacement]:
    """One replacement as it is now, for this transaction alone to write."""
    return (
        select(Replacement)
        .where(Replacement.id == replacement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def count_locked(count_id: int) -> Select[ProductCount]:
    """Devices registered by count, for this transaction alone to take one of."""
    return (
        select(ProductCount)
        .where(ProductCount.id == count_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_of_products(product_ids: Sequence[int]) -> Select[Replacement]:
    """Of each there is at most one."""
    return select(Replacement).where(
        Replacement.product_id.in_(product_ids), Replacement.closed_at.is_(None)
    )


def asked_together(first_id: int) -> Select[Replacement]:
    """Those that were asked for at once, in their order; with what a receipt says of each."""
    return (
        select(Replacement)
        .options(
            joinedload(Replacement.product).load_only(Product.serial_number, Product.identifier),
            joinedload(Replacement.model).load_only(ProductModel.name),
        )
        .where(Replacement.first_id == first_id)
        .order_by(Replacement.id)
    )


def arriving_as(serial_number: str) -> Select[Replacement]:
    """The replacement that is on its way with this device in it."""
    return select(Replacement).where(
        Replacement.new_serial_number == serial_number, Replacement.stage.in_(ON_THE_WAY)
    )


def open_of_count(count: ProductCount) -> Select[int]:
    """How many of the devices that are counted in this line are being replaced: none of which
    nobody has said yet whether it is one of them."""
    here = Replacement.site_id == count.site_id if count.site_id else Replacement.site_id.is_(None)
    return select(func.count(Replacement.id)).where(
        Replacement.model_id == count.model_id,
        Replacement.product_id.is_(None),
        Replacement.part_id.is_(None),
        Replacement.closed_at.is_(None),
        cast(Replacement.held, String).not_like(f'%"{Held.DEVICE.value}"%'),
        here,
    )


def sent_as_new(serial_numbers: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Which of these devices came as new ones, and when."""
    return select(Replacement.new_serial_number, Replacement.delivered_on).where(
        Replacement.new_serial_number.in_(serial_numbers), Replacement.delivered_on.is_not(None)
    )


def approved_since(account_id: int, moment: datetime) -> Select[int]:
    return select(func.count(Replacement.id)).where(
        Replacement.account_id == account_id,
        Replacement.approved_at >= moment,
        Replacement.part_id.is_(None),
        Replacement.stage.not_in(CALLED_OFF),
    )


def pieces_approved_since(account_id: int, moment: datetime) -> Select[Any]:
    """The same of parts, which count by themselves."""
    return select(func.coalesce(func.sum(Replacement.part_count), 0)).where(
        Replacement.account_id == account_id,
        Replacement.approved_at >= moment,
        Replacement.part_id.is_not(None),
        Replacement.stage.not_in(CALLED_OFF),
    )


def agreement_in_force(account_id: int, day: date) -> Select[*tuple[Any, ...]]:
    """What of the agreement on a day concerns replacements; of several the one that ends last."""
    return (
        select(Agreement.targets, Agreement.retain_and_destroy)
        .where(Agreement.account_id == account_id)
        .where(Agreement.starts_on <= day, Agreement.ends_on >= day)
        .order_by(Agreement.ends_on.desc(), Agreement.id.desc())
        .limit(1)
    )


def partner_of_agreement(account_id: int, day: date) -> Select[str]:
    """The name of the partner of the last agreement that has begun."""
    return (
        select(Partner.name)
        .join(Agreement, Agreement.partner_id == Partner.id)
        .where(Agreement.account_id == account_id, Agreement.starts_on <= day)
        .order_by(Agreement.ends_on.desc(), Agreement.id.desc())
        .limit(1)
    )
