"""Who wants to hear of incidents, and of which accounts they are."""

from datetime import date

from sqlalchemy import Select, select, union

from portal.accounts.grants import Grant, usable
from portal.accounts.models import Account, Membership, User
from portal.notices.models import NoticeChoice
from portal.notices.notice import How, Notice


def listeners(today: date) -> Select[int, int]:
    """User and account, for everyone who chose to hear of incidents. Few do: it is not the rule."""
    chose = select(NoticeChoice.user_id).where(
        NoticeChoice.notice == Notice.INCIDENT, NoticeChoice.how != How.NEVER
    )
    members = select(Membership.user_id, Membership.account_id).where(
        Membership.user_id.in_(chose), Membership.in_force()
    )
    partners = (
        select(User.id, Grant.account_id).join(Grant, usable(today)).where(User.id.in_(chose))
    )
    found = union(members, partners).subquery()
    return (
        select(found.c.user_id, found.c.account_id)
        .join(Account, Account.id == found.c.account_id)
        .where(Account.closed_at.is_(None))
        .order_by(found.c.user_id, Account.name_key, found.c.account_id)
    )
