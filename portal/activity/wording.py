"""Events in words: who did what to which record, for whom, from where and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.accounts.signatures import signature
from portal.activity.particulars import particulars
from portal.base.deeds import LOOKS
from portal.base.history import What
from portal.base.references import reference
from portal.base.words import N_
from portal.web.locale import gettext as _
from portal.web.locale import label

# What a record is called, the prefix of its reference, and the list it is shown in.
RECORDS: dict[str, tuple[str, str, str]] = {
    "access_request": (N_("Request for access"), "AR", ""),
    "account": (N_("Account"), "", ""),
    "agreement": (N_("Agreement"), "", ""),
    "download": (N_("Downloads"), "", "/downloads/"),
    "escalation": (N_("Escalation"), "", ""),
    "event": (N_("Activity log"), "", "/organization/log/"),
    "grant": (N_("Partner's access"), "G", "/organization/partners/"),
    "inbound_mail": (N_("Received e-mail"), "", ""),
    "incident": (N_("Incident"), "INC", "/desk/incidents/"),
    "invitation": (N_("Invitation"), "INV", "/organization/invitations/"),
    "job": (N_("Job"), "", ""),
    "known_issue": (N_("Known issue"), "KI", "/desk/known-issues/"),
    "license": (N_("License"), "L", "/licenses/"),
    "license_import": (N_("List of licenses"), "LI", ""),
    "membership": (N_("User"), "U", "/organization/users/"),
    "partner": (N_("Partner"), "PT", ""),
    "postal_code_stretch": (N_("Postal codes that take longer"), "", ""),
    "product": (N_("Device"), "P", "/products/"),
    "product_count": (N_("Devices by count"), "PC", "/products/counts/"),
    "product_import": (N_("Device list"), "I", "/products/import/"),
    "product_model": (N_("Model"), "M", "/desk/catalogue/"),
    "published_document": (N_("Document"), "DOC", "/downloads/documents/"),
    "replacement": (N_("Replacement"), "RMA", "/replacements/"),
    "service_request": (N_("Service request"), "SR", "/service-requests/"),
    "shipping_site": (N_("Delivery times"), "", ""),
    "site": (N_("Site"), "S", "/organization/sites/"),
    "software_release": (N_("Release"), "SW", "/downloads/releases/"),
    "software_terms": (N_("License terms"), "", ""),
    "standard_answer": (N_("Standard answer"), "SA", "/desk/standard-answers/"),
    "terms_acceptance": (N_("License terms"), "", ""),
    "user": (N_("User"), "", ""),
}
# What of each kind is seen together, by who looked at none of them in particular.
LISTS = {
    "account": N_("Organization"),
    "download": N_("Downloads"),
    "grant": N_("Partners"),
    "license": N_("Licenses"),
    "membership": N_("Users"),
    "product": N_("Devices"),
    "product_import": N_("Device lists"),
    "replacement": N_("Replacements"),
    "service_request": N_("Service requests"),
    "site": N_("Sites"),
}
# Where staff see what a customer sees elsewhere.
DESK = {
    "replacement": "/desk/logistics/",
    "partner": "/desk/partners/",
    "service_request": "/desk/service-requests/",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log."""

    number: int
    at: datetime
    who: str
    what: str
    record: str  # what kind of thing it was done to
    name: str  # what that is called by now
    reference: str
    href: str
    particulars: list[str]
    place: str
    reason: str


def told(row: Any, customer: str | None) -> Told:
    """The line for a row of `events_logged`. `customer` is whose log it is; None on the desk."""
    name, prefix, folder = RECORDS.get(row.kind, ("", "", ""))
    if customer is None:
        folder = DESK.get(row.kind, folder)
    number = reference(prefix, row.record_id) if prefix and row.record_id else ""
    if row.what in LOOKS and not number:
        name, folder = LISTS.get(row.kind, name), ""
    if row.kind == "invitation":
        folder = ""  # its page is there only while it waits
    if row.what is What.REACHED or (row.kind == "user" and row.record_id == row.by_id):
        name = ""  # what is said already says what it was done to
    return Told(
        number=row.number,
        at=row.at,
        who=signature(row, row.name, row.partner, customer),
        what=label(row.what),
        record=_(name) if name else "",
        name="" if _said_already(row, customer) else row.record or "",
        reference=number,
        href=f"{folder}{number}" if folder else "",
        particulars=particulars(row.what, row.details or {}, row.other),
        place=row.place or "",
        # Why a partner was closed stood among the details once.
        reason=row.reason or (row.details or {}).get("why", ""),
    )


def _said_already(row: Any, customer: str | None) -> bool:
    """Whether it is about the very customer whose log it is, or the person who did it."""
    if row.kind == "account":
        return customer is not None
    return bool(row.kind == "user" and row.record_id == row.by_id)
