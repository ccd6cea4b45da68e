"""The `portal` command, called as from a shell; what runs is run for real."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, select

from portal import demo as demo_data
from portal import serving
from portal.accounts.hashing import matches
from portal.accounts.models import User
from portal.app import open_sessions
from portal.base import migrations
from portal.base.db import READING
from portal.base.leases import Pulse
from portal.base.tenancy import NOBODY, ScopedSession
from portal.cli import portal
from portal.cli_serve import _prepare_demo, _where_kept
from portal.config import Settings

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Settings with which the portal runs, but for a database without tables."""
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite'}",
        "SECRET_KEY": secrets.token_hex(32),
        "STORAGE_URL": (tmp_path / "files").as_uri(),
        "PORTAL_URL": "http://localhost",
    }


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(portal, arguments, env=environment)


def refused(result: Result) -> str:
    """The one sentence that a command was refused with."""
    assert result.exit_code == 1, result.output
    (sentence,) = result.output.splitlines()
    assert sentence.endswith(".")
    return sentence


@contextmanager
def reading(database_url: str) -> Iterator[ScopedSession]:
    sessions = open_sessions(database_url)
    with sessions(scope=NOBODY) as session:
        session.connection(execution_options=READING)
        yield session
    sessions.kw["bind"].dispose()


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands(portal)), ids=" ".join)
def test_every_command_tells_what_it_does_and_how_it_ends(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Exit code" in result.output


def test_wrong_usage_is_an_exit_code_of_its_own() -> None:
    assert run("serve", "--harbor", "8000").exit_code == 2
    assert run("nonsense").exit_code == 2


def test_without_a_command_the_demo_is_shown_unless_there_is_a_database(
    environment: Environment,
) -> None:
    assert "only for this machine" in refused(run(HOST="192.0.2.1", DATABASE_URL=""))
    environment["DATABASE_URL"] = "sqlite:////no/such/folder/portal.sqlite"
    assert "DATABASE_URL" in refused(run(PORT=str(_free_port()), **environment))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "no such host"])
def test_the_demo_is_only_for_this_machine(host: str, environment: Environment) -> None:
    assert "only for this machine" in refused(run("demo", "--host", host))
    settings = environment | {"DEMO": "1"}
    assert "only for this machine" in refused(run("serve", "--host", host, **settings))


def test_the_demo_says_where_its_data_are_and_which_settings_it_does_not_hear() -> None:
    alone = _where_kept(Path("/x/.demo"), {"DATABASE_URL": ""})
    assert alone == "Its database and files are in /x/.demo. Delete that folder to begin anew."
    told = {"DATABASE_URL": "sqlite:////a", "STORAGE_URL": "file:///b"}
    assert "/x/.demo, and not in that of DATABASE_URL and STORAGE_URL." in _where_kept(
        Path("/x/.demo"), told
    )
    assert "not DATABASE_URL, STORAGE_URL" in " ".join(run("demo", "--help").output.split())


def test_the_demo_has_its_people_and_its_password_at_each_start(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    settings = Settings(
        database_url=f"sqlite:///{folder / 'portal.sqlite'}",
        secret_key=secrets.token_hex(32),
        portal_url="http://127.0.0.1:8000",
        storage_url=(folder / "files").as_uri(),
    )
    for password in ("first", "second"):
        _prepare_demo(folder, settings, password)
    with reading(settings.database_url) as session:
        users = {user.email: user for user in session.scalars(select(User))}
    assert set(users) == {person.email for person in demo_data.PEOPLE}
    assert matches(users["kari@nordlys.example.com"].password_hash, "second")
    (tmp_path / "taken").write_text("a file and no folder")
    with pytest.raises(SystemExit, match="cannot write in"):
        _prepare_demo(tmp_path / "taken", settings, "third")


def test_the_demo_is_not_shown_where_it_cannot_keep_files(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'portal.sqlite'}",
        secret_key=secrets.token_hex(32),
        portal_url="http://127.0.0.1:8000",
        storage_url=(tmp_path / "files").as_uri(),
    )
    (tmp_path / "files").write_text("a file and no folder")
    with pytest.raises(SystemExit, match=r"^The demo cannot write in .*/files\.$"):
        _prepare_demo(tmp_path, settings, "first")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "changeme" * 8),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:////no/such/folder/portal.sqlite"),
        ("DATABASE_URL", "postgresql://portal@127.0.0.1:1/portal"),
        ("STORAGE_URL", ""),
    ],
)
@pytest.mark.parametrize("command", ["serve", "work"])
def test_settings_that_cannot_work_are_refused_in_a_sentence(
    command: str, name: str, value: str, environment: Environment
) -> None:
    environment |= {"PORT": str(_free_port()), name: value}
    assert name in refused(run(command, **environment))


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_folder_that_cannot_be_written_is_told_at_the_start(
    command: str, environment: Environment, tmp_path: Path
) -> None:
    assert run("db", "upgrade", **environment).exit_code == 0
    (tmp_path / "taken").write_text("a file and no folder")
    environment |= {
        "PORT": str(_free_port()),
        "STORAGE_URL": (tmp_path / "taken" / "files").as_uri(),
    }
    assert "STORAGE_URL" in refused(run(command, **environment))


