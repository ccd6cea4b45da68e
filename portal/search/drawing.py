"""How what was found is shown: a link to it, and what tells it from others like it."""

from collections.abc import Callable
from urllib.parse import quote

from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.references import reference, write_master_account_id
from portal.catalogue.catalogue import Catalogue
from portal.licenses.rules import PREFIX as LICENSE_PREFIX
from portal.licenses.rules import Standing, masked, status_of
from portal.products.models import ProductStatus
from portal.replacements.rules import PREFIX as RMA
from portal.replacements.rules import Stage
from portal.search import records
from portal.search.lines import Line
from portal.search.records import Record
from portal.search.sight import Sight
from portal.service_requests.models import PREFIX as SR
from portal.service_requests.rules import Status
from portal.users.routes import path_of
from portal.web.guard import viewer
from portal.web.locale import label


def line_of(it: Record, sight: Sight, catalogue: Catalogue) -> Line:
    return _DRAWN[it.kind](it, sight, catalogue)


def _request(it: Record, sight: Sight, _catalogue: Catalogue) -> Line:
    number = reference(SR, it.id)
    folder = "/desk/service-requests" if sight.desk else "/service-requests"
    path = f"{folder}/{number}" if sight.desk else _there(f"{folder}/{number}", it, sight)
    return Line(it.title, path, number, _told(it.customer, label(Status(it.state))))


def _device(it: Record, sight: Sight, catalogue: Catalogue) -> Line:
    status = ProductStatus(it.state)
    state = "" if status is ProductStatus.ACTIVE else label(status)
    path = _there(f"/products/{reference('P', it.id)}", it, sight)
    return Line(_model(it, catalogue), path, it.title, _told(it.customer, it.detail, state))


def _replacement(it: Record, sight: Sight, catalogue: Catalogue) -> Line:
    number = reference(RMA, it.id)
    path = f"/desk/logistics/{number}"
    if not sight.desk:
        path = _there(f"/replacements/{number}", it, sight)
    told = _told(it.customer, it.title, label(Stage(it.state)))
    return Line(_model(it, catalogue), path, number, told)


def _license(it: Record, sight: Sight, _catalogue: Catalogue) -> Line:
    number, status = reference(LICENSE_PREFIX, it.id), Standing(it.state)
    state = label(status_of(status, it.day, clock.today()))
    path = _there(f"/licenses/{number}", it, sight)
    return Line(it.title, path, number, _told(it.customer, masked(it.detail), state))


def _person(it: Record, _sight: Sight, _catalogue: Catalogue) -> Line:
    return Line(it.title, path_of(it), detail=it.detail)


def _colleague(it: Record, _sight: Sight, _catalogue: Catalogue) -> Line:
    path = f"/desk/staff/{reference('U', it.id)}"
    return Line(it.title, path, detail=_told(label(Role(it.state)), it.detail))


def _customer(it: Record, sight: Sight, _catalogue: Catalogue) -> Line:
    number = write_master_account_id(it.detail)
    path = f"/partner?q={number}"
    if sight.desk:
        manages = viewer().may(Permission.DESK_MANAGE)
        path = f"/desk/accounts/{number}" if manages else f"/desk/accounts?q={number}"
    return Line(it.title, path, number)


_DRAWN: dict[str, Callable[[Record, Sight, Catalogue], Line]] = {
    records.REQUEST: _request,
    records.DEVICE: _device,
    records.REPLACEMENT: _replacement,
    records.LICENSE: _license,
    records.PERSON: _person,
    records.COLLEAGUE: _colleague,
    records.CUSTOMER: _customer,
}


def _model(it: Record, catalogue: Catalogue) -> str:
    model = catalogue.get(it.model_id)
    return model.name if model else ""


def _there(path: str, it: Record, sight: Sight) -> str:
    """What is another customer's than the one at hand is opened in that customer's place."""
    if it.account_id == sight.at_hand:
        return path
    start = "/desk/customer" if sight.desk else "/partner/customer"
    return f"{start}?back={quote(path)}"


def _told(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
