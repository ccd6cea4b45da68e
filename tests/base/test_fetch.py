"""Fetching what others named the address of: bounded, and never in our own network."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.base import fetch as fetching
from portal.base.fetch import fetch
from portal.base.words import Refused

Serve = Callable[[bytes], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer everyone with these bytes, and hold the line."""
    opened: list[socket.socket] = []

    def start(answer: bytes) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)

        def run() -> None:
            try:
                line, _ = listening.accept()
                opened.append(line)
                line.recv(4096)
                line.sendall(answer)
            except OSError:
                return

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"

    yield start
    for each in opened:
        each.close()


def resolving_to(address: str) -> Callable[..., list[Any]]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return lambda *_args, **_options: [(family, socket.SOCK_STREAM, 6, "", (address, 443))]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_followed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to(address))
    with pytest.raises(Refused, match="open internet"):
        fetch("https://looks.example.com/")


def test_one_address_inside_among_several_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = resolving_to("93.184.215.14")() + resolving_to("10.0.0.1")()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: both)
    with pytest.raises(Refused, match="open internet"):
        fetch("https://looks.example.com/")


def test_the_connection_goes_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def connect(address: Any, _timeout: float) -> socket.socket:
        asked.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.215.14"))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Refused, match="does not answer"):
        fetch("https://looks.example.com/")
    assert asked == [("93.184.215.14", 443)]


def test_this_machine_is_asked_only_when_that_is_allowed(serve: Serve) -> None:
    url = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    with pytest.raises(Refused):
        fetch(url)
    assert fetch(url, local=True) == (200, b"hi")


def test_redirects_are_not_followed(serve: Serve) -> None:
    url = serve(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n")
    assert fetch(url, local=True) == (302, b"")


def test_more_than_is_read_is_refused(serve: Serve) -> None:
    with pytest.raises(Refused, match="more than we read"):
        fetch(serve(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (fetching.MOST_BYTES + 1)), local=True)


def test_who_keeps_us_waiting_is_left(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_IN_ALL", 0.3)
    url = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow")
    with pytest.raises(Refused, match="does not answer"):
        fetch(url, local=True)
