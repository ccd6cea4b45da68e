"""The log of what an account downloaded: what it is narrowed to, and its rows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select

from portal.accounts.models import User
from portal.accounts.queries import holding
from portal.base.text import words_of
from portal.downloads.models import PublishedDocument, PublishedFile, SoftwareRelease
from portal.downloads.taking import Download
from portal.web.paging import Order

LONGEST = 80  # characters of a search
NEWEST_FIRST = Order((Download.id,), descending=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """Which downloads: those of a file, a version, a document or a person called like this."""

    text: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Each word may be of the file's name, of the version, or of who took it. What is published
        is some thousands; the people of that name are found by theirs."""
        if not words_of(self.text):
            return [] if not self.text else [false()]
        name = PublishedFile.name.icontains(self.text, autoescape=True)
        version = SoftwareRelease.version.startswith(self.text, autoescape=True)
        title = PublishedDocument.title.icontains(self.text, autoescape=True)
        return [
            or_(
                Download.file_id.in_(select(PublishedFile.id).where(name)),
                Download.release_id.in_(select(SoftwareRelease.id).where(version)),
                Download.document_id.in_(select(PublishedDocument.id).where(title)),
                Download.user_id.in_(select(User.id).where(*holding(User.name_fold, self.text))),
            )
        ]


def downloads_taken(taken: Taken) -> Select[Any]:
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
        .where(*taken.conditions)
    )
    found: Select[Any] = query
    return found


def numbers_taken(taken: Taken) -> Select[Any]:
    """Their ids alone, to count them."""
    found: Select[Any] = select(Download.id).where(*taken.conditions)
    return found
