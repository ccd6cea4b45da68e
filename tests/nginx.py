"""The portal as README has it in production: gunicorn, with nginx in front that sends the files."""

import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from portal.app import ROOT
from portal.config import Settings

WORKERS = 2
_PATIENCE = 60  # seconds that a server gets to start in
_LOCATION = re.compile(r"^    (location /files-of-the-portal/ \{\n.*?^    \})", re.M | re.S)


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def location_of_files(folder: Path) -> str:
    """What README tells operators to write, with the folder they have."""
    found = _LOCATION.search((ROOT / "README.md").read_text("utf-8"))
    assert found, "README no longer says how nginx sends files."
    return found[1].replace("/the/folder/of/STORAGE_URL", str(folder))


@contextmanager
def behind_nginx(
    settings: Settings, folder: Path, *, beside: str = ""
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The port of nginx, and the two processes whose children do the work. `beside`: more that it
    is to answer."""
    nginx = find_nginx()
    assert nginx
    inner, port = free_port(), free_port()
    told = settings.to_environment() | {"SEND_FILES": "nginx:/files-of-the-portal"}
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-w", str(WORKERS)]
    command += ["-b", f"127.0.0.1:{inner}", "--worker-tmp-dir", str(folder)]
    command += ["--graceful-timeout", "5"]
    written = folder / "nginx.conf"
    stored = Path(urlsplit(settings.storage_url).path)
    written.write_text(_configuration(folder, location_of_files(stored) + beside, inner, port))
    proxy = [nginx, "-p", str(folder), "-c", str(written), "-e", str(folder / "nginx.log")]
    with (
        started(command, told, folder / "gunicorn.log", inner) as app,
        started(proxy, {}, folder / "nginx.out", port) as front,
        urlopen(f"http://localhost:{inner}/healthz", timeout=_PATIENCE),
    ):
        yield port, (app, front)


def _configuration(folder: Path, locations: str, inner: int, port: int) -> str:
    me, mine = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    temporary = "\n".join(
        f"{each}_temp_path {folder}/{each};"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
        daemon off;
        {f"user {me} {mine};" if os.getuid() == 0 else ""}
        worker_processes 2;
        pid {folder}/nginx.pid;
        events {{ worker_connections 512; }}
        http {{
            access_log off;
            sendfile on;
            default_type application/octet-stream;
            {temporary}
            server {{
                listen 127.0.0.1:{port};
                server_name localhost;
                location / {{
                    proxy_pass http://127.0.0.1:{inner};
                    proxy_set_header Host $host;
                }}
                {locations}
            }}
        }}
    """


@contextmanager
def started(command: list[str], told: dict[str, str], log: Path, port: int) -> Iterator[int]:
    """A server that listens by now, and is stopped at the end; its process."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told, stdout=out, stderr=out)
    try:
        until = time.monotonic() + _PATIENCE
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()[-2_000:])
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(40)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with closing(socket.socket()) as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port
