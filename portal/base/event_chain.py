"""Where each chain of events ends, so that the next one follows the last and no other."""

from typing import Any

from sqlalchemy import String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base.db import Base


class EventChain(Base):
    """Where a chain of events ends: one row an account, and one for the desk.

    Events that were kept long enough are taken away from its beginning; `pruned` is the number of
    the last one, and `pruned_hash` what the first one that is left follows.
    """

    __tablename__ = "event_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    pruned: Mapped[int] = mapped_column(default=0, server_default="0")
    pruned_hash: Mapped[str | None] = mapped_column(String(64))


def follow(session: Session, event: Any, chain: str) -> None:
    """Give the row its number and hash after the last one of its chain."""
    # The chain's row is locked, so that two deeds cannot both follow the same one; a lock on the
    # last event would hand the second of them a last event that is no longer the last.
    ask = (
        select(EventChain)
        .where(EventChain.name == chain)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    end = session.scalars(ask).one_or_none()
    if end is None:
        try:
            with session.begin_nested():
                session.add(EventChain(name=chain, number=0, hash=""))
        except IntegrityError:
            pass  # a twin began the chain
        end = session.scalars(ask).one()
    event.number = end.number + 1
    event.hash = event.digest(end.hash)
    end.number, end.hash = event.number, event.hash
