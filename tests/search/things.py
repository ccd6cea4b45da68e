"""One of everything that a customer has, each with a word of its own in it."""

from dataclasses import dataclass

from portal.accounts.models import Account, Site, User
from portal.base.references import reference
from portal.base.search import Kind, index
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import ProductModel
from portal.licenses.models import License
from portal.products.indexing import Entry
from portal.products.models import Product
from portal.replacements.indexing import index_replacement
from portal.replacements.models import Replacement
from portal.service_requests.indexing import index_request
from portal.service_requests.models import ServiceRequest
from tests.factories import (
    make_license,
    make_product,
    make_replacement,
    make_request,
    make_seat,
    make_site,
)


@dataclass(frozen=True, slots=True)
class Things:
    account: Account
    site: Site
    device: Product
    request: ServiceRequest
    replacement: Replacement
    license: License
    key: str

    @property
    def paths(self) -> dict[str, str]:
        """Where each is, within its account."""
        return {
            "device": f"/products/{reference('P', self.device.id)}",
            "request": f"/service-requests/{reference('SR', self.request.id)}",
            "replacement": f"/replacements/{reference('RMA', self.replacement.id)}",
            "license": f"/licenses/{reference('L', self.license.id)}",
        }

    def spellings(self) -> list[str]:
        """Whatever one may type to come upon any of them."""
        serial, key = self.device.serial_number or "", self.key
        numbers = [path.rpartition("/")[2] for path in self.paths.values()]
        said = [self.request.subject, self.license.name, self.site.name]
        parts = [serial, serial.lower(), serial[-6:], serial[2:9], key, key.lower(), key[-4:]]
        return [
            *numbers,
            *(it.lower() for it in numbers),
            *(it[-7:] for it in numbers),
            *parts,
            *said,
        ]


def make_things(
    session: ScopedSession,
    account: Account,
    model: ProductModel,
    word: str,
    *,
    serial: str,
    key: str,
    by: User | None = None,
) -> Things:
    site = make_site(session, account, f"{word} lokasjon")
    device = make_product(session, account=account, model=model, serial_number=serial, site=site)
    enter_device(session, device, site)
    request = make_request(session, account, site=site, subject=f"{word} uten lyd", by=by)
    index_request(session, request, [])
    replacement = make_replacement(session, account, site=site, product=device, by=by)
    index_replacement(session, replacement)
    it = make_license(session, account, f"{word} lisens", key=key)
    make_seat(session, it, site_id=site.id)
    session.commit()
    return Things(account, site, device, request, replacement, it, key)


def enter_device(session: ScopedSession, it: Product, site: Site | None = None) -> None:
    entry = Entry(
        *(it.id, it.serial_number, it.mac, it.model_id, it.site_id, site.name if site else ""),
        *(it.room, it.asset_tag, it.status, None),
    )
    index(session, Kind.PRODUCT, [(it.id, it.account_id, entry.tokens())])
    session.commit()
