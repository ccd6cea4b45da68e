"""Fetching what somebody else named the address of, without being led into our own network.

The name is looked up once, every address it has must be one of the open internet, and the
connection goes to that very address. Redirects are not followed. How long it takes and how much
comes back is bounded.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import urlencode, urlsplit

from portal.base.words import N_, Refused

MOST_BYTES = 500_000
_STEP, _IN_ALL = 5, 10  # seconds
# Addresses that stand for others, which may be anywhere.
_TRANSLATED = [ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")]


class _Pinned(HTTPConnection):
    """Speaks to one address, whatever the name may lead to by now."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        self.default_port = 443 if secure else 80
        super().__init__(host, port, timeout=_STEP)
        self._address, self._secure = address, secure

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), _STEP)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
        else:
            self.sock = plain


def fetch(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    local: bool = False,
) -> tuple[int, bytes]:
    """The status and the content; with `form`, of what it is answered with.

    `local` is for tests and the demo: this machine may be asked too, without encryption.
    """
    host, port, path, secure = _read(url, local=local)
    connection = _Pinned(host, port, _address_of(host, port, local=local), secure=secure)
    sent = {"Accept": "application/json", "User-Agent": "Support portal", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        body = urlencode(form) if form is not None else None
        with cut_after(_IN_ALL, connection):
            connection.request("POST" if form is not None else "GET", path, body, sent)
            answer = connection.getresponse()
            content = answer.read(MOST_BYTES + 1)
    except ssl.SSLError:
        raise Refused(N_("%(host)s has no valid certificate."), host=host) from None
    except (OSError, HTTPException):
        raise Refused(N_("%(host)s does not answer."), host=host) from None
    finally:
        connection.close()
    if len(content) > MOST_BYTES:
        raise Refused(N_("%(host)s answers with more than we read."), host=host)
    return answer.status, content


@contextmanager
def cut_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """Let a conversation last no longer, however slowly the other side goes on with it."""
    late = Timer(seconds, lambda: _cut(connection))
    late.daemon = True
    late.start()
    try:
        yield
        if late.finished.is_set():  # what came is a part
            raise TimeoutError
    finally:
        late.cancel()


def _cut(connection: HTTPConnection) -> None:
    if sock := connection.sock:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _read(url: str, *, local: bool) -> tuple[str, int, str, bool]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    secure = parts.scheme == "https"
    if not (secure or (local and parts.scheme == "http")):
        raise Refused(N_("The address must begin with https://."))
    strange = any(not "!" <= sign <= "~" for sign in url)
    if not host or strange or parts.username is not None or parts.password is not None:
        raise Refused(N_("This is not a web address."))
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return host, port or (443 if secure else 80), path, secure


def _address_of(host: str, port: int, *, local: bool) -> str:
    try:
        found = {it[4][0] for it in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Refused(N_("There is no %(host)s on the internet."), host=host) from None
    addresses = [ip_address(str(each).partition("%")[0]) for each in sorted(map(str, found))]
    if not addresses or not all(_is_open(each, local=local) for each in addresses):
        raise Refused(N_("%(host)s is not on the open internet."), host=host)
    return str(addresses[0])


def _is_open(address: IPv4Address | IPv6Address, *, local: bool) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return _is_open(address.ipv4_mapped, local=local)
        if any(address in network for network in _TRANSLATED):
            return False
    if local and address.is_loopback:
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved
