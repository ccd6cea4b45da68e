"""Set-up, tried on a copy of it beside a stand-in for the portal, by starting real processes."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from portal import bootstrap

Start = Callable[..., "subprocess.Popen[str]"]
NOBODY = 65534

# Makes an "environment" that is the Python at hand, slowly, and writes down that it did.
FAKE_UV = f"""#!/bin/sh
echo "$1" >> "{{log}}"
for folder; do :; done
if [ "$1" = venv ]; then
    mkdir -p "$folder/bin" && ln -s "{sys.executable}" "$folder/bin/python"
else
    sleep "${{{{UV_TAKES:-0}}}}"
fi
"""


@pytest.fixture
def house(root: Path) -> Iterator[Path]:
    """A portal that only says where it runs, in a folder that others may enter."""
    folder = Path(mkdtemp())
    folder.chmod(0o755)
    (folder / "portal").mkdir()
    for name in ("wsgi.py", "portal/__init__.py", "portal/bootstrap.py"):
        shutil.copy(root / name, folder / name)
    (folder / "portal/cli.py").write_text("import sys\nprint('ran', *sys.argv[1:], sys.prefix)")
    (folder / "requirements.lock").write_text("# nothing\n")
    (folder / "without").mkdir()
    uv = folder / "with" / "uv"
    uv.parent.mkdir()
    uv.write_text(FAKE_UV.format(log=folder / "uv.log"))
    uv.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(house: Path) -> Iterator[Start]:
    started = []

    def start(*arguments: str, uv: bool = False, **options: str) -> "subprocess.Popen[str]":
        where = house / ("with" if uv else "without")
        command = [sys.executable, "wsgi.py", *arguments]
        process = subprocess.Popen(
            command,
            cwd=house,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PATH": f"{where}:/usr/bin:/bin", "PORTAL_VENV": ""} | options,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        _stop(process)


def test_pip_makes_the_environment_once_and_for_each_lock_file_anew(
    house: Path, start: Start
) -> None:
    out, err = start("work", "--help").communicate(timeout=120)
    assert out == f"ran work --help {house}/.venv/run\n", err
    assert "Setting up" in err
    made = (house / ".venv/run/pyvenv.cfg").stat().st_ino
    out, err = start().communicate(timeout=30)
    assert out.startswith("ran ")
    assert err == ""
    assert (house / ".venv/run/pyvenv.cfg").stat().st_ino == made

    (house / "requirements.lock").write_text("# nothing else\n")
    out, err = start(uv=True).communicate(timeout=30)
    assert "Setting up" in err
    assert not (house / ".venv/run/pyvenv.cfg").exists()  # the stand-in for uv writes none


def test_uv_makes_it_where_there_is_one(house: Path, start: Start) -> None:
    assert start(uv=True).wait(30) == 0
    assert (house / "uv.log").read_text() == "venv\npip\n"


def test_set_up_compiles_what_every_start_reads(house: Path, start: Start) -> None:
    (house / "portal/app.py").touch()
    assert start(uv=True, PYTHONDONTWRITEBYTECODE="1").wait(30) == 0
    assert list(house.glob("portal/__pycache__/app.*.pyc"))


def test_a_package_that_is_not_the_locked_one_is_refused_in_a_sentence(
    house: Path, start: Start
) -> None:
    wheel = house / "probe-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("probe.py", "")
        packed.writestr("probe-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: probe\n")
    other = hashlib.sha256(b"other").hexdigest()
    lock = f"probe @ {wheel.as_uri()} --hash=sha256:{other}\n"
    (house / "requirements.lock").write_text(lock)
    said = _fails(start())
    assert said.startswith("The packages in requirements.lock could not be installed")
    assert not (house / ".venv/run/installed.sha256").exists()


def test_a_python_without_venv_is_told_so(house: Path, start: Start) -> None:
    broken = house / "broken"
    broken.mkdir()
    (broken / "ensurepip.py").write_text("raise ImportError")
    assert "python3-venv" in _fails(start(PYTHONPATH=str(broken)))


def test_a_python_that_is_too_old_is_told_so(house: Path, start: Start) -> None:
    copy = house / "portal/bootstrap.py"
    copy.write_text(copy.read_text().replace("OLDEST = (3, 11)", "OLDEST = (3, 99)"))
    assert "needs Python 3.99 or newer" in _fails(start())


def test_a_folder_that_cannot_be_written_is_told_so(house: Path) -> None:
    house.chmod(0o555)
    said = subprocess.run(
        [shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable, "wsgi.py"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        user=NOBODY if os.getuid() == 0 else None,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert said.returncode == 1
    assert said.stderr.startswith("The portal cannot set itself up in ")
    assert said.stderr.count("\n") == 1


def test_two_starts_at_once_make_one_environment(house: Path, start: Start) -> None:
    both = [start(uv=True, UV_TAKES="0.5") for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    assert (house / "uv.log").read_text() == "venv\npip\n"


def test_a_killed_set_up_is_not_taken_for_whole(house: Path, start: Start) -> None:
    killed = start(uv=True, UV_TAKES="60")
    _until(lambda: _installs(house))
    killed.kill()  # its installer lives on
    killed.wait()
    second = start(uv=True)
    assert second.stderr
    assert "Waiting for another start" in second.stderr.readline()
    _stop(killed)
    out, _err = second.communicate(timeout=30)
    assert out.startswith("ran ")


def test_an_interrupted_set_up_says_so(house: Path, start: Start) -> None:
    # Where the tests run in the background an interrupt is ignored, and by what they start too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start(uv=True, UV_TAKES="20")
    _until(lambda: _installs(house))
    os.killpg(process.pid, signal.SIGINT)
    assert _fails(process) == "Set-up was interrupted. The next start begins it anew."
    assert start(uv=True).wait(60) == 0


def test_what_runs_keeps_its_environment(house: Path, start: Start) -> None:
    (house / "portal/cli.py").write_text("import time\nprint('up', flush=True)\ntime.sleep(60)")
    running = start(uv=True)
    assert running.stdout
    assert running.stdout.readline() == "up\n"
    (house / "requirements.lock").write_text("# new\n")
    waiting = start(uv=True)
    assert waiting.stderr
    assert "Waiting for what runs" in waiting.stderr.readline()
    assert (house / ".venv/run/installed.sha256").exists()
    _stop(running)
    _until(lambda: (house / "uv.log").read_text() == "venv\npip\n" * 2)


def test_tests_run_in_an_environment_of_their_own(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(python: str, command: list[str]) -> None:
        raise SystemExit(" ".join([python, *command[1:]]))

    monkeypatch.setattr(os, "execv", run)
    monkeypatch.setattr(os, "chdir", lambda _folder: None)
    monkeypatch.setattr(bootstrap, "_environment", lambda name, lock: f"{name} {lock}")
    with pytest.raises(SystemExit) as ran:
        bootstrap.main(["test", "-k", "sites"])
    assert ran.value.code == "dev requirements-dev.lock -m tests.run -k sites"


def _installs(house: Path) -> bool:
    """Whether the installer is at work: before that, nobody would be left to wait for."""
    log = house / "uv.log"
    return log.exists() and "pip" in log.read_text()


def _fails(process: "subprocess.Popen[str]") -> str:
    """The one sentence that a start ended with, after what it said it was doing."""
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    *_, said = err.splitlines()
    assert "Traceback" not in err
    return said


def _stop(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("It did not come to pass.")
