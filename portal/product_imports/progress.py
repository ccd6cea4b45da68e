"""How far an import has come, for whoever looks: it goes on when the page is closed.

It is kept with the files and not in the database: a commit is one transaction, nobody else sees
what it has written, and on SQLite nobody can write meanwhile.
"""

import json
from collections.abc import Callable
from time import monotonic

from portal.base.file_store import FileStore, StorageTrouble
from portal.base.run import Run

EVERY = 1.0  # seconds


class Progress:
    def __init__(self, run: Run, import_id: int, share: Callable[[], float]) -> None:
        """`share` tells how much of the file has been read, 0 to 1."""
        self._files, self._key, self._share = run.files, _key(import_id), share
        self._told_at = monotonic()

    def tell(self) -> None:
        """Note how far it is, at most once a second."""
        if monotonic() - self._told_at < EVERY:
            return
        self._told_at = monotonic()
        percent = min(99, int(100 * self._share()))
        self._files.put(self._key, [json.dumps(percent).encode()])


def percent_of(files: FileStore, import_id: int) -> int | None:
    """How much is done, in per cent; None when nobody has told yet."""
    try:
        return int(json.loads(b"".join(files.read(_key(import_id)))))
    except (FileNotFoundError, StorageTrouble, ValueError):
        return None


def _key(import_id: int) -> str:
    return f"import-progress-{import_id:08}"
