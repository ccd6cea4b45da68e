"""How far a file has come that is sent in parts, whoever it belongs to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from portal.base.words import Refused
from portal.uploads.models import UploadState

PIECE = 2**16
_ON_ITS_WAY = [UploadState.SENDING, UploadState.CHECKING]


def advance(
    session: Session, it: Any, start: int, more: int, now: datetime, **changes: Any
) -> bool:
    """Note that it has come further, if it has come as far as we thought."""
    table = type(it)
    further = (
        update(table)
        .where(table.id == it.id, table.received == start, table.state.in_(_ON_ITS_WAY))
        .values(received=start + more, changed_at=now, **changes)
        .execution_options(synchronize_session=False)
    )
    return bool(cast("CursorResult[Any]", session.execute(further)).rowcount)


def refuse(session: Session, it: Any, refusal: Refused, *, now: datetime) -> bool:
    """Say no to a file that came, and why."""
    told = {"message": refusal.message, "values": refusal.values}
    changes = {"state": UploadState.REFUSED, "refusal": told, "file_id": None}
    return advance(session, it, it.received, it.size - it.received, now, **changes)


def chunks_in(source: BinaryIO) -> Iterable[bytes]:
    source.seek(0)
    return iter(lambda: source.read(PIECE), b"")