def test_a_wrong_password_of_the_database_is_refused_in_a_sentence(
    database_url: str, environment: Environment
) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return  # which has no passwords
    wrong = url.set(username="nobody_we_know", password="wrong")
    environment["DATABASE_URL"] = wrong.render_as_string(hide_password=False)
    sentence = refused(run("work", **environment))
    assert "nobody_we_know" in sentence
    assert "wrong" not in sentence


def test_a_taken_port_is_told_before_anything_else_is_done(environment: Environment) -> None:
    with serving.listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        environment |= {"PORT": str(port), "DATABASE_URL": "sqlite:////no/such/folder/p.sqlite"}
        assert refused(run("serve", **environment)).startswith(f"Port {port} is taken")
        assert refused(run("demo", PORT=str(port))).startswith(f"Port {port} is taken")


def test_the_database_goes_up_and_down_and_is_checked(environment: Environment) -> None:
    url = {"DATABASE_URL": environment["DATABASE_URL"]}
    for command in ("check", "upgrade"):
        assert "names no file" in refused(run("db", command, DATABASE_URL="sqlite://"))
    told = refused(run("db", "check", **url))
    assert told == "The database is not of this version of the portal; run `portal db upgrade`."
    for _ in range(2):
        assert run("db", "upgrade", **url).exit_code == 0
    assert run("db", "check", **url).exit_code == 0
    assert run("db", "downgrade", "--yes", "base", **url).exit_code == 0
    assert migrations.revision_of(url["DATABASE_URL"]) is None
    for path in (("upgrade",), ("downgrade", "--yes", "base"), ("check",)):
        assert "DATABASE_URL" in refused(run("db", *path, DATABASE_URL=""))
        assert "DATABASE_URL" in refused(run("db", *path, DATABASE_URL="sqlite:////no/no.sqlite"))
    assert "nonsense" in refused(run("db", "upgrade", "nonsense", **url))


@dataclass
class Served:
    """`portal serve` in a process."""

    process: "subprocess.Popen[str]"
    url: str
    database_url: str

    def workers(self) -> set[int]:
        """The processes of the workers that have shown that they live."""
        with reading(self.database_url) as session:
            return {int(each.split()[-1]) for each in session.scalars(select(Pulse.worker))}


@pytest.fixture
def served(environment: Environment, root: Path) -> Iterator[Served]:
    migrations.upgrade(environment["DATABASE_URL"])
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli"],
        cwd=root,
        env=os.environ | environment | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Served(process, f"http://localhost:{port}", environment["DATABASE_URL"])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_what_is_served_has_a_worker_beside_and_both_end_when_told(served: Served) -> None:
    _until(lambda: _status(f"{served.url}/readyz") == 200)
    assert _status(f"{served.url}/healthz") == 200
    (worker,) = served.workers()
    os.kill(worker, signal.SIGKILL)
    _until(lambda: len(served.workers()) == 2)  # another takes its place
    (second,) = served.workers() - {worker}
    served.process.terminate()
    assert served.process.wait(40) == 0
    assert not _alive(second)


def test_a_worker_that_refuses_to_begin_time_after_time_ends_what_is_served(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.upgrade(environment["DATABASE_URL"])
    settings = Settings.from_environment(environment)
    started = []

    def start(_self: serving.WorkerProcess) -> "subprocess.Popen[bytes]":
        started.append(time.monotonic())
        ends = "import time, sys; time.sleep(0.3); sys.exit(1)"
        return subprocess.Popen([sys.executable, "-c", ends], stdin=subprocess.PIPE)

    monkeypatch.setattr(serving.WorkerProcess, "_start", start)
    monkeypatch.setattr(serving, "_WAIT", 0.01)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with (
            serving.listening("127.0.0.1", 0) as taken,
            pytest.raises(SystemExit, match=r"The jobs cannot be done: .*\.$"),
        ):
            serving.serve(settings, taken, worker=True)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(started) == 5


def test_the_worker_ends_when_the_server_is_killed(served: Served) -> None:
    _until(lambda: len(served.workers()) == 1)
    (worker,) = served.workers()
    assert _alive(worker)
    served.process.kill()
    _until(lambda: not _alive(worker))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # where nobody buries the dead, they still have a number
    return not state.exists() or ") Z " not in state.read_text()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("It did not come to pass.")


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none_is_told_in_a_sentence(port: str) -> None:
    told = refused(run("demo", PORT=port))
    assert told == f"PORT must be a whole number from 1 to 65535, and not {port}."
