"""The portal and its worker as processes that end by kill -9 and are there again at once.

`python -m tests.lives` gets everything ready once and forks each life off. It does as it is told on
its standard input, by a line for each, and says so: `start web`, `kill worker`, and so on. It ends
when that input does, and so do those that it started, however it ends itself.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import waitress
from flask import Flask
from sqlalchemy import update

from portal.app import ROOT, create_app, open_worker
from portal.base import clock
from portal.base.jobs import Job
from portal.config import Settings
from portal.serving import listening
from portal.web import logs, mail
from tests.product_imports.serving import House, until

WEB, WORKER = "web", "worker"


@dataclass
class Lives:
    """Those that are killed, as whoever kills them sees them."""

    home: House
    _process: "subprocess.Popen[str]"

    def start(self, *names: str) -> None:
        for name in names:
            self._tell(f"start {name}")
        if WEB in names:
            until(self._answers, "The portal did not start.", pause=0.02)

    def kill(self, *names: str) -> None:
        """Without a word; returns once they are gone."""
        self._tell(f"kill {' '.join(names)}")
        if WORKER in names:
            self._let_leases_end()

    def _tell(self, line: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        print(line, file=self._process.stdin, flush=True)
        assert self._process.stdout.readline() == f"{line}\n"

    def _let_leases_end(self) -> None:
        """As if half a minute had passed since the worker was killed."""
        with self.home.session() as session:
            held = update(Job).where(Job.lease.is_not(None), Job.due_at.is_not(None))
            session.execute(
                held.values(due_at=clock.now()).execution_options(synchronize_session=False)
            )
            session.commit()

    def _answers(self) -> bool:
        with suppress(OSError), closing(HTTPConnection(*self.home.address, timeout=10)) as asked:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == 200
        return False


@contextmanager
def living(home: House) -> Iterator[Lives]:
    """Whoever can live in this house, of whom nobody does yet."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lives"],
        cwd=ROOT,
        env=os.environ | home.settings.to_environment() | {"PORT": str(home.address[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=home.log,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Lives(home, process)
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def main() -> None:
    settings = Settings.from_environment(os.environ)
    logs.configure()
    said, _ = os.dup(1), os.dup2(2, 1)  # what the lives write is for the log
    app = create_app(settings)
    _read_templates(app)
    alive: dict[str, int] = {}
    for line in sys.stdin:
        deed, *names = line.split()
        if deed == "start":
            alive |= {name: _born(name, app, settings) for name in names}
        else:
            _end([alive.pop(name) for name in names])
        os.write(said, line.encode())
    _end(list(alive.values()))


def _read_templates(app: Flask) -> None:
    """To read them takes longer than all else that a life begins with."""
    for each in Path(ROOT, "templates").rglob("*.html"):
        app.jinja_env.get_template(str(each.relative_to(ROOT / "templates")))
    with app.app_context():
        pages = mail._pages()
    for name in ("layout.html", "layout.txt", "service_requests/answered.txt"):
        pages.get_template(f"mail/{name}")


def _born(name: str, app: Flask, settings: Settings) -> int:
    here, there = os.pipe()
    if number := os.fork():
        os.close(here)
        _kept_open.append(there)
        return number
    os.close(there)
    for other in _kept_open:
        os.close(other)
    threading.Thread(target=_end_with_parent, args=(here,), daemon=True).start()
    try:
        if name == WORKER:
            open_worker(app, settings).run_as_process()
        else:
            with listening("127.0.0.1", int(os.environ["PORT"])) as taken:
                waitress.create_server(_dawdling(app), sockets=[taken], threads=8, ident=None).run()
    finally:
        os._exit(1)


_kept_open: list[int] = []


def _dawdling(app: Flask) -> Callable[..., Any]:
    """What is kept is told a little later, as over a long line: time to be killed in between."""
    chance = random.SystemRandom()  # each life has its own

    def answer(environ: Any, start_response: Any) -> Any:
        told = app(environ, start_response)
        time.sleep(chance.uniform(0, 0.03))
        return told

    return answer


def _end(numbers: list[int]) -> None:
    for number in numbers:
        os.kill(number, signal.SIGKILL)
    for number in numbers:
        os.waitpid(number, 0)


def _end_with_parent(pipe: int) -> None:
    """Nobody writes to it, and only our parent holds it open."""
    os.read(pipe, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
