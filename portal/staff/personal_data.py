"""The portal always keeps an administrator."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import keeps_back
from portal.base.access import Role
from portal.base.words import Refused
from portal.staff.actions import refuse_last


@keeps_back
def is_the_last_portal_administrator(
    session: Session, user: User, *, hold: bool
) -> Iterator[Refused]:
    if user.staff_role is Role.STAFF_ADMINISTRATOR:
        try:
            refuse_last(session, user, hold=hold)
        except Refused as refusal:
            yield refusal
