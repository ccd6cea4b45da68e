"""A carrier of the demo's own, on this machine alone: it speaks as Posten and Bring do, and moves
its parcels with time. Everything it tells is made up.

Where a parcel gets to is seen from the last digit of its number, so that there is something of
every kind to look at.
"""

import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from portal.app import sessions_for
from portal.base import clock
from portal.base.tenancy import Scope
from portal.carriers.models import Parcel
from portal.carriers.rules import Direction
from portal.config import Settings
from portal.replacements.models import Replacement

_Step = tuple[str, str, str, int]  # status, place, words, and after how many steps of time
_JOURNEY: tuple[_Step, ...] = (
    ("PRE_NOTIFIED", "", "Vi har fått melding om sendingen", 0),
    ("HANDED_IN", "OSLO", "Sendingen er innlevert", 1),
    ("IN_TRANSIT", "LØRENSKOG", "Sendingen er ankommet terminal", 2),
    ("IN_TRANSIT", "HAMAR", "Sendingen er sendt videre", 3),
)
_AT_THE_DOOR: tuple[_Step, ...] = (
    ("TRANSPORT_TO_RECIPIENT", "LILLEHAMMER", "Sendingen er lastet opp for utkjøring", 5),
    ("NOTIFICATION_SENT", "", "Mottaker er varslet på SMS", 5),
)
_ENDS: dict[str, tuple[_Step, ...]] = {
    "5": (("READY_FOR_PICKUP", "LILLEHAMMER", "Sendingen kan hentes på postkontoret", 6),),
    "6": (("DEVIATION", "HAMAR", "Sendingen er forsinket på grunn av uvær", 5),),
    "7": _AT_THE_DOOR,
}
_USUAL = (*_AT_THE_DOOR, ("DELIVERED", "LILLEHAMMER", "Sendingen er utlevert", 7))
_STAYS = "8"  # a label that nobody has used yet


class DemoCarrier:
    """What it knows. A number that it never heard of begins its journey when it is asked for.

    `staying` are references of those who have not handed in what they are to send back.
    """

    def __init__(
        self,
        *,
        step: timedelta = timedelta(minutes=1),
        began: Mapping[str, datetime] | None = None,
        staying: Collection[str] = (),
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._step, self._now, self._began = step, now, dict(began or {})
        self._staying = set(staying)
        self._ordered = count(secrets.randbelow(10**6))

    def track(self, number: str) -> dict[str, Any]:
        now = self._now()
        began = self._began.setdefault(number, now)
        told = [
            {
                "description": words,
                "status": status,
                "city": place,
                "countryCode": "NO",
                "country": "Norge",
                "dateIso": (began + after * self._step).isoformat(timespec="seconds"),
            }
            for status, place, words, after in _journey(number)
            if began + after * self._step <= now
        ]
        package = {"packageNumber": number, "eventSet": told[::-1]}
        return {
            "apiVersion": "2",
            "consignmentSet": [{"consignmentId": number, "packageSet": [package]}],
        }

    def book(self, asked: Any) -> dict[str, Any]:
        wanted = asked["consignments"][0]
        returns = wanted["product"]["id"] == "9000"
        stays = returns and wanted.get("correlationId") in self._staying
        order = next(self._ordered)
        number = f"37072215{order:08}{_STAYS if stays else '0'}"
        self._began[number] = self._now()
        package = {"correlationId": wanted.get("correlationId"), "packageNumber": number}
        confirmed = {
            "consignmentNumber": f"7072215{order:010}",
            "links": {"labels": None, "tracking": f"https://sporing.posten.no/sporing/{number}"},
            "packages": [package],
        }
        booked = {"correlationId": wanted.get("correlationId"), "errors": None}
        return {"consignments": [{**booked, "confirmation": confirmed}]}


def _journey(number: str) -> tuple[_Step, ...]:
    if number.endswith(_STAYS):
        return _JOURNEY[:1]
    return (*_JOURNEY, *_ENDS.get(number[-1:], _USUAL))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    carrier: DemoCarrier

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path != "/tracking/api/v2/tracking.json":
            return self.say(404, {})
        return self.say(200, self.carrier.track(parse_qs(asked.query).get("q", [""])[0]))

    def do_POST(self) -> None:
        told = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 100_000))
        return self.say(200, self.carrier.book(json.loads(told)))

    def say(self, status: int, told: Any) -> None:
        self.send(status, json.dumps(told).encode())

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:
        """It keeps no log."""


# As whom the demo asks it. A parcel is asked for soon again, for there it goes on by the minute.
KNOWN: dict[str, Any] = {
    "bring_uid": "demo@poly.example.com",
    "bring_key": "nothing that opens anything",
    "bring_customer": "PARCELS_NORWAY-10001",
    "carrier_pause": "20",
}
_LONG_AGO = timedelta(hours=12)


@contextmanager
def beside(settings: Settings) -> Iterator[Settings]:
    """The carrier with what the demo's people have sent by now, and the settings to ask it by."""
    now = clock.now()
    everything = Scope(None, None, staff=True, reason="the demo's carrier")
    with sessions_for(settings.database_url) as sessions, sessions(scope=everything) as session:
        sent = select(Replacement).where(Replacement.shipped_at.is_not(None))
        them = session.scalars(sent).all()
        began = {it.tracking_number: it.shipped_at for it in them if it.shipped_at}
        parcels = session.scalars(select(Parcel).where(Parcel.direction == Direction.BACK))
        began |= {it.number: it.since for it in parcels if it.number}
        staying = {it.reference for it in them if began[it.tracking_number] < now - _LONG_AGO}
    with serving(DemoCarrier(began=began, staying=staying)) as url:
        yield replace(settings, bring_url=url, **KNOWN)


@contextmanager
def serving(carrier: DemoCarrier, handler: type[Handler] = Handler) -> Iterator[str]:
    """The carrier on a port of this machine; where it is."""
    kind = type("Handling", (handler,), {"carrier": carrier})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
