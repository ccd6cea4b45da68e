"""Twenty people who download half a gigabyte each, and what becomes of everybody else's pages.

Three ways: the embedded server alone; gunicorn behind nginx, which sends the file by itself
(X-Accel-Redirect) as README has it; and nginx with the same file alone, against which it is held.
Everybody reads as fast as it comes, and once more as fast as an office's line does.
"""

import http.client
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from portal.accounts.actions import open_sign_in
from portal.app import ROOT, create_app
from portal.base import clock
from portal.base.file_store import FileStore
from tests.benchmarks.database import Bench
from tests.benchmarks.stock import Size, fill
from tests.benchmarks.table import Line, milliseconds
from tests.factories import make_agreement, make_model, make_release
from tests.nginx import behind_nginx, find_nginx, free_port, started

PEOPLE, SIZE = 20, 500_000_000
LINE = 12_500_000  # bytes a second that one reads at in an office
_PIECE = 1 << 20
_MEMORY = 50_000_000  # bytes that all processes may take more than before
_PAGES, _PAGE = 40, "/products"


def measure(bench: Bench, scale: float) -> list[Line]:
    size = max(20_000_000, int(SIZE * scale))
    with TemporaryDirectory(prefix="portal-sending-") as name, ExitStack() as running:
        folder = Path(name)
        cookie, path, key = _publish(bench, size)
        files = bench.folder / "files" / FileStore(bench.settings.storage_url).path_of(key)
        lines = []
        embedded = running.enter_context(_embedded(bench, folder))
        lines += _of("the embedded server", embedded, cookie, path, size)
        if not find_nginx():
            return [*lines, Line("nginx is not installed", "–", good=False)]
        beside = f"location = /alone {{ alias {files}; }}"
        front = Server(*running.enter_context(behind_nginx(bench.settings, folder, beside=beside)))
        lines += _of("behind nginx", front, cookie, path, size)
        alone = replace(front, memory_of=())
        ways = {"portal": path, "alone": "/alone"}
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(3):
            for way, address in ways.items():
                taken[way].append(_all(alone, cookie, address, size)[0])
        fast = {way: PEOPLE * size / median(it) for way, it in taken.items()}
        share = fast["portal"] / fast["alone"]
        shown = f"{fast['portal'] / 1e6:,.0f} of {fast['alone'] / 1e6:,.0f} MB/s"
        lines.append(
            Line("throughput of nginx", shown, None, f"{share:.2f} ×", "≥ 0.9 ×", share >= 0.9)
        )
        return lines


def _publish(bench: Bench, size: int) -> tuple[str, str, str]:
    """A session, the address of a file that it may have, and the file's key."""
    stock = fill(bench, Size(3, 3_000, 1_000))
    store = FileStore(bench.settings.storage_url)
    piece = os.urandom(_PIECE)
    with bench.arranging() as session:
        user = stock.user(session)
        make_agreement(session, user.memberships[0].account)
        model = make_model(session, "Stor fil")
        it = make_release(session, "7.2.0", model, store=store, content=b"")
        assert it.file
        pieces = (piece[: min(_PIECE, size - at)] for at in range(0, size, _PIECE))
        it.file.size, it.file.sha256 = store.put("benchmark-" + "0" * 14, pieces)
        it.file.key = "benchmark-" + "0" * 14
        it.models.clear()
        token = open_sign_in(session, user, now=clock.now())
        session.commit()
        path, key = f"/downloads/releases/{it.reference}/file", it.file.key
    app = create_app(bench.settings, sessions=bench.sessions)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    held = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert held
    return f"{app.config['SESSION_COOKIE_NAME']}={held.value}", path, key


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    memory_of: tuple[int, ...]  # processes; with their children

    def memory(self) -> int:
        return sum(_memory(pid) for pid in self.memory_of)


