"""The e-mail addresses that somebody had before: what went there goes with their user."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, and_, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.db import Base
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_

LAST_WORD = timedelta(hours=1)  # in which we tell an address that it is not theirs any more


class FormerAddress(Base):
    """An address that was somebody's until they took another. Shared: it is a person's."""

    __tablename__ = "former_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    left_at: Mapped[datetime] = mapped_column(index=True)


def former_addresses(session: Session, user_id: int) -> list[tuple[str, datetime]]:
    mine = select(FormerAddress.email, FormerAddress.left_at)
    found = session.execute(mine.where(FormerAddress.user_id == user_id).order_by(FormerAddress.id))
    return [(email, left_at) for email, left_at in found]


def sent_to(session: Session, user: User, address: Any, at: Any) -> ColumnElement[bool]:
    """The condition that something went to an address of this person's, while it was theirs."""
    before = [
        and_(address == email, at <= left_at + LAST_WORD)
        for email, left_at in former_addresses(session, user.id)
    ]
    return or_(address == user.email, *before)


def forget_former_addresses(session: Session, user_id: int) -> None:
    session.execute(delete(FormerAddress).where(FormerAddress.user_id == user_id))


@tells("former_addresses", N_("E-mail addresses you had before"), email=N_("E-mail address"),
       left_at=N_("Until"))  # fmt: skip
def told(asking: Asking) -> Iterator[Row]:
    for email, left_at in former_addresses(asking.shared, asking.user.id):
        yield {"email": email, "left_at": left_at}


@lets_go("former_addresses")
def forget_old(run: Run, before: datetime) -> None:
    """What went there has been let go of by now."""
    with run.session(NOBODY) as session:
        session.execute(delete(FormerAddress).where(FormerAddress.left_at < before))
