"""Who follows what, who has a model, and who was told."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union

from portal.accounts.grants import Grant, usable
from portal.accounts.models import Account, Membership, User
from portal.catalogue.models import Category
from portal.news.models import NewsFollowing, NewsLink, NewsTold
from portal.products.models import Product, ProductCount, ProductStatus

What = int | Category  # a model's number, or a category


def followings_of(user_id: int) -> Select[NewsFollowing]:
    return select(NewsFollowing).where(NewsFollowing.user_id == user_id).order_by(NewsFollowing.id)


def is_what(what: What) -> ColumnElement[bool]:
    """The condition that a following is of this."""
    if isinstance(what, Category):
        return NewsFollowing.category == what
    return NewsFollowing.model_id == what


def following(user_id: int, what: What) -> Select[NewsFollowing]:
    return select(NewsFollowing).where(NewsFollowing.user_id == user_id, is_what(what))


def followers(models: Collection[int], categories: Collection[Category]) -> Select[Any]:
    """Who follows any of these, and how: one row for each thing followed."""
    concerned = or_(
        NewsFollowing.model_id.in_(sorted(models)),
        NewsFollowing.category.in_(sorted(categories)),
    )
    found: Any = select(NewsFollowing.user_id, NewsFollowing.how).where(concerned)
    return found.order_by(NewsFollowing.user_id)  # type: ignore[no-any-return]


def owners(models: Collection[int], today: date) -> Select[int]:
    """Everybody in an account that has any of these models, with or without serial numbers. What
    each of them may and sees is asked one by one."""
    among = sorted(models)
    devices = select(Product.account_id).where(
        Product.model_id.in_(among), Product.status == ProductStatus.ACTIVE
    )
    counts = select(ProductCount.account_id).where(ProductCount.model_id.in_(among))
    open_ones = select(Account.id).where(Account.closed_at.is_(None))
    theirs = open_ones.where(or_(Account.id.in_(devices), Account.id.in_(counts)))
    members = select(Membership.user_id).where(
        Membership.account_id.in_(theirs), Membership.in_force()
    )
    partners = select(User.id).join(Grant, usable(today)).where(Grant.account_id.in_(theirs))
    found = union(members, partners).subquery()
    return select(found.c.user_id).order_by(found.c.user_id)


def told(
    user_ids: Collection[int], *, release_id: int | None, document_id: int | None, security: bool
) -> Select[int]:
    """Which of them were told of this. Who was told of a security fix was told of the release."""
    about = NewsTold.release_id == release_id if release_id else NewsTold.document_id == document_id
    query = select(NewsTold.user_id).where(about, NewsTold.user_id.in_(user_ids))
    return query.where(NewsTold.security) if security else query


def link_of(user_id: int) -> Select[NewsLink]:
    return select(NewsLink).where(NewsLink.user_id == user_id)


def without_access() -> Select[int]:
    """Those of the people who follow something, or have a link, whose access has ended."""
    kept = union(select(NewsFollowing.user_id), select(NewsLink.user_id)).subquery()
    open_ones = select(Account.id).where(Account.closed_at.is_(None))
    members = select(Membership.user_id).where(
        Membership.in_force(), Membership.account_id.in_(open_ones)
    )
    inside = or_(User.staff_role.is_not(None), User.partner_id.is_not(None), User.id.in_(members))
    gone = or_(User.deactivated_at.is_not(None), ~inside)
    return select(User.id).where(User.id.in_(select(kept.c.user_id)), gone)
