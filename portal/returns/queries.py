"""What is looked up about devices that are sent back."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, User
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import RETURN_OPEN, ReturnStage, Stage
from portal.returns.models import DestructionCertificate, ReturnExtension, ReturnNotice
from portal.returns.rules import Answer, Near


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


def open_extension(replacement_id: int) -> Select[ReturnExtension]:
    here = ReturnExtension.replacement_id == replacement_id
    return select(ReturnExtension).where(here, ReturnExtension.answer == Answer.OPEN)


def last_extension(replacement_id: int) -> Select[ReturnExtension]:
    return (
        select(ReturnExtension)
        .where(ReturnExtension.replacement_id == replacement_id)
        .order_by(ReturnExtension.id.desc())
        .limit(1)
    )


def extension_and_notice(it: Replacement) -> Select[*tuple[Any, ...]]:
    """The last extension that was asked for, if any, and when it was announced that the deadline
    is over: always one row."""
    mine = ReturnExtension.replacement_id == it.id
    newest = select(func.max(ReturnExtension.id)).where(mine).scalar_subquery()
    return (
        select(ReturnExtension, told_over(it).scalar_subquery())
        .select_from(Replacement)
        .outerjoin(ReturnExtension, ReturnExtension.id == newest)
        .where(Replacement.id == it.id)
    )


def last_certificate(replacement_id: int) -> Select[DestructionCertificate]:
    """The newest one that was sent in, with its file and who answered."""
    return (
        select(DestructionCertificate)
        .options(
            joinedload(DestructionCertificate.file),
            joinedload(DestructionCertificate.answered_by).load_only(User.name),
        )
        .where(DestructionCertificate.replacement_id == replacement_id)
        .order_by(DestructionCertificate.id.desc())
        .limit(1)
    )


def nearly_due(by: date) -> Select[Any]:
    """Devices that are with customers and to be sent back by a day, or should have been."""
    query: Any = (
        select(
            Replacement.id,
            Replacement.account_id,
            Replacement.country,
            Replacement.return_due_on,
            Replacement.return_window,
        )
        .join(Account, Account.id == Replacement.account_id)
        .where(Replacement.stage == Stage.DELIVERED, Account.closed_at.is_(None))
        .where(Replacement.closed_at.is_(None), Replacement.returned == ReturnStage.LABEL_READY)
        .where(Replacement.return_due_on <= by)
        .order_by(Replacement.return_due_on, Replacement.id)
    )
    found: Select[Any] = query
    return found


def told_of(ids: Iterable[int]) -> Select[int, date, str]:
    """What was told already of which deadlines."""
    return select(ReturnNotice.replacement_id, ReturnNotice.due_on, ReturnNotice.what).where(
        ReturnNotice.replacement_id.in_(list(ids))
    )


def told_over(it: Replacement) -> Select[date]:
    """When it was announced that the deadline is over."""
    of_it = (ReturnNotice.replacement_id == it.id, ReturnNotice.due_on == it.return_due_on)
    return select(ReturnNotice.told_on).where(*of_it, ReturnNotice.what == Near.OVER.name.lower())
