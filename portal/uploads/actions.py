"""Sending a file: room is made for it, it comes in parts or at once, and is kept or refused."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from portal.base.file_store import FileStore
from portal.base.files import save_file
from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.uploads.coming import advance, chunks_in, refuse
from portal.uploads.examining import examine
from portal.uploads.models import Upload, UploadPart, UploadState
from portal.uploads.queries import sent_since
from portal.uploads.rules import (
    A_DAY,
    ENOUGH,
    LARGEST_PART,
    MOST_A_DAY,
    MOST_A_DAY_TOGETHER,
    MOST_BEGUN,
    PURPOSES,
    Purpose,
    check_size,
    read_name,
)
from portal.uploads.scanner import Scanner, checked


def begin_upload(
    session: ScopedSession,
    for_what: Purpose,
    *,
    name: str,
    size: int | None,
    modified: int = 0,
    by: Doer,
    now: datetime,
) -> Upload:
    """Make room for a file of this name and size, or say at once that it cannot be sent."""
    shown, _kind = read_name(name, for_what)
    size = check_size(shown, size, for_what.most_bytes)
    _refuse_enough(session, size, by=by, now=now)
    upload = Upload(
        token=secrets.token_urlsafe(24),
        purpose=for_what.name,
        name=shown,
        size=size,
        modified=modified,
        sent_by_id=by.id,
        begun_at=now,
        changed_at=now,
    )
    session.add(upload)
    session.flush()
    return upload


def keep_part(
    session: ScopedSession,
    store: FileStore,
    upload: Upload,
    *,
    start: int,
    chunks: Iterable[bytes],
    now: datetime,
) -> bool:
    """Keep some more of a file. False when somebody was quicker, and nothing was kept."""
    # The bytes are written before the transaction begins: nobody waits for a slow sender.
    part = save_file(
        session,
        store,
        name=upload.name,
        media_type="application/octet-stream",
        chunks=chunks,
        now=now,
        limit=min(LARGEST_PART, upload.size - start),
    )
    whole = start + part.size == upload.size
    state = UploadState.CHECKING if whole else UploadState.SENDING
    if not advance(session, upload, start, part.size, now, state=state):
        return False
    session.add(UploadPart(upload_id=upload.id, start=start, file_id=part.id))
    session.flush()
    if whole:
        later(session, "uploads.finish", account_id=upload.account_id, upload_id=upload.id)
    return True


def keep_whole(
    session: ScopedSession,
    store: FileStore,
    scanner: Scanner | None,
    upload: Upload,
    source: BinaryIO,
    *,
    now: datetime,
) -> bool:
    """Keep a file that came all at once, checked. False when somebody was quicker."""
    name, for_what = upload.name, PURPOSES[upload.purpose]
    try:
        media_type = examine(source, name=name, size=upload.size, for_what=for_what)
        held = checked(scanner, chunks_in(source), name)
    except Refused as refusal:
        return refuse(session, upload, refusal, now=now)
    file = save_file(
        session,
        store,
        name=name,
        media_type=media_type,
        chunks=chunks_in(source),
        now=now,
        held=held,
    )
    if not advance(session, upload, 0, upload.size, now, state=UploadState.READY, file_id=file.id):
        return False
    if held:
        later(session, "uploads.scan", account_id=upload.account_id, file_id=file.id)
    return True


def _refuse_enough(session: ScopedSession, size: int, *, by: Doer, now: datetime) -> None:
    since = now - A_DAY
    number, mine = session.execute(sent_since(since, Upload.sent_by_id == by.id)).one()
    _number, together = session.execute(sent_since(since)).one()
    if number >= MOST_BEGUN or mine + size > MOST_A_DAY or together + size > MOST_A_DAY_TOGETHER:
        raise Refused(ENOUGH)
