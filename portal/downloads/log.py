"""The log of what an account downloaded, and what is found in it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from portal.accounts.models import User
from portal.accounts.queries import holding
from portal.base.tenancy import ScopedSession
from portal.base.text import words_of
from portal.downloads.models import PublishedDocument, PublishedFile, SoftwareRelease
from portal.downloads.taking import Download
from portal.web.paging import CAP, Order

LONGEST = 80  # characters of a search
MOST = 500  # files, and people, that one text names: whoever wants more of them writes more
NEWEST_FIRST = Order((Download.id,), descending=True)


def downloads_taken(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Columns of the log's rows."""
    query: Any = (
        select(
            Download.id,
            Download.at,
            User.name,
            PublishedFile.name.label("file"),
            PublishedFile.size,
            PublishedFile.sha256,
            SoftwareRelease.version.label("release_version"),
            PublishedDocument.title.label("document"),
            PublishedDocument.version.label("document_version"),
        )
        .join(User, User.id == Download.user_id)
        .join(PublishedFile, PublishedFile.id == Download.file_id)
        .outerjoin(SoftwareRelease, SoftwareRelease.id == Download.release_id)
        .outerjoin(PublishedDocument, PublishedDocument.id == Download.document_id)
        .where(*conditions)
    )
    found: Select[Any] = query
    return found


def named(session: ScopedSession, text: str) -> tuple[list[ColumnElement[bool]], int | None]:
    """The conditions that a download is of a file, a version, a document or a person called so, and
    how many there are; None where nothing was asked for.

    A few are looked up through the indexes first: a log of years is not read from its newest end
    for what stands at the other. Of what there is much of, the newest come soon.
    """
    if not text:
        return [], None
    files = session.scalars(_files(text).limit(MOST)).all()
    people: list[int] = []
    if words_of(text):
        took = exists().where(Download.user_id == User.id)
        called = select(User.id).where(*holding(User.name_fold, text), took)
        people = list(session.scalars(called.limit(MOST)))
    ways = [
        column.in_(ids)
        for column, ids in ((Download.file_id, files), (Download.user_id, people))
        if ids
    ]
    if not ways:
        return [false()], 0
    few = session.scalars(select(Download.id).where(or_(*ways)).limit(CAP + 1)).all()
    return [Download.id.in_(few)] if len(few) <= CAP else [or_(*ways)], len(few)


def _files(text: str) -> Select[tuple[int]]:
    """Those whose name, version or title it is: some thousands are looked through."""
    of_file: Any = PublishedFile.id
    return (
        select(of_file)
        .outerjoin(SoftwareRelease, SoftwareRelease.file_id == of_file)
        .outerjoin(PublishedDocument, PublishedDocument.file_id == of_file)
        .where(
            or_(
                PublishedFile.name.icontains(text, autoescape=True),
                SoftwareRelease.version.startswith(text, autoescape=True),
                PublishedDocument.title.icontains(text, autoescape=True),
            )
        )
        .distinct()
    )
