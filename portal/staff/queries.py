"""The vendor's own people."""

from sqlalchemy import Select, select

from portal.accounts.models import User
from portal.accounts.queries import holding
from portal.base.access import Role
from portal.base.references import read_reference


def staff(text: str = "", *, gone: bool = False) -> Select[User]:
    """Those who can sign in, or with `gone` those who cannot any more."""
    there = User.deactivated_at.is_not(None) if gone else User.deactivated_at.is_(None)
    mine = select(User).where(User.staff_role.is_not(None), User.erased_at.is_(None), there)
    return mine.where(*holding(User.name_fold, text))


def staff_referred_to(text: str) -> Select[User]:
    mine = User.id == (read_reference("U", text) or 0)
    return select(User).where(mine, User.staff_role.is_not(None), User.erased_at.is_(None))


def portal_administrators() -> Select[User]:
    """Those who can decide just now: whoever is only invited cannot."""
    return (
        select(User)
        .where(
            User.staff_role == Role.STAFF_ADMINISTRATOR,
            User.deactivated_at.is_(None),
            User.password_hash != "",
        )
        .order_by(User.id)
    )
