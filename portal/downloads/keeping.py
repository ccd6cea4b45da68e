"""Keeping a file of the vendor's: its bytes first, hashed on their way, and the row after."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.base.file_store import FileStore, StorageTrouble
from portal.base.files import Hold, safe_name
from portal.base.words import N_, Refused
from portal.downloads.models import PublishedFile
from portal.web.downloads import attachment

ANOTHER_HASH = N_(
    "The checksum of “%(name)s” is not the one that was stated. Nothing of it was kept; send it"
    " again from where it was made."
)


def keep_file(
    session: Session,
    store: FileStore,
    *,
    name: str,
    media_type: str,
    chunks: Iterable[bytes],
    now: datetime,
    size: int | None = None,
    sha256: str = "",
    held: Hold | None = None,
) -> PublishedFile:
    """A file that came whole, with the hash that was stated if one was.

    What is refused leaves bytes that no row knows, which are swept up.
    """
    key, name = secrets.token_urlsafe(24), safe_name(name)
    told = {"Content-Disposition": attachment(name), "Content-Type": media_type}
    kept, digest = store.put(key, chunks, limit=size, told=told)
    if size is not None and kept != size:
        store.delete(key)
        raise StorageTrouble(f"{kept} of {size} bytes came.")
    if sha256 and sha256.lower() != digest:
        store.delete(key)
        raise Refused(ANOTHER_HASH, field="sha256", name=name)
    file = PublishedFile(
        key=key,
        name=name,
        media_type=media_type,
        size=kept,
        sha256=digest,
        created_at=now,
        held=held,
    )
    session.add(file)
    session.flush()
    return file
