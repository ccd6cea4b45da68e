"""What is done with files after they were sent: put together, and checked."""

import logging
from datetime import timedelta

from sqlalchemy import select

from portal.base import clock
from portal.base.files import Hold, StoredFile, save_file
from portal.base.jobs import NotNow, handles, later
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.uploads.attaching import forget_parts
from portal.uploads.coming import refuse
from portal.uploads.examining import examine
from portal.uploads.models import Upload, UploadState
from portal.uploads.queries import parts_of
from portal.uploads.reading import Part, chunks_of, read_parts
from portal.uploads.rules import PURPOSES
from portal.uploads.scanner import checked, scanner_at

_AGAIN = timedelta(minutes=1)
log = logging.getLogger(__name__)


@handles("uploads.finish", limit=3600)
def finish(run: Run, *, upload_id: int) -> None:
    """Put the parts of a file together, if it is what it says and has no virus in it."""
    with run.reading(_scope(run)) as session:
        upload = session.get(Upload, upload_id)
        parts = [Part(*row) for row in session.execute(parts_of(upload_id))]
    if upload is None or upload.state is not UploadState.CHECKING:
        return
    try:
        _keep(run, upload, parts)
    except Refused as refusal:
        log.warning("Upload %d was refused: %s", upload_id, refusal.message)
        with run.session(_scope(run)) as session:
            refuse(session, upload, refusal, now=clock.now())
            forget_parts(session, upload_id)
    for part in parts:
        run.files.delete(part.key)


def _keep(run: Run, upload: Upload, parts: list[Part]) -> None:
    name, for_what = upload.name, PURPOSES[upload.purpose]
    whole = read_parts(run.files, parts)
    media_type = examine(whole, name=name, size=upload.size, for_what=for_what)
    scanner = scanner_at(run.settings.clamd_url)
    held = checked(scanner, chunks_of(run.files, parts), name)
    with run.session(_scope(run)) as session:
        file = save_file(
            session,
            run.files,
            name=name,
            media_type=media_type,
            chunks=chunks_of(run.files, parts),
            now=clock.now(),
            held=held,
        )
        found = session.scalars(
            select(Upload).where(Upload.id == upload.id).with_for_update()
        ).one_or_none()
        if found is None:  # taken back meanwhile
            session.delete(file)
            return
        found.state, found.file_id, found.changed_at = UploadState.READY, file.id, clock.now()
        forget_parts(session, upload.id)
        if held:
            later(session, "uploads.scan", account_id=upload.account_id, file_id=file.id)
        run.finish(session)


@handles("uploads.scan", limit=1800)
def scan(run: Run, *, file_id: int) -> None:
    """Let a file go that waits for the virus scanner, or stop it for good."""
    with run.reading(_scope(run)) as session:
        file = session.get(StoredFile, file_id)
    if file is None or file.held is not Hold.WAITING:
        return
    refusal = None
    try:
        scanner = scanner_at(run.settings.clamd_url)
        if checked(scanner, run.files.read(file.key), file.name):
            raise NotNow("The virus scanner gives no verdict.", wait=_AGAIN)
    except Refused as found:
        refusal = found
        log.warning("File %d was stopped: %s", file_id, found.values)
    with run.session(_scope(run)) as session:
        # Locked in the order that attaching does, so that one of the two sees what the other did.
        upload = session.scalars(
            select(Upload).where(Upload.file_id == file_id).with_for_update()
        ).one_or_none()
        if refusal and upload:
            refuse_ready(upload, refusal)
        session.get_one(StoredFile, file_id).held = Hold.STOPPED if refusal else None
    if refusal:
        run.files.delete(file.key)


def refuse_ready(upload: Upload, refusal: Refused) -> None:
    """Say no to a file that was sent, and not attached before it was checked."""
    upload.state, upload.file_id = UploadState.REFUSED, None
    upload.refusal = {"message": refusal.message, "values": refusal.values}


def _scope(run: Run) -> Scope:
    """The account's, whatever the sender may by now: who has lost the right attaches nothing."""
    account_id = run.job.account_id
    assert account_id is not None
    return Scope(frozenset({account_id}), account_id, reason=f"job {run.job.name}")
