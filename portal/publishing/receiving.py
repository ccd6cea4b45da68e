"""Taking a publisher's file in: room is made, parts come, and it is put together and checked.

Nobody sees anything of it before a release takes it, and a row of a published file is written only
for one that is whole.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from portal.base.file_store import FileStore
from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.words import Refused
from portal.downloads.keeping import keep_file
from portal.publishing.kinds import MOST_BYTES, examine, read_name
from portal.publishing.models import Incoming, IncomingPart
from portal.uploads.attaching import NOT_YET
from portal.uploads.coming import advance, chunks_in, refuse
from portal.uploads.models import UploadState
from portal.uploads.reading import Part
from portal.uploads.rules import GONE, LARGEST_PART, check_size
from portal.uploads.scanner import Scanner, checked


def incoming_of(token: str, person: int) -> Select[Incoming]:
    """One of their own. Whoever else has the token has nothing."""
    mine = Incoming.token == token, Incoming.sent_by_id == person
    return select(Incoming).options(joinedload(Incoming.file)).where(*mine)


def incomings_of(tokens: Iterable[str], person: int) -> Select[Incoming]:
    mine = Incoming.token.in_(list(tokens)), Incoming.sent_by_id == person
    return select(Incoming).options(joinedload(Incoming.file)).where(*mine)


def parts_of(incoming_id: int) -> Select[int, int, str]:
    return (
        select(IncomingPart.start, IncomingPart.size, IncomingPart.key)
        .where(IncomingPart.incoming_id == incoming_id)
        .order_by(IncomingPart.start)
    )


def begin(
    session: Session, *, name: str, size: int | None, modified: int, by: Doer, now: datetime
) -> Incoming:
    """Make room, or say at once that it cannot be published."""
    shown, _kind = read_name(name)
    it = Incoming(
        token=secrets.token_urlsafe(24),
        name=shown,
        size=check_size(shown, size, MOST_BYTES),
        modified=modified,
        sent_by_id=by.id,
        begun_at=now,
        changed_at=now,
    )
    session.add(it)
    session.flush()
    return it


def keep_part(
    session: Session,
    store: FileStore,
    it: Incoming,
    *,
    start: int,
    chunks: Iterable[bytes],
    now: datetime,
) -> bool:
    """Keep some more of it. False when somebody was quicker, and nothing was kept."""
    key = secrets.token_urlsafe(24)
    # The bytes are written before the transaction begins: nobody waits for a slow sender.
    size, _hash = store.put(key, chunks, limit=min(LARGEST_PART, it.size - start))
    whole = start + size == it.size
    state = UploadState.CHECKING if whole else UploadState.SENDING
    if not advance(session, it, start, size, now, state=state):
        return False
    session.add(IncomingPart(incoming_id=it.id, start=start, size=size, key=key))
    session.flush()
    if whole:
        later(session, "publishing.finish", incoming_id=it.id)
    return True


def keep_whole(
    session: Session,
    store: FileStore,
    scanner: Scanner | None,
    it: Incoming,
    source: BinaryIO,
    *,
    now: datetime,
) -> bool:
    """Keep a file that came all at once, checked."""
    try:
        media_type = examine(source, name=it.name, size=it.size)
        held = checked(scanner, chunks_in(source), it.name)
        file = keep_file(
            session,
            store,
            name=it.name,
            media_type=media_type,
            chunks=chunks_in(source),
            now=now,
            size=it.size,
            held=held,
        )
    except Refused as refusal:
        return refuse(session, it, refusal, now=now)
    if not advance(session, it, 0, it.size, now, state=UploadState.READY, file_id=file.id):
        return False
    if held:
        later(session, "publishing.scan", file_id=file.id)
    return True


def take_back(session: Session, it: Incoming) -> None:
    """Forget it. Its bytes are swept up, since no row knows them; a file without a release too."""
    forget_parts(session, it.id)
    file = it.file
    session.delete(it)
    session.flush()
    if file is not None:
        session.delete(file)
        session.flush()


def forget_parts(session: Session, incoming_id: int) -> list[Part]:
    parts = [Part(*row) for row in session.execute(parts_of(incoming_id))]
    session.execute(delete(IncomingPart).where(IncomingPart.incoming_id == incoming_id))
    return parts


def attach(session: Session, token: str, *, by: Doer, now: datetime) -> int:
    """The file that was sent; from now on it is the release's or the document's."""
    it = session.scalars(incoming_of(token, by.id).with_for_update(of=Incoming)).one_or_none()
    if it is None or it.state not in {UploadState.READY, UploadState.CHECKING}:
        raise Refused(GONE, field="files")
    if it.file_id is None:
        raise Refused(NOT_YET, field="files", name=it.name)
    file_id = it.file_id
    it.state, it.file_id, it.changed_at = UploadState.ATTACHED, None, now
    session.flush()
    return file_id
