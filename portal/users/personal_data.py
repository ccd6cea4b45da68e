"""An account always keeps an administrator."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, User
from portal.accounts.personal_data import keeps_back
from portal.base.access import Role
from portal.base.words import N_, Refused
from portal.users.queries import other_administrators


@keeps_back
def is_the_last_administrator(session: Session, user: User, *, hold: bool) -> Iterator[Refused]:
    """Accounts are held in the order of their ids, so that two who leave never wait in a ring."""
    mine = (
        select(Membership)
        .where(Membership.user_id == user.id, Membership.in_force())
        .order_by(Membership.account_id)
    )
    for membership in session.scalars(mine).all():
        if hold:
            here = Account.id == membership.account_id
            session.execute(select(Account.id).where(here).with_for_update())
            session.refresh(membership)
        account = membership.account
        decides = membership.role is Role.ADMINISTRATOR and not membership.deactivated_at
        if not decides or account.closed_at:
            continue
        if session.scalars(other_administrators(membership)).one() == 0:
            yield Refused(
                N_(
                    "You are the only administrator of %(organization)s. Make a colleague"
                    " administrator first, or contact us if nobody is to use the portal any more."
                ),
                organization=account.name,
            )
