"""A PostgreSQL server to test on, made for one run and thrown away with it."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

OWNER = "portal_owner"
# What is thrown away anyway need not survive a power cut.
OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=50",
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
)
# The server ends, and its files go, when the pipe it reads does: also when we are killed.
WHILE_WE_LIVE = '"$@" </dev/null & cat >/dev/null; kill -INT $!; wait $!; rm -rf "$FOLDER"'


def find() -> Path | None:
    """The folder of the server's programs: on the PATH, or the newest where Debian keeps them."""
    if found := shutil.which("postgres"):
        return Path(found).parent
    kept = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in kept), default=None, key=lambda path: int(path.parent.name))


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Run one, and tell the URL of its owner's database."""
    folder = Path(mkdtemp(prefix="portal-postgres-"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    initdb = [programs / "initdb", "-D", folder / "data", "-U", OWNER, "-A", "trust", "-N"]
    options = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run([*initdb, "-E", "UTF8", "--locale=C"], check=True, **options)  # type: ignore[call-overload]
    port = _free_port()
    command = [programs / "postgres", "-D", folder / "data", "-p", str(port)]
    for option in OPTIONS:
        command += ["-c", option]
    running = subprocess.Popen(
        ["sh", "-c", WHILE_WE_LIVE, "sh", *command],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"FOLDER": str(folder)},
        start_new_session=True,  # Ctrl+C is for us; the server ends after us
        **options,  # type: ignore[call-overload]
    )
    try:
        _await(port, running)
        yield f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
    finally:
        running.stdin.close()
        running.wait(60)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root. Debian has a user for it; everyone has nobody."""
    if os.getuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, running: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if running.poll() is not None:
            raise RuntimeError("PostgreSQL did not start.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not answer.")
