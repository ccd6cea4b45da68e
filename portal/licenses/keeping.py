"""Papers of a license, kept and taken away again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete

from portal.base.files import StoredFile
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.licenses.models import License
from portal.licenses.part_models import LicensePaper


def add_papers(
    session: ScopedSession, it: License, files: Sequence[StoredFile], *, by: Doer, now: datetime
) -> None:
    if not files:
        raise Refused(N_("Choose at least one file."), field="files")
    for file in files:
        paper = LicensePaper(license_id=it.id, file_id=file.id, added_at=now)
        paper.added_by_id = by.id or None
        session.add(paper)
        session.flush()
        happened(session, it, What.PAPER_ADDED, by=by, paper=paper.id)


def remove_paper(session: ScopedSession, it: License, paper: LicensePaper, *, by: Doer) -> None:
    """Let go of a paper. Its bytes are swept up, since no row knows them."""
    file_id = paper.file_id
    happened(session, it, What.PAPER_REMOVED, by=by, paper=paper.id)
    session.delete(paper)
    session.flush()
    session.execute(delete(StoredFile).where(StoredFile.id == file_id))
