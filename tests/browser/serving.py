"""The real portal to browse: `portal serve` with its worker, a SQLite file, the demo's people."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from portal import demo, demo_downloads, demo_licenses
from portal.app import ROOT, open_sessions
from portal.base import migrations
from portal.base.db import make_engine
from portal.config import Settings
from tests import databases

PASSWORD = "en lang setning som ingen gjetter"
_PATIENCE = 120  # seconds that the server gets to start in


class Portal:
    """A running portal, whose data can be put back to what they were."""

    def __init__(self, folder: Path, url: str, secret_key: str = "") -> None:
        self.url = url
        self.secret_key = secret_key
        self.folder = folder
        self._sign_ins: list[tuple[object, ...]] = []

    def keep(self, name: str) -> None:
        """Remember the data as they are, by this name."""
        with closing(self.connect()) as now, closing(sqlite3.connect(self.folder / name)) as kept:
            now.backup(kept)

    def put_back(self, name: str) -> None:
        """Bring the data to what they were; the server keeps running, and people stay signed in."""
        with closing(self.connect()) as now, closing(sqlite3.connect(self.folder / name)) as kept:
            kept.backup(now)
            for row in self._sign_ins:
                places = ",".join("?" * len(row))
                now.execute(f"INSERT OR REPLACE INTO sign_in VALUES ({places})", row)
            # They are all from the beginning of the run, which is soon too long ago for what asks
            # for a fresh proof.
            now.execute("UPDATE sign_in SET proven_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')")

    def remember_sign_in(self) -> None:
        """The newest sign-in is good for the rest of the run."""
        with closing(self.connect()) as now:
            self._sign_ins += now.execute("SELECT * FROM sign_in ORDER BY id DESC LIMIT 1")

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "portal.sqlite", timeout=20, isolation_level=None)


@contextmanager
def running(
    folder: Path,
    host: str = "127.0.0.1",
    command: tuple[str, ...] = ("portal.cli", "serve"),
    **told: str,
) -> Iterator[Portal]:
    """Start the portal in a process of its own, and stop it at the end. `told`: more settings."""
    port = _free_port()
    settings = Settings(
        database_url=f"sqlite:///{folder / 'portal.sqlite'}",
        secret_key=os.urandom(32).hex(),
        portal_url=f"http://{host}:{port}",
        storage_url=(folder / "files").as_uri(),
        second_factor_required=False,
        signing_key=os.urandom(32).hex(),
        **told,  # type: ignore[arg-type]
    )
    _build(settings.database_url)
    sessions = open_sessions(settings.database_url)
    demo.load(sessions, PASSWORD)
    demo_licenses.load(sessions, settings, demo.NORDLYS, demo.FJORDHELSE)
    demo_downloads.load(sessions, settings, nordlys=demo.NORDLYS)
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=os.environ | settings.to_environment() | {"PORT": str(port)},
            stdout=out,
            stderr=out,
        )
    try:
        _wait_for(settings.portal_url, log)
        yield Portal(folder, settings.portal_url, settings.secret_key)
    finally:
        server.terminate()
        server.wait(40)


def _build(url: str) -> None:
    if migrations.head():
        migrations.upgrade(url)
        return
    engine = make_engine(url)
    databases.build(engine)
    engine.dispose()


def _free_port() -> int:
    with closing(socket.socket()) as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port


def _wait_for(url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            with urlopen(f"{url}/sign-in", timeout=5):
                return
        except (URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The portal did not start: {log.read_text()[-2000:]}")
