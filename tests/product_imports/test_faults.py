"""Registering a list goes on, or begins anew, whatever happens to those who are at it."""

import os
import random
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.base.audit import broken_link
from portal.base.history import Event, What
from portal.base.jobs import Job
from portal.base.mails import Mail
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product
from tests.product_imports import bad_files as bad
from tests.product_imports.serving import MODEL, MOST, House, Memory, house, until
from tests.product_imports.visiting import IMPORT, File, Visitor

EVERYTHING = os.environ.get("PORTAL_TEST_ALL") == "1"
ROWS = 3_500
NOTHING = {"product": 0, "product_count": 0, "site": 0, "event": 0}
_SERIALS = iter(range(100_000, 10_000_000))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), f"portal_faults_{worker_id}") as built:
        built.serve("--no-worker")
        yield built


class Worker:
    """The worker beside, which can be told where to stop."""

    def __init__(self, served: House, told: Path) -> None:
        self.served, self._told = served, told
        self.pause("")
        self.start()

    def start(self) -> None:
        self.served.start("worker", "tests.product_imports.worker_process", PAUSE=str(self._told))

    def pause(self, when: str) -> None:
        self._told.write_text(when)

    def await_pause(self) -> None:
        until(lambda: self._told.read_text() == "paused", "The worker did not come so far.")

    def kill(self) -> None:
        """With a signal that nobody hears."""
        self.served.stop("worker")


@pytest.fixture(scope="module")
def worker(served: House, tmp_path_factory: pytest.TempPathFactory) -> Worker:
    return Worker(served, tmp_path_factory.mktemp("told") / "pause")


def device_list(rows: int = ROWS) -> bytes:
    serials = (f"{next(_SERIALS):06X}"[-6:] for _ in range(rows))
    return bad.csv(*(f"{serial};{MODEL};Oslo;;\n" for serial in serials))


def ready(visitor: Visitor, content: bytes) -> str:
    """A list that was looked through, so that it can be registered; its page."""
    path = visitor.send(File("liste.csv", content)).location
    assert f"{ROWS:,} rader er klare".replace(",", " ") in visitor.await_rest(path).seen
    return path


def begin(visitor: Visitor, path: str) -> None:
    assert visitor.post(f"{path}/registration", path, create_sites="y").status == 303


def is_done_once(served: House, visitor: Visitor, path: str) -> None:
    """The page tells of all of it, and there is one of everything that it leaves."""
    assert "Listen er registrert" in visitor.await_rest(path).seen
    assert served.written(visitor.account_id) | {"event": 0} == NOTHING | {
        "product": ROWS,
        "site": 1,
    }
    with served.session() as session:
        mine = Event.account_id == visitor.account_id
        events = list(session.scalars(select(Event).where(mine).order_by(Event.number)))
        assert [it.what for it in events].count(What.IMPORTED) == 1
        assert broken_link(events) is None
        registered = select(Product.import_id).where(Product.account_id == visitor.account_id)
        assert len(set(session.scalars(registered))) == 1
        until(lambda: mails_to(served, visitor) == 1, "There is no mail, or more than one.")
        assert session.scalars(select(Job).where(Job.account_id == visitor.account_id)).all() == []


def mails_to(served: House, visitor: Visitor) -> int:
    with served.session() as session:
        address = session.get_one(User, visitor.user_id).email
        return len(session.scalars(select(Mail).where(Mail.address == address)).all())


@pytest.mark.parametrize("pause", ["1", "receipt", "end"] if EVERYTHING else ["1", "end"])
def test_a_worker_that_is_killed_leaves_nothing_and_another_does_it_all(
    pause: str, served: House, worker: Worker
) -> None:
    kari = served.visitor()
    path = ready(kari, device_list())
    worker.pause(pause)
    begin(kari, path)
    worker.await_pause()
    assert served.written(kari.account_id) == NOTHING  # others see nothing of it meanwhile
    assert "Vi registrerer enhetene" in kari.get(path).seen
    worker.kill()
    assert served.written(kari.account_id) == NOTHING
    worker.start()
    is_done_once(served, kari, path)


def test_a_portal_that_is_killed_finishes_when_it_is_started_again(
    served: House, worker: Worker
) -> None:
    kari = served.visitor()
    path = ready(kari, device_list())
    worker.pause("end")
    begin(kari, path)
    worker.await_pause()
    worker.kill()
    served.stop("server")
    assert served.written(kari.account_id) == NOTHING
    served.serve("--no-worker")
    assert "Vi registrerer enhetene" in kari.get(path).seen
    worker.start()
    is_done_once(served, kari, path)


def test_a_browser_that_is_closed_stops_nothing(served: House, worker: Worker) -> None:
    kari = served.visitor()
    path = ready(kari, device_list())
    memory = Memory(served.pids())
    with socket.create_connection(kari.address) as closed:
        closed.sendall(kari.request("POST", f"{path}/registration", kari.filled_in(path)))
    begun = [ImportStatus.COMMITTING, ImportStatus.DONE]
    until(lambda: status_of(served, kari) in begun, "It did not begin.")
    kari.cookies.clear()
    assert kari.get(path).status == 303  # to where one signs in
    served.sign_in(kari)
    is_done_once(served, kari, path)
    assert memory.over_idle() < MOST
    assert path.rpartition("/")[2] in kari.get("/").text  # among the last events


def test_an_upload_that_is_broken_off_leaves_nothing(served: House) -> None:
    kari = served.visitor()
    head, _tail = kari.parts("liste.csv")
    whole = kari.request("POST", IMPORT, head + device_list(), size=10_000_000)
    with socket.create_connection(kari.address) as closed:
        closed.sendall(whole)
    time.sleep(0.2)
    assert kari.get(IMPORT).status == 200
    assert "Tidligere importer" not in kari.get(IMPORT).seen
    assert served.written(kari.account_id) == NOTHING


@pytest.mark.skipif(not EVERYTHING, reason="twenty kills take minutes")
def test_workers_that_are_killed_at_any_moment_do_it_once(served: House, worker: Worker) -> None:
    for _ in range(20):
        kari = served.visitor()
        path = ready(kari, device_list())
        begin(kari, path)
        time.sleep(random.uniform(0, 2))
        worker.kill()
        assert served.written(kari.account_id)["product"] in {0, ROWS}
        worker.start()
        is_done_once(served, kari, path)


@pytest.mark.skipif(not EVERYTHING, reason="a lease of the portal's own takes half a minute")
def test_the_portals_own_worker_is_replaced_and_does_it_once(served: House, worker: Worker) -> None:
    worker.kill()
    served.stop("server")
    served.serve()
    kari = served.visitor()
    path = ready(kari, device_list())
    begin(kari, path)
    (server,) = (process.pid for process in served.processes.values())
    (child,) = served.pids() - {server}
    os.kill(child, signal.SIGKILL)
    assert served.written(kari.account_id)["product"] in {0, ROWS}
    is_done_once(served, kari, path)


def status_of(served: House, visitor: Visitor) -> ImportStatus:
    with served.session() as session:
        mine = ProductImport.account_id == visitor.account_id
        return session.scalars(select(ProductImport.status).where(mine)).one()
