"""What becomes of files that were sent: attached to what they are for, or taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from portal.base.files import StoredFile
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.uploads.models import Upload, UploadPart, UploadState
from portal.uploads.queries import uploads_of
from portal.uploads.rules import GONE, Purpose

NOT_YET = N_("“%(name)s” is still being checked. Send the form again in a moment.")


def attach_uploads(
    session: ScopedSession,
    tokens: Sequence[str],
    for_what: Purpose,
    *,
    by: Doer,
    now: datetime,
    field: str = "files",
) -> list[StoredFile]:
    """The files that somebody sent for this, in their order; from now on they are the caller's."""
    if not tokens:
        return []
    query = uploads_of(tokens, by.id, for_what.name).with_for_update(of=Upload)
    found = {it.token: it for it in session.scalars(query)}
    files = []
    for token in dict.fromkeys(tokens):
        upload = found.get(token)
        if upload is None or upload.state not in {UploadState.READY, UploadState.CHECKING}:
            raise Refused(GONE, field=field)
        if upload.file is None:
            raise Refused(NOT_YET, field=field, name=upload.name)
        files.append(upload.file)
        upload.state, upload.file_id, upload.changed_at = UploadState.ATTACHED, None, now
    session.flush()
    return files


def take_back(session: ScopedSession, upload: Upload) -> None:
    """Forget a file that was not attached. Its bytes are swept up, since no row knows them."""
    forget_parts(session, upload.id)
    file_id = upload.file_id
    session.delete(upload)
    session.flush()
    if file_id is not None:
        session.execute(delete(StoredFile).where(StoredFile.id == file_id))


def forget_parts(session: ScopedSession, upload_id: int) -> None:
    of_it = UploadPart.upload_id == upload_id
    ids = session.scalars(select(UploadPart.file_id).where(of_it)).all()
    session.execute(delete(UploadPart).where(of_it))
    session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))
