"""Which request an address means, and where the page of one is."""

from flask import abort, url_for

from portal.base.references import read_reference
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.queries import request_with_id
from portal.web.paging import LARGEST
from portal.web.session import db


def id_of(reference: str) -> int:
    """The id that a reference stands for, with 404 for what is no reference."""
    found = read_reference(PREFIX, reference)
    return found if found and found <= LARGEST else abort(404)


def find(reference: str) -> ServiceRequest:
    """The request of a reference, with 404 also for what is not yours."""
    return db().scalars(request_with_id(id_of(reference))).one()


def path_of(request: ServiceRequest, anchor: str = "") -> str:
    return url_for("request_pages.show", reference=request.reference, _anchor=anchor or None)
