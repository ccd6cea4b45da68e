"""An account's link, the visits by it, and what employees have ordered."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Membership, User
from portal.accounts.tokens import hash_of
from portal.catalogue.models import ProductModel
from portal.employees.models import EmployeeLink, EmployeeOrder, EmployeeVisit
from portal.employees.rules import mailbox_of
from portal.products.models import Product, ProductCount, ProductStatus
from portal.products.rules import bare
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.single_sign_on.models import SignInDomain

MOST_LINES = 40


def link_of(account_id: int) -> Select[EmployeeLink]:
    return select(EmployeeLink).where(EmployeeLink.account_id == account_id)


def open_link(link_id: int, generation: int) -> Select[EmployeeLink]:
    """The link, while it is switched on and not renewed, of a customer that is one still."""
    return (
        select(EmployeeLink)
        .join(EmployeeLink.account)
        .options(joinedload(EmployeeLink.account).load_only(Account.name))
        .where(EmployeeLink.id == link_id, EmployeeLink.generation == generation)
        .where(EmployeeLink.active, Account.closed_at.is_(None))
    )


def visit_with(token: str, link: EmployeeLink, *, now: datetime) -> Select[EmployeeVisit]:
    """The visit that a cookie stands for, while it lasts."""
    return _good(link, now).where(EmployeeVisit.token_hash == hash_of(token))


def visit_by_link(secret: str, link: EmployeeLink, *, now: datetime) -> Select[EmployeeVisit]:
    """The same by the link in the mail."""
    return _good(link, now).where(EmployeeVisit.link_hash == hash_of(secret))


def _good(link: EmployeeLink, now: datetime) -> Select[EmployeeVisit]:
    return select(EmployeeVisit).where(
        EmployeeVisit.generation == link.generation, EmployeeVisit.ends_at > now
    )


def visit_locked(visit_id: int) -> Select[EmployeeVisit]:
    return (
        select(EmployeeVisit)
        .where(EmployeeVisit.id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def link_locked(link_id: int) -> Select[EmployeeLink]:
    """So that one employee's orders of several browsers are counted one after another."""
    return (
        select(EmployeeLink)
        .where(EmployeeLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_orders(email: str) -> Select[int]:
    """How many replacements somebody waits for, or has not sent the faulty device back of; by any
    address of their mailbox."""
    mailbox = mailbox_of(email)
    name, _at, domain = mailbox.rpartition("@")
    beside = and_(
        EmployeeOrder.email.startswith(f"{name}+", autoescape=True),
        EmployeeOrder.email.endswith(f"@{domain}", autoescape=True),
    )
    return (
        select(func.count(EmployeeOrder.id))
        .join(Replacement, EmployeeOrder.replacement_id == Replacement.id)
        .where(or_(EmployeeOrder.email == mailbox, beside), Replacement.closed_at.is_(None))
    )


def order_of(replacement_id: int) -> Select[EmployeeOrder]:
    return select(EmployeeOrder).where(EmployeeOrder.replacement_id == replacement_id)


def names_of(replacement_ids: list[int]) -> Select[int, str]:
    """Who ordered each of them, while that is known."""
    return select(EmployeeOrder.replacement_id, EmployeeOrder.name).where(
        EmployeeOrder.replacement_id.in_(replacement_ids), EmployeeOrder.name != ""
    )


def waiting_orders() -> Select[Any]:
    """The numbers of the replacements that wait for an administrator."""
    return (
        select(Replacement.id)
        .join(EmployeeOrder, EmployeeOrder.replacement_id == Replacement.id)
        .where(EmployeeOrder.waits, Replacement.stage == Stage.REQUESTED)
    )


def device_known_as(text: str) -> Select[Product]:
    """The one with exactly this serial number or MAC address."""
    number = bare(text)
    return select(Product).where((Product.serial_number == number) | (Product.mac == number))


def counted_lines(among: Collection[int]) -> Select[ProductCount]:
    """What the account has of these models by count, for those who find no number on theirs."""
    return (
        select(ProductCount)
        .options(joinedload(ProductCount.site))
        .where(ProductCount.number > 0, ProductCount.model_id.in_(sorted(among)))
        .order_by(ProductCount.model_id, ProductCount.id)
        .limit(MOST_LINES)
    )


def numbered_models(among: Collection[int], account_id: int) -> Select[int]:
    """Of these models, those of which the account has devices with numbers in use."""
    devices = select(Product.id).where(
        Product.model_id == ProductModel.id,
        Product.account_id == account_id,
        Product.status == ProductStatus.ACTIVE,
    )
    return select(ProductModel.id).where(ProductModel.id.in_(sorted(among)), devices.exists())


def proven_domains(account_id: int) -> Select[Any]:
    return select(SignInDomain.proven).where(
        SignInDomain.account_id == account_id, SignInDomain.proven.is_not(None)
    )


def addresses_of_users(account_id: int) -> Select[str]:
    """Where the account's own users have proven that they read their mail."""
    return (
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, Membership.in_force())
        .where(User.deactivated_at.is_(None), User.staff_role.is_(None))
    )
