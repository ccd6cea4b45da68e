"""Which files somebody has on their way, and how much was sent today."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from portal.base.files import StoredFile
from portal.uploads.models import Upload, UploadPart, UploadState


def upload_of(token: str, person: int) -> Select[Upload]:
    """One of their own. Whoever else has the token has nothing."""
    mine = Upload.token == token, Upload.sent_by_id == person
    return select(Upload).options(joinedload(Upload.file)).where(*mine)


def uploads_of(tokens: Iterable[str], person: int, purpose: str) -> Select[Upload]:
    return (
        select(Upload)
        .options(joinedload(Upload.file))
        .where(
            Upload.token.in_(list(tokens)),
            Upload.sent_by_id == person,
            Upload.purpose == purpose,
        )
    )


def sent_since(since: datetime, *whose: ColumnElement[bool]) -> Select[int, int]:
    """How many files, and how many bytes; what was refused takes no room."""
    return select(func.count(Upload.id), func.coalesce(func.sum(Upload.size), 0)).where(
        Upload.begun_at > since, Upload.state != UploadState.REFUSED, *whose
    )


def parts_of(upload_id: int) -> Select[int, int, str]:
    """Start, size and key of each, in order."""
    return (
        select(UploadPart.start, StoredFile.size, StoredFile.key)
        .join(StoredFile, StoredFile.id == UploadPart.file_id)
        .where(UploadPart.upload_id == upload_id)
        .order_by(UploadPart.start)
    )