def _of(way: str, server: Server, cookie: str, path: str, size: int) -> list[Line]:
    """Pages of others while all read at an office's pace, and while they read as they can."""
    lines = []
    _pages(server, cookie, _PAGES)
    for pace, words in ((LINE, "at 100 Mbit/s each"), (0, "as fast as they can")):
        part = size if not pace else min(size, LINE * 15)
        before, held = _pages(server, cookie, _PAGES), server.memory()
        spent, during, peak = _all(server, cookie, path, part, pace=pace, asking=True)
        ratio, more = median(during) / median(before), max(0, peak - held)
        wanted = way != "the embedded server"
        shown = f"{milliseconds(median(during))} after {milliseconds(median(before))}"
        good = ratio <= 2 or not wanted or not pace
        goal = "≤ 2 ×" if wanted and pace else ""
        what = f"{way}, {PEOPLE} {words}"
        lines.append(Line(f"{what}: pages of others", shown, None, f"{ratio:.2f} ×", goal, good))
        lines.append(
            Line(
                f"{what}: memory",
                f"{more / 1e6:.0f} MB more than {held / 1e6:.0f}",
                goal="≤ 50 MB",
                good=more <= _MEMORY,
            )
        )
        speed = PEOPLE * part / spent / 1e6
        lines.append(Line(f"{what}: throughput", f"{speed:,.0f} MB/s"))
    return lines


def _all(
    server: Server, cookie: str, path: str, size: int, *, pace: int = 0, asking: bool = False
) -> tuple[float, list[float], int]:
    """Seconds until everybody has so many bytes; what pages took meanwhile; the most memory."""
    readers = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sending", str(server.port), path, str(size)],
        env=os.environ | {"READ_COOKIE": cookie, "READ_PACE": str(pace)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    took: list[float] = []
    peak = 0
    try:
        while readers.poll() is None:
            if asking:
                took += _pages(server, cookie, 1)
                peak = max(peak, server.memory())
            time.sleep(0.05)
        assert readers.stdout
        said = readers.stdout.read().split()
    finally:
        readers.kill()
        if readers.stdout:
            readers.stdout.close()
        readers.wait()
    if readers.returncode:
        raise RuntimeError("Not everybody got the whole file.")
    return float(said[-1]), took or [0.0], peak


def _pages(server: Server, cookie: str, number: int) -> list[float]:
    """Seconds that each of so many pages took, one after the other."""
    took = []
    with closing(http.client.HTTPConnection("localhost", server.port, timeout=60)) as line:
        for _ in range(number):
            began = time.perf_counter()
            line.request("GET", _PAGE, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise RuntimeError(f"{_PAGE} was answered with {answer.status}")
    return took


def _memory(pid: int) -> int:
    """What a process and its children hold that is nobody else's, in bytes."""
    total, waiting = 0, [pid]
    while waiting:
        each = waiting.pop()
        try:
            rows = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            for tasks in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (tasks / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(1024 * int(row.split()[1]) for row in rows if row.startswith("Private_"))
    return total


@contextmanager
def _embedded(bench: Bench, folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "portal.cli", "serve", "--no-worker"]
    told = bench.settings.to_environment() | {"PORT": str(port), "HOST": "127.0.0.1"}
    with started(command, told, folder / "embedded.log", port) as pid:
        yield Server(port, (pid,))


def _read(port: int, path: str, size: int, *, cookie: str, pace: int) -> float:
    """Read with as many lines as there are people, in one process that looks at no byte."""
    asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n"
    asked += f"Range: bytes=0-{size - 1}\r\n\r\n"
    room, waiting = bytearray(_PIECE), selectors.DefaultSelector()
    began = time.monotonic()
    for _ in range(PEOPLE):
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(asked.encode())
        waiting.register(line, selectors.EVENT_READ, [0])
    short, slept = 0, 0.0
    while waiting.get_map():
        for key, _ in waiting.select():
            line = key.fileobj  # type: ignore[assignment]
            most = _PIECE
            if pace:
                allowed = int((time.monotonic() - began) * pace) + 65_536 - key.data[0]
                if allowed <= 0:
                    continue
                most = min(_PIECE, allowed)
            got = line.recv_into(room, most)
            key.data[0] += got
            if not got:
                waiting.unregister(line)
                line.close()
                short += key.data[0] < size
        if pace:
            time.sleep(0.02)
            slept += 0.02
    if short:
        sys.exit(f"{short} of {PEOPLE} came short")
    return time.monotonic() - began


if __name__ == "__main__":
    told_pace = int(os.environ["READ_PACE"])
    print(
        _read(
            int(sys.argv[1]),
            sys.argv[2],
            int(sys.argv[3]),
            cookie=os.environ["READ_COOKIE"],
            pace=told_pace,
        )
    )
