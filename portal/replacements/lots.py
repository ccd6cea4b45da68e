"""The devices that are asked for together: one, those that were picked, or so many of a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.products.models import Product, ProductCount
from portal.products.queries import count_with_id
from portal.replacements.faults import FAULTS, Fault
from portal.replacements.standing import Standing, standings_of
from portal.replacements.unsaid import Device, Unsaid
from portal.service_requests.models import PREFIX as REQUEST
from portal.service_requests.models import ServiceRequest
from portal.web.paging import LARGEST

MOST = 100  # devices at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    devices: Sequence[Device]
    standings: Sequence[Standing]  # of each
    number: int  # of new devices
    request: ServiceRequest | None = None  # in which it was asked for

    @property
    def device(self) -> Device:
        return self.devices[0]

    @property
    def standing(self) -> Standing:
        """Of the one, or what is the same of all: the agreement."""
        return self.standings[0]

    @property
    def counted(self) -> ProductCount | None:
        return self.device if isinstance(self.device, ProductCount) else None

    @property
    def unsaid(self) -> bool:
        """Whether somebody says later which device it is."""
        return isinstance(self.device, Unsaid)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What can be wrong with every one of them."""
        kinds = [FAULTS[it.model.category] for it in self.standings]
        return tuple(each for each in kinds[0] if all(each in kind for kind in kinds))

    @property
    def barred(self) -> list[tuple[Device, Standing]]:
        both = zip(self.devices, self.standings, strict=True)
        return [(device, it) for device, it in both if it.barred]

    @property
    def free(self) -> list[str]:
        """The references of those that can be replaced, where some can not."""
        both = zip(self.devices, self.standings, strict=True)
        return [device.reference for device, it in both if not it.barred]

    @property
    def short(self) -> list[Standing]:
        """One for each model of which there are not enough."""
        return list({it.model.id: it for it in self.standings if not it.offer.enough}.values())

    @property
    def models(self) -> dict[str, int]:
        """How many there are of each model, by its name."""
        found: dict[str, int] = {}
        for it in self.standings:
            name = it.model.name
            found[name] = found.get(name, 0) + (self.number if self.counted else 1)
        return found

    @property
    def address(self) -> dict[str, str | list[str]]:
        """What names it in an address."""
        told: dict[str, str | list[str]] = {}
        if self.counted:
            told["count"] = self.counted.reference
            if self.number > 1:
                told["number"] = str(self.number)
        else:
            told["product"] = [it.reference for it in self.devices]
        return told | ({"request": self.request.reference} if self.request else {})

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        several = ((name, [it] if isinstance(it, str) else it) for name, it in self.address.items())
        return [(name, each) for name, values in several for each in values]


def lot_named(session: ScopedSession, asked: "MultiDict[str, str]", *, now: datetime) -> Lot | None:
    """The lot of an address or a form; None where it names a device or a request that is not seen,
    or more than are asked for at once."""
    refs = list(dict.fromkeys(filter(None, asked.getlist("product"))))
    devices = _products(session, refs) if refs else _count(session, asked.get("count", ""))
    number = len(refs) or _whole(asked.get("number", ""))
    request = _request(session, ref) if (ref := asked.get("request", "")) else None
    if not devices or (ref and request is None):
        return None
    return Lot(
        devices=devices,
        standings=standings_of(session, devices, number=max(number, 1), now=now),
        number=max(number, 1),
        request=request,
    )


def lot_of_model(session: ScopedSession, account_id: int, model_id: int, *, now: datetime) -> Lot:
    """One of a model, of which somebody says later which device it is."""
    device = Unsaid(account_id, model_id)
    return Lot(devices=[device], standings=standings_of(session, [device], now=now), number=1)


def _products(session: ScopedSession, refs: list[str]) -> list[Device] | None:
    ids = [number if (number := read_reference("P", ref) or 0) <= LARGEST else 0 for ref in refs]
    if len(ids) > MOST:
        return None
    query = select(Product).options(joinedload(Product.site)).where(Product.id.in_(ids))
    found = {it.id: it for it in session.scalars(query)}
    return [found[each] for each in ids] if all(each in found for each in ids) else None


def _count(session: ScopedSession, ref: str) -> list[Device] | None:
    number = read_reference("PC", ref) or 0
    found = session.scalars(count_with_id(number if number <= LARGEST else 0)).one_or_none()
    return [found] if found else None


def _whole(text: str) -> int:
    """What cannot be read is one: the form says what is wrong with it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _request(session: ScopedSession, ref: str) -> ServiceRequest | None:
    number = read_reference(REQUEST, ref) or 0
    here = ServiceRequest.id == (number if number <= LARGEST else 0)
    return session.scalars(select(ServiceRequest).where(here)).one_or_none()
