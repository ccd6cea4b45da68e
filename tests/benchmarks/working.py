"""The processes that import, and the memory they take."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.accounts.models import Account
from portal.app import ROOT
from tests.benchmarks.database import Bench

_SETTLED = 3.0  # seconds that a process needs to have started, and to have looked for jobs


@contextmanager
def worker(bench: Bench) -> Iterator["subprocess.Popen[bytes]"]:
    """The portal's worker as `portal serve` starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "work", "--while-stdin-open"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | bench.settings.to_environment(),
    )
    try:
        _await_first_look(process.pid)
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(40)


def processor_seconds(pid: int) -> float:
    """How long the processors have worked for it."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def idle_memory(pid: int) -> float:
    """What the process holds now, in MB."""
    return _of_status(pid, "VmRSS")


def peak_memory(pid: int) -> float:
    """The most it ever held, in MB."""
    return _of_status(pid, "VmHWM")


def shell_import(bench: Bench, account_id: int, file: bytes) -> tuple[float, float]:
    """Import from the shell: the seconds from start to end, and the most memory it held, in MB."""
    with bench.arranging() as session:
        number = session.get_one(Account, account_id).master_account_id
    path = bench.folder / "list.csv"
    path.write_bytes(file)
    command = [sys.executable, "-m", "portal.cli", "import", "products", str(path)]
    began = time.monotonic()
    process = subprocess.Popen(
        [*command, "--account", number],
        cwd=ROOT,
        env=os.environ | bench.settings.to_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"portal import products ended with {process.returncode}.")
    return time.monotonic() - began, used.ru_maxrss / 1024


def _await_first_look(pid: int) -> None:
    """Until what the process holds no longer grows."""
    held, until = 0.0, time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(_SETTLED)
        now = _of_status(pid, "VmRSS")
        if now == held:
            return
        held = now


def _of_status(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024
