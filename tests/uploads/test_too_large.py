"""What is far too large is told so at once, by the portal as it is really served."""

import socket
from collections.abc import Iterator

import pytest

from tests.product_imports.serving import house
from tests.product_imports.visiting import Visitor

NEW = "/service-requests/new"


@pytest.fixture(scope="module")
def kari(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Visitor]:
    with house(tmp_path_factory.mktemp("large"), f"large_{worker_id}") as home:
        home.serve("--no-worker")
        yield home.visitor()


def begun(visitor: Visitor, announced: str) -> bytes:
    """What is answered to a form of which only the beginning was sent."""
    told = {"Host": "{}:{}".format(*visitor.address), "Content-Type": "multipart/form-data"}
    lines = [f"{name}: {value}" for name, value in (visitor.headers() | told).items()]
    head = "\r\n".join([f"POST {NEW} HTTP/1.1", *lines, announced, "\r\n"])
    with socket.create_connection(visitor.address, timeout=20) as line:
        line.sendall(head.encode())
        answer = b""
        while some := line.recv(65536):
            answer += some
    return answer


@pytest.mark.parametrize("size", [300_000_000, 5_000_000_000, 10**15])
def test_a_form_that_is_far_too_large_is_not_waited_for(kari: Visitor, size: int) -> None:
    head, _, page = begun(kari, f"Content-Length: {size}").partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in head
    assert "Det du sendte, er for stort" in page.decode()
    assert kari.get(NEW).status == 200


@pytest.mark.parametrize("size", ["x", "-1", "9" * 400])
def test_a_length_that_is_none_is_refused(kari: Visitor, size: str) -> None:
    answer = begun(kari, f"Content-Length: {size}")

    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))
    assert kari.get(NEW).status == 200
