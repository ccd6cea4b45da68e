"""While somebody types: faults that are known, and open requests, that may be the same."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.references import read_reference
from portal.known_issues.issues import known_issues_like
from portal.request_opening.finding import devices_with
from portal.service_requests.likeness import open_requests_like
from portal.service_requests.wording import status_color
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_similar", __name__)
LONGEST, MOST = 600, 3  # characters that are looked at; of each kind that are shown


@bp.get("/similar")
@allow(Permission.REQUESTS_CHANGE)
@limited("search")
def similar() -> ResponseReturnValue:
    """In a list of its own below the form. It holds nobody up, and opens beside the form."""
    subject, text = _typed("subject"), _typed("text")
    sees_devices = viewer().may(Permission.PRODUCTS_VIEW)
    product_id = read_reference("P", _typed("product")) if sees_devices else None
    devices = devices_with(db(), [product_id]) if product_id else []
    model_id = devices[0].model_id if devices else None
    said = f"{subject} {text}".strip()
    issues = known_issues_like(db(), said, model_id, most=MOST) if said and sees_devices else []
    requests = open_requests_like(
        db(), subject, product_id=devices[0].id if devices else None, most=MOST
    )
    return page(
        "request_opening/similar.html",
        issues=issues,
        requests=requests,
        status_color=status_color,
        news=_counted(len(issues), len(requests)),
    )


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:LONGEST]


def _counted(issues: int, requests: int) -> str:
    told = []
    if issues:
        told.append(
            ngettext("%(num)s known issue may fit.", "%(num)s known issues may fit.", issues)
        )
    if requests:
        told.append(
            ngettext(
                "%(num)s open request is like this one.",
                "%(num)s open requests are like this one.",
                requests,
            )
        )
    return " ".join(told)
