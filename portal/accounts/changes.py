"""Two who change what somebody may in the same moment do not undo each other."""

from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.words import N_, Overtaken


def claim_rights(session: Session, user: User, *, version: int) -> None:
    """Change what someone may, as it was seen at this version; `Overtaken` when it has changed."""
    claimed = session.execute(
        update(User)
        .where(User.id == user.id, User.rights_version == version)
        .values(rights_version=version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(user)
    if cast(CursorResult[Any], claimed).rowcount != 1:
        raise Overtaken(
            N_("Someone else changed this while you were writing. Compare, then save."),
            version=user.rights_version,
        )
