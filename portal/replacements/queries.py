"""What is looked up about replacements; what nobody else may see the session leaves out."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Partner, Site, User
from portal.agreements.models import Agreement
from portal.approval_rules.rules import Held
from portal.base.plans import KEPT
from portal.base.visibility import of_whole_account
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
    return select(Replacement).where(*_open_of(product_ids))


def being_replaced(product_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Which of these devices are, and in which one; also where whoever asks does not see that one,
    and is not told its number."""
    asked = select(Replacement.product_id, Replacement.id)
    return of_whole_account(asked.where(*_open_of(product_ids)))


def _open_of(product_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return Replacement.product_id.in_(product_ids), Replacement.closed_at.is_(None)


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


def open_of_counts(count_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """How many of the devices that are counted in these lines are being replaced, whoever sees it:
    none of which nobody has said yet whether it is one of them. A line without any is left out."""
    nowhere = Replacement.site_id.is_(None) & ProductCount.site_id.is_(None)
    there = or_(Replacement.site_id == ProductCount.site_id, nowhere)
    asked: Any = (
        select(ProductCount.id, func.count(Replacement.id))
        .join(
            Replacement,
            and_(
                Replacement.account_id == ProductCount.account_id,
                Replacement.model_id == ProductCount.model_id,
                Replacement.product_id.is_(None),
                Replacement.part_id.is_(None),
                Replacement.closed_at.is_(None),
                cast(Replacement.held, String).not_like(f'%"{Held.DEVICE.value}"%'),
                there,
            ),
        )
        .where(ProductCount.id.in_(count_ids))
        .group_by(ProductCount.id)
    )
    found: Select[Any] = of_whole_account(asked)
    return found


def sent_as_new(serial_numbers: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Which of these devices came as new ones, and when."""
    asked = select(Replacement.new_serial_number, Replacement.delivered_on).where(
        Replacement.new_serial_number.in_(serial_numbers), Replacement.delivered_on.is_not(None)
    )
    return of_whole_account(asked)


def approved_since(account_id: int, moment: datetime) -> Select[int]:
    """How many a week may have of the account are not fewer for whoever sees few of them."""
    asked = select(func.count(Replacement.id)).where(
        Replacement.account_id == account_id,
        Replacement.approved_at >= moment,
        Replacement.part_id.is_(None),
        Replacement.stage.not_in(CALLED_OFF),
    )
    return of_whole_account(asked)


def pieces_approved_since(account_id: int, moment: datetime) -> Select[Any]:
    """The same of parts, which count by themselves."""
    asked = select(func.coalesce(func.sum(Replacement.part_count), 0)).where(
        Replacement.account_id == account_id,
        Replacement.approved_at >= moment,
        Replacement.part_id.is_not(None),
        Replacement.stage.not_in(CALLED_OFF),
    )
    return of_whole_account(asked)


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
