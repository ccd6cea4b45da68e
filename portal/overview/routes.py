"""The first pages: of an account, and of a partner who works for several."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.accounts.signatures import signature
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage_of
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Event
from portal.base.references import reference
from portal.base.words import N_
from portal.catalogue.catalogue import catalogue_of
from portal.incidents.concern import present_concerning
from portal.overview.queries import (
    inventory,
    last_events,
    most_urgent,
    waiting_imports,
)
from portal.overview.rules import by_category, past_service
from portal.overview.tasks import first_steps, may_change, tasks
from portal.partners.models import AccessRequest
from portal.partners.queries import requests_to
from portal.service_requests.wording import status_sentence
from portal.web.guard import account, allow, viewer
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("overview", __name__)
MOST_EVENTS, MOST_IMPORTS, MOST_REQUESTS = 8, 50, 5
# What the records of an account are, where the deed does not tell; the prefix of their reference,
# and their list.
PLACES = {
    "account": (N_("Organization"), "", ""),
    "agreement": (N_("Agreement"), "", ""),
    "license": (N_("License"), "L", "/licenses/"),
    "product": (N_("Device"), "P", "/products/"),
    "product_count": (N_("Devices by count"), "PC", "/products/counts/"),
    "product_import": ("", "I", "/products/import/"),
    "service_request": ("", "SR", "/service-requests/"),
    "site": (N_("Site"), "S", "/organization/sites/"),
}
# What people who do not keep the account are told of. The rest, such as who signed in and what a
# partner was given, is for those who may read the log.
SHARED = {
    Permission.ACCOUNT_VIEW: ("agreement", "site"),
    Permission.PRODUCTS_VIEW: ("product", "product_count", "product_import"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event, with a way to the record it is about."""

    event: Event
    who: str
    noun: str
    reference: str
    href: str


@bp.get("/")
@allow(Permission.ACCOUNT_VIEW)
def overview() -> ResponseReturnValue:
    now, today, agreements = clock.now(), clock.today(), agreement_terms(db())
    found = inventory(db(), account().id, viewer().id, now=now)
    models = catalogue_of(db(), knowing=found.devices)
    known = {model_id: models[model_id] for model_id in found.devices}
    covers = coverage_of(known.values(), agreements, today)
    imports = db().scalars(waiting_imports().limit(MOST_IMPORTS)).all() if may_change() else []
    return page(
        "overview/overview.html",
        incidents=present_concerning(db(), account().id, held=set(found.devices)),
        now=now,
        tasks=tasks(
            imports,
            agreements,
            unserviced=past_service(found.devices, known, today),
            asked=_asked() if found.requests else [],
            waiting=found.waiting if viewer().may(Permission.REQUESTS_CHANGE) else [],
            ending=found.ending if viewer().may(Permission.REQUESTS_CHANGE) else [],
            licenses=found.licenses if viewer().may(Permission.LICENSES_VIEW) else 0,
            unread=found.unread,
            orders=found.orders if viewer().may(Permission.EMPLOYEES_APPROVE) else 0,
            today=today,
        ),
        held=by_category(found.devices, known, covers),
        steps=first_steps(sites=found.sites) if may_change() else [],
        requests=_open_requests(now) if viewer().may(Permission.REQUESTS_VIEW) else None,
        events=[_told(*row) for row in db().execute(last_events(MOST_EVENTS, _kinds()))],
    )


def _open_requests(now: datetime) -> list[tuple[Any, str]]:
    """The open requests by deadline, each with the sentence that says where it stands."""
    rows = db().execute(most_urgent(MOST_REQUESTS)).all()
    return [(row, status_sentence(row, row.owner, now=now)) for row in rows]


def _kinds() -> list[str] | None:
    """Of which records the viewer is told what happened to them; None: of all."""
    if viewer().may(Permission.ORGANIZATION_MANAGE):
        return None
    seen = [kinds for permission, kinds in SHARED.items() if viewer().may(permission)]
    return [kind for kinds in seen for kind in kinds]


def _asked() -> Sequence[AccessRequest]:
    """What partners ask of those who decide about it."""
    if not viewer().may(Permission.ORGANIZATION_MANAGE):
        return []
    return db().scalars(requests_to(account().id, now=clock.now()).limit(MOST_REQUESTS)).all()


def _told(event: Event, name: str | None, partner: str | None) -> Told:
    account = viewer().account
    who = signature(event, name, partner, account.name if account else None)
    noun, prefix, folder = PLACES.get(event.kind, ("", "", ""))
    number = reference(prefix, event.record_id) if prefix else ""
    return Told(event, who, noun, number, f"{folder}{number}" if prefix else "")
