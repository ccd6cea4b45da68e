"""What is sent along with a mail, through the same checks as everything that people send."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.mail_intake.reading import Letter
from portal.mail_intake.rules import BY_MAIL
from portal.uploads.actions import begin_upload, keep_whole
from portal.uploads.attaching import attach_uploads
from portal.uploads.models import UploadState
from portal.uploads.rules import MOST_FILES
from portal.uploads.scanner import Scanner


def take_files(
    session: ScopedSession,
    store: FileStore,
    scanner: Scanner | None,
    letter: Letter,
    raw: bytes,
    *,
    by: Doer,
    now: datetime,
) -> tuple[list[StoredFile], list[str]]:
    """The files that were kept, and the names of those that were not."""
    kept: list[StoredFile] = []
    left: list[str] = []
    for name, content in _contents(letter, raw):
        try:
            if len(kept) >= MOST_FILES:
                raise Refused("", name=name)
            kept += _take(session, store, scanner, name, content, by=by, now=now)
        except Refused:
            left.append(name)
    return kept, left


def _contents(letter: Letter, raw: bytes) -> Iterator[tuple[str, bytes]]:
    """One after the other, so that no two are held at a time."""
    if letter.whole:
        yield "e-post.txt", letter.whole.encode()
    for name, part in letter.named():
        yield name, part.content(raw)


def _take(
    session: ScopedSession,
    store: FileStore,
    scanner: Scanner | None,
    name: str,
    content: bytes,
    *,
    by: Doer,
    now: datetime,
) -> list[StoredFile]:
    upload = begin_upload(session, BY_MAIL, name=name, size=len(content), by=by, now=now)
    keep_whole(session, store, scanner, upload, BytesIO(content), now=now)
    session.refresh(upload)
    if upload.state is not UploadState.READY:
        raise Refused("", name=name)
    return attach_uploads(session, [upload.token], BY_MAIL, by=by, now=now)
