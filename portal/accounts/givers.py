"""Whom somebody asks who may not open a page: those who decide about people like them."""

from typing import Any

from flask import current_app, request
from flask_login import current_user
from sqlalchemy import ColumnElement, and_, select

from portal.accounts.models import Membership, User
from portal.base.access import GRANTABLE, GRANTS, Role
from portal.base.tenancy import NOBODY
from portal.web.entrance import Access
from portal.web.guard import access_of, viewer
from portal.web.session import open_session

MOST = 3


def whom_to_ask() -> dict[str, Any]:
    """What a page that lets nobody in tells: who gives access, or which customer alone does."""
    if current_user.is_authenticated and (customer := customer_to_ask()):
        return {"givers": [], "customer": customer}
    return {"givers": givers()}


def givers() -> list[tuple[str, str]] | None:
    """Names and addresses; of nobody else than the viewer's own company, or our own.

    None: nobody there can give what the page at hand asks for.
    """
    if not current_user.is_authenticated:
        return []
    if not _to_be_given():
        return None
    deciding = _deciding()
    if deciding is None:
        return []
    named = (
        select(User.name, User.email)
        .where(deciding, User.id != viewer().id)
        .where(User.deactivated_at.is_(None), User.password_hash != "")
        .order_by(User.name_key, User.id)
        .limit(MOST)
    )
    with open_session(NOBODY, reading=True) as session:
        return [(name, email) for name, email in session.execute(named)]


def customer_to_ask() -> tuple[str, str] | None:
    """The customer whose partner the viewer is, where only that customer can give what the page at
    hand asks for; and its master account ID."""
    who, access = viewer(), _access_at_hand()
    if who.kind != "partner" or who.account is None or access is None:
        return None
    missing = {each for each in access.needs if not who.may(each)}
    if not missing or not missing <= GRANTABLE:
        return None
    return who.account.name, who.account.master_account_id


def _access_at_hand() -> Access | None:
    return access_of(current_app.view_functions[request.endpoint]) if request.endpoint else None


def _to_be_given() -> bool:
    """Whether what the page asks for is anything that people like the viewer can have."""
    access = _access_at_hand()
    if access is None:
        return True
    highest = {
        "staff": GRANTS[Role.STAFF_ADMINISTRATOR],
        "partner": GRANTS[Role.PARTNER_ADMINISTRATOR] | GRANTABLE,
        "customer": GRANTS[Role.ADMINISTRATOR],
    }
    return access.needs <= highest[viewer().kind]


def _deciding() -> ColumnElement[bool] | None:
    who = viewer()
    if who.kind == "staff":
        return User.staff_role == Role.STAFF_ADMINISTRATOR
    if who.kind == "partner":
        mine = select(User.partner_id).where(User.id == who.id).scalar_subquery()
        return and_(User.partner_id == mine, User.partner_role == Role.PARTNER_ADMINISTRATOR)
    if who.account is None:
        return None
    there = select(Membership.user_id).where(
        Membership.account_id == who.account.id,
        Membership.role == Role.ADMINISTRATOR,
        Membership.in_force(),
    )
    return User.id.in_(there)
