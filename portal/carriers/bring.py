"""Posten and Bring: their Tracking API and Booking API, by the fields that they document.

https://developer.bring.com/api/tracking and https://developer.bring.com/api/booking
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from portal.base import clock
from portal.carriers.interface import (
    Booking,
    Declined,
    Garbled,
    Party,
    Shipment,
    Silent,
    Tracked,
)
from portal.carriers.line import Lines, Said
from portal.carriers.rules import Event, Status, link_to, plain

NAME = "Posten"
ALSO = {"posten", "bring", "posten bring"}  # what people call it
_OUT, _BACK = "5000", "9000"  # a business parcel, and one that comes back
_WEIGHT = 2.0  # kilograms, as it is told before anybody has weighed the parcel
_PAGE = "https://sporing.posten.no/sporing/{number}?lang="
_TRACK = "/tracking/api/v2/tracking.json?lang=no&q="
_BOOK = "/booking/api/create"
_STATUSES = {
    "PRE_NOTIFIED": Status.REGISTERED,
    "DELIVERY_ORDERED": Status.REGISTERED,
    "HANDED_IN": Status.HANDED_IN,
    "COLLECTED": Status.HANDED_IN,
    "IN_TRANSIT": Status.IN_TRANSIT,
    "TERMINAL": Status.IN_TRANSIT,
    "INTERNATIONAL": Status.IN_TRANSIT,
    "CUSTOMS": Status.IN_TRANSIT,
    "TRANSPORT_TO_RECIPIENT": Status.OUT_FOR_DELIVERY,
    "READY_FOR_PICKUP": Status.READY_FOR_PICKUP,
    "ATTEMPTED_DELIVERY": Status.ATTEMPTED,
    "DELIVERED": Status.DELIVERED,
    "DEVIATION": Status.DEVIATION,
    "DELIVERY_CANCELLED": Status.DEVIATION,
    "RETURN": Status.SENT_BACK,
    "DELIVERED_SENDER": Status.SENT_BACK,
}


class Bring:
    """One for a process: its lines stay open."""

    name = NAME

    def __init__(
        self, url: str = "", uid: str = "", key: str = "", *, customer: str = "", us: str = ""
    ) -> None:
        known = {"X-Mybring-API-Uid": uid, "X-Mybring-API-Key": key, "X-Bring-Client-URL": us}
        self.tracks = bool(uid and key)
        self.books = self.tracks and bool(customer)
        self._lines, self._customer = Lines(url, known), customer

    def track(self, number: str) -> Tracked:
        said = self._lines.get(_TRACK + quote(number, safe=""))
        if said.status == 404:
            return Tracked(known=False)
        _refused(said)
        sets = _list(said.content, "consignmentSet")
        if sets is None:
            raise Garbled("It has no consignmentSet.")
        if not sets or any("error" in it for it in sets):
            return Tracked(known=False)
        packages = [it for each in sets for it in _list(each, "packageSet") or ()]
        ours = [it for it in packages if it.get("packageNumber") == number] or packages
        found = [_event(it) for each in ours for it in _list(each, "eventSet") or ()]
        return Tracked(tuple(it for it in found if it))

    def book(self, shipment: Shipment) -> Booking:
        said = self._lines.post(_BOOK, _order(shipment, self._customer))
        booked = next(iter(_list(said.content, "consignments") or ()), {})
        if errors := _list(booked, "errors"):
            told = [_list(it, "messages") or [it] for it in errors]
            words = {plain(it.get("message"), "text") for each in told for it in each}
            raise Declined(" ".join(sorted(words)) or f"It answers {said.status}.")
        if said.status >= 400:
            raise Declined(f"It answers {said.status}.")
        confirmed = booked.get("confirmation")
        if not isinstance(confirmed, dict):
            raise Garbled("The booking is not confirmed.")
        package: dict[str, Any] = next(iter(_list(confirmed, "packages") or ()), {})
        number = plain(package.get("packageNumber") or confirmed.get("consignmentNumber"), "code")
        if not number.replace("-", "").isalnum():
            raise Garbled("The booking has no number.")
        links = confirmed.get("links")
        label = links.get("labels") if isinstance(links, dict) else None
        return Booking(number, label if isinstance(label, str) and len(label) <= 400 else "")

    def hang_up(self) -> None:
        self._lines.hang_up()

    def link(self, number: str, language: str) -> str:
        return link_to(_PAGE + ("en" if language == "en" else "no"), number)


@lru_cache(maxsize=8)
def bring_of(settings: Any) -> Bring:
    return Bring(
        settings.bring_url,
        settings.bring_uid,
        settings.bring_key,
        customer=settings.bring_customer,
        us=settings.portal_url,
    )


def _refused(said: Said) -> None:
    """Who may not ask is told so by whatever is asked: that is no fault of this number."""
    if said.status >= 400:
        raise Silent(f"It answers {said.status}.")


def _event(told: dict[str, Any]) -> Event | None:
    """None of one without a time, which could be anything."""
    try:
        at = datetime.fromisoformat(str(told.get("dateIso")))
        moment = (at if at.tzinfo else at.replace(tzinfo=clock.OSLO)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    code = plain(told.get("status"), "code").upper()
    return Event(
        at=moment,
        status=_STATUSES.get(code, Status.OTHER),
        code=code,
        place=plain(told.get("city"), "place"),
        text=plain(told.get("description"), "text"),
    )


def _list(told: Any, name: str) -> list[dict[str, Any]] | None:
    """A list of objects; whatever else stands in it is passed over."""
    found = told.get(name) if isinstance(told, dict) else None
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else None


def _order(it: Shipment, customer: str) -> dict[str, Any]:
    """Our reference goes along, by which one is known that was ordered twice."""
    product = {"id": _BACK if it.returns else _OUT, "customerNumber": customer}
    package = {
        "weightInKg": _WEIGHT,
        "goodsDescription": it.contents,
        "correlationId": it.reference,
    }
    return {
        "schemaVersion": 1,
        "consignments": [
            {
                "shippingDateTime": clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
                "correlationId": it.reference,
                "product": product,
                "parties": {
                    "sender": _party(it.sender, it.reference),
                    "recipient": _party(it.recipient, it.reference),
                },
                "packages": [package],
            }
        ],
    }


def _party(it: Party, reference: str) -> dict[str, Any]:
    street, _, rest = it.street.partition("\n")
    return {
        "name": it.name,
        "addressLine": street,
        "addressLine2": " ".join(rest.split()),
        "postalCode": it.postal_code,
        "city": it.city,
        "countryCode": it.country,
        "reference": reference,
        "contact": {"name": it.contact or it.name, "phoneNumber": it.phone},
    }
