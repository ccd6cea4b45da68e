"""The first pages: of an account, and of a partner who works for several."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.accounts.models import Account, Grant
from portal.accounts.signatures import signature
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage_of
from portal.base import clock
from portal.base.access import GRANTABLE, Permission
from portal.base.history import Event
from portal.base.references import reference
from portal.base.words import N_
from portal.catalogue.catalogue import catalogue_of
from portal.overview.queries import (
    devices_by_account,
    grants_held,
    inventory,
    last_events,
    waiting_imports,
)
from portal.overview.rules import by_category, past_service
from portal.overview.tasks import first_steps, may_change, tasks
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("overview", __name__)
MOST_EVENTS, MOST_IMPORTS = 8, 5
# Where the records of an account are shown: the prefix of their reference, and their list.
PLACES = {
    "product": ("P", "/products/"),
    "product_count": ("PC", "/products/counts/"),
    "product_import": ("I", "/products/import/"),
    "site": ("S", "/organization/sites/"),
}
DEEDS = {
    Permission.ACCOUNT_VIEW: N_("See the overview"),
    Permission.PRODUCTS_VIEW: N_("See devices and coverage"),
    Permission.PRODUCTS_CHANGE: N_("Register and change devices"),
    Permission.EXPORT: N_("Download lists"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event, with a way to the record it is about."""

    event: Event
    who: str
    reference: str
    href: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of a partner's: what may be done for it, until when, and what it has."""

    account: Account
    deeds: list[str]
    last_day: date | None
    devices: int | None  # None when they are not for the partner to see


@bp.get("/")
@allow(Permission.ACCOUNT_VIEW)
def overview() -> ResponseReturnValue:
    today, agreements, found = clock.today(), agreement_terms(db()), inventory(db())
    models = catalogue_of(db(), knowing=found.devices)
    known = {model_id: models[model_id] for model_id in found.devices}
    covers = coverage_of(known.values(), agreements, today)
    imports = db().scalars(waiting_imports().limit(MOST_IMPORTS)).all() if may_change() else []
    return page(
        "overview/overview.html",
        tasks=tasks(
            imports,
            agreements,
            unserviced=past_service(found.devices, known, today),
            today=today,
        ),
        held=by_category(found.devices, known, covers),
        steps=first_steps(sites=found.sites) if may_change() else [],
        events=[_told(*row) for row in db().execute(last_events(MOST_EVENTS))],
    )


def _told(event: Event, name: str | None, partner: str | None) -> Told:
    account = viewer().account
    who = signature(event, name, partner, account.name if account else None)
    prefix, folder = PLACES.get(event.kind, ("", ""))
    number = reference(prefix, event.record_id) if prefix else ""
    return Told(event, who, number, f"{folder}{number}" if prefix else "")


@bp.get("/partner")
@allow(Permission.PARTNER_START, everywhere=True)
def partner() -> ResponseReturnValue:
    granted = viewer().reach().read or frozenset()
    query = grants_held(granted, user_id=viewer().id, today=clock.today())
    grants = db().scalars(query.order_by(Account.name_key, Account.id)).all() if granted else []
    seen = [it.account_id for it in grants if Permission.PRODUCTS_VIEW in it.allows()]
    counts = devices_by_account(db(), seen)
    devices = {account_id: counts[account_id] for account_id in seen}
    customers = [_customer(grant, devices.get(grant.account_id)) for grant in grants]
    return page("overview/partner.html", customers=customers)


def _customer(grant: Grant, devices: int | None) -> Customer:
    allowed = grant.allows() & GRANTABLE
    deeds = [words for permission, words in DEEDS.items() if permission in allowed]
    return Customer(grant.account, deeds, grant.last_day, devices)
