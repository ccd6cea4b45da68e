"""Files that belong to customer accounts: what the database knows of them.

The bytes are written first, under a random key, and the row after, in the caller's transaction.
Bytes without a row, from a deed that was undone or a row that was deleted, are swept up by a job:
so deleting a file is deleting its row.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock
from portal.base.db import Base
from portal.base.file_store import FileStore
from portal.base.jobs import every
from portal.base.run import Run
from portal.base.tenancy import Owned, Scope
from portal.base.words import N_, LabelledEnum

LONGEST_NAME = 255
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,49}/[\w.+-]{1,50}", re.ASCII)
_GRACE = timedelta(hours=1)


Keys = Callable[[Session, list[str]], set[str]]
KNOWN: list[Keys] = []  # what else knows of bytes, besides the files of accounts


def knows_keys(function: Keys) -> Keys:
    """Let this function say which of some keys a row of another table knows: they stay."""
    KNOWN.append(function)
    return function


class Hold(LabelledEnum):
    """Why nobody is given a file, though it is there."""

    WAITING = "waiting", N_("Being checked for viruses")
    STOPPED = "stopped", N_("Stopped by the virus check")


class StoredFile(Owned, Base):
    """A file as people know it. Its bytes never change: a new version is a new file."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    held: Mapped[Hold | None]  # None: it may be downloaded by whoever sees it


def save_file(
    session: Session,
    store: FileStore,
    *,
    name: str,
    media_type: str,
    chunks: Iterable[bytes],
    now: datetime,
    limit: int | None = None,
    held: Hold | None = None,
) -> StoredFile:
    """Keep a file for the account that the session writes for."""
    key = secrets.token_urlsafe(24)
    size, digest = store.put(key, chunks, limit=limit)
    file = StoredFile(
        key=key,
        name=safe_name(name),
        media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        size=size,
        sha256=digest,
        created_at=now,
        held=held,
    )
    session.add(file)
    session.flush()
    return file


def safe_name(name: str) -> str:
    """A name as it can be shown: without folders, without what cannot be seen, not too long."""
    letters = unicodedata.normalize("NFC", name.replace("\u00a0", " "))
    seen = "".join(letter for letter in letters if letter.isprintable())
    seen = seen.replace("\\", "/").rpartition("/")[2].strip().strip(".").strip()
    stem, dot, suffix = seen.rpartition(".")
    if dot and len(suffix) < 12:
        return stem[: LONGEST_NAME - 1 - len(suffix)] + dot + suffix
    return seen[:LONGEST_NAME] or "file"


@every("files.sweep", hours=1, limit=1800)
def sweep(run: Run) -> None:
    """Remove bytes that no row has known for an hour."""
    before = clock.now() - _GRACE
    run.files.clear_halves(before)
    everything = Scope(read=None, write=None, staff=True, reason="sweeping the file store")
    for keys in run.files.older_than(before):
        run.beat()
        with run.session(everything) as session:
            known = set(session.scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))
            known.update(*(knows(session, keys) for knows in KNOWN))
        for key in set(keys) - known:
            run.files.delete(key)
