"""What the search of every page finds: the newest few of each kind, each in two statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import or_

from portal.accounts.models import Account
from portal.agreements.queries import customers_like
from portal.base.references import read_reference, reference
from portal.base.search import find, query_of
from portal.base.tenancy import ScopedSession
from portal.base.text import loose_key
from portal.catalogue.catalogue import catalogue_of
from portal.licenses.models import License
from portal.licenses.queries import license_ids
from portal.licenses.rules import PREFIX as LICENSE
from portal.products.models import Product
from portal.products.queries import Wanted, products_listed
from portal.products.rules import bare
from portal.products.search import spelled_or_out_of_use
from portal.replacements.list_queries import replacement_ids
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX as RMA
from portal.service_requests.list_queries import request_ids, requests_listed
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.search import kind_for, meaning
from portal.web.locale import gettext as _
from portal.web.menus import Entry
from portal.web.navigation import account_menu, across_menu, footer_links
from portal.web.paging import LARGEST

MOST = 5  # of each kind; lists have the rest


def request_named(session: ScopedSession, text: str, *, desk: bool = False) -> str:
    """The page of the request whose number this is, if it may be read here."""
    number = read_reference(PREFIX, text)
    if not number or number > LARGEST:
        return ""
    if session.scalars(request_ids(ServiceRequest.id == number)).first() is None:
        return ""
    if desk:
        return url_for("request_desk.show", ref=reference(PREFIX, number))
    return url_for("request_pages.show", reference=reference(PREFIX, number))


def replacement_named(session: ScopedSession, text: str, *, desk: bool = False) -> str:
    """The same of a replacement. Digits alone may be a request's, and are taken for that."""
    number = read_reference(RMA, text) if text.upper().startswith(RMA) else None
    if not number or number > LARGEST:
        return ""
    if session.scalars(replacement_ids(Replacement.id == number)).first() is None:
        return ""
    if desk:
        return url_for("logistics.show", ref=reference(RMA, number))
    return url_for("replacements.show", reference=reference(RMA, number))


def license_named(session: ScopedSession, text: str) -> str:
    """The same of a license of the account at hand."""
    number = read_reference(LICENSE, text) if text[:1].upper() == LICENSE else None
    if not number or number > LARGEST:
        return ""
    if session.scalars(license_ids(License.id == number)).first() is None:
        return ""
    return url_for("licenses.show", reference=reference(LICENSE, number))


def requests_found(session: ScopedSession, text: str) -> Sequence[Any]:
    """The newest that match every word, in whatever status."""
    query = query_of(text, meaning(session, text, catalogue_of(session)))
    ids = find(session, kind_for(session), query, limit=MOST)
    if not ids:
        return []
    listed = requests_listed(ServiceRequest.id.in_(ids)).order_by(ServiceRequest.id.desc())
    return session.execute(listed).all()


@dataclass(frozen=True, slots=True)
class Devices:
    """Those that match, each with the name of its model; or the page of the one that is named."""

    rows: list[tuple[Any, str]]
    named: str = ""


def devices_found(session: ScopedSession, text: str) -> Devices:
    """The newest that match; or the one with this reference, serial number or MAC address."""
    catalogue, number, known = catalogue_of(session), bare(text)[:20], read_reference("P", text)
    ways = [Product.serial_number == number, Product.mac == number] if number else []
    if known and known <= LARGEST:
        ways.append(Product.id == known)
    ids = spelled_or_out_of_use(session, text, (), Wanted(), catalogue, most=MOST)
    query = products_listed(Wanted()).where(or_(Product.id.in_(ids), *ways))
    rows = session.execute(query.order_by(Product.id.desc())).all()
    named = [it.id for it in rows if it.id == known]
    named += [it.id for it in rows if number and number in (it.serial_number, it.mac)]
    path = url_for("products.show", reference=reference("P", named[0])) if named else ""
    return Devices([(row, catalogue[row.model_id].name) for row in rows], path)


def customers_found(session: ScopedSession, text: str) -> Sequence[Any]:
    """Customers with this in their name, or whose master account ID begins with it."""
    query: Any = customers_like(text[:80]).with_only_columns(Account.name, Account.digits)
    found: Sequence[Any] = session.execute(query.order_by(Account.name_key).limit(MOST)).all()
    return found


def pages_found(text: str) -> list[Entry]:
    """Pages of the menus that are called so."""
    sections = [*across_menu(), *account_menu(), *footer_links()]
    entries = [entry for each in sections for entry in (each.below or (each,))]
    return [it for it in entries if loose_key(text) in loose_key(_(it.label))][:MOST]
