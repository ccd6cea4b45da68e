"""What is done with publishers' files after they were sent: put together, checked, let go of; and
telling those who took what is withdrawn."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from portal.base import clock
from portal.base.files import Hold
from portal.base.jobs import NotNow, handles, later
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.downloads.keeping import keep_file
from portal.downloads.models import PublishedFile
from portal.publishing.kinds import examine
from portal.publishing.models import Incoming, IncomingPart
from portal.publishing.receiving import forget_parts, parts_of
from portal.uploads.coming import refuse
from portal.uploads.models import UploadState
from portal.uploads.reading import Part, chunks_of, read_parts
from portal.uploads.scanner import checked, scanner_at

_AGAIN = timedelta(minutes=1)
_log = logging.getLogger(__name__)


@handles("publishing.finish", limit=7200)
def finish(run: Run, *, incoming_id: int) -> None:
    """Put the parts of a file together, if it is what it says, whole, and has no virus in it."""
    with run.reading(NOBODY) as session:
        it = session.get(Incoming, incoming_id)
        parts = [Part(*row) for row in session.execute(parts_of(incoming_id))]
    if it is None or it.state is not UploadState.CHECKING:
        return
    try:
        _keep(run, it, parts)
    except Refused as refusal:
        _log.warning("File %d of a publisher was refused: %s", incoming_id, refusal.message)
        with run.session(NOBODY) as session:
            refuse(session, it, refusal, now=clock.now())
            forget_parts(session, incoming_id)
    for part in parts:
        run.files.delete(part.key)


def _keep(run: Run, it: Incoming, parts: list[Part]) -> None:
    media_type = examine(read_parts(run.files, parts), name=it.name, size=it.size)
    run.beat()
    held = checked(scanner_at(run.settings.clamd_url), chunks_of(run.files, parts), it.name)
    run.beat()
    with run.session(NOBODY) as session:
        file = keep_file(
            session,
            run.files,
            name=it.name,
            media_type=media_type,
            chunks=chunks_of(run.files, parts),
            now=clock.now(),
            size=it.size,
            held=held,
        )
        mine = select(Incoming).where(Incoming.id == it.id).with_for_update(of=Incoming)
        found = session.scalars(mine).one_or_none()
        if found is None:  # taken back meanwhile
            session.delete(file)
            return
        found.state, found.file_id, found.changed_at = UploadState.READY, file.id, clock.now()
        forget_parts(session, it.id)
        if held:
            later(session, "publishing.scan", file_id=file.id)
        run.finish(session)


@handles("publishing.scan", limit=3600)
def scan(run: Run, *, file_id: int) -> None:
    """Let a file go that waits for the virus scanner, or stop it for good."""
    with run.reading(NOBODY) as session:
        file = session.get(PublishedFile, file_id)
    if file is None or file.held is not Hold.WAITING:
        return
    stopped = False
    try:
        scanner = scanner_at(run.settings.clamd_url)
        if checked(scanner, run.files.read(file.key), file.name):
            raise NotNow("The virus scanner gives no verdict.", wait=_AGAIN)
    except Refused as refusal:
        stopped = True
        _log.warning("Published file %d was stopped: %s", file_id, refusal.values)
    with run.session(NOBODY) as session:
        session.get_one(PublishedFile, file_id).held = Hold.STOPPED if stopped else None
    if stopped:
        run.files.delete(file.key)


@lets_go("uploads")
def forget(run: Run, before: datetime) -> None:
    """Their bytes are swept up, since no row knows them."""
    old = select(Incoming.id).where(Incoming.changed_at < before)
    with run.session(NOBODY) as session:
        session.execute(delete(IncomingPart).where(IncomingPart.incoming_id.in_(old)))
        files = select(Incoming.file_id).where(Incoming.id.in_(old), Incoming.file_id.is_not(None))
        ids = session.scalars(files).all()
        session.execute(delete(Incoming).where(Incoming.changed_at < before))
        session.execute(delete(PublishedFile).where(PublishedFile.id.in_(ids)))
