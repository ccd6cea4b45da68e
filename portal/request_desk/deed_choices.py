"""What the searched fields of deeds offer: known issues, incidents, the customer's other requests.

What is chosen stands in its field with its number first; typed, the number alone will do.
"""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.bilingual import Bilingual
from portal.base.text import loose_key
from portal.incidents.incidents import Shown as Incident
from portal.incidents.incidents import incidents_of
from portal.known_issues.issues import Issue, issues_of
from portal.request_desk.queries import others_like
from portal.request_desk.reaching import find, numbered
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.wording import status_here
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("deed_choices", __name__)
MOST_OFFERED, LONGEST = 8, 200


@bp.get("/<ref>/choices/<any(issues, incidents, requests):of>")
@allow(Permission.REQUESTS_WORK, everywhere=True)
@limited("search")
def offer(ref: str, of: str) -> ResponseReturnValue:
    it, field = find(ref), "other" if of == "requests" else "number"
    typed = request.args.get(field, "").replace("\0", "").strip()[:LONGEST]
    looked = {"issues": _issues, "incidents": _incidents, "requests": _requests}[of]
    found = looked(it, typed) if typed else []
    return page("request_desk/choices.html", of=of, found=found, status_here=status_here)


def _issues(_it: ServiceRequest, typed: str) -> list[Issue]:
    known = issues_of(db())
    number, matching = numbered("KI", typed), known.matching(typed)
    here = (
        it for it in known.all if it.id == number or it.id in matching or _named(it.title, typed)
    )
    return list(here)[:MOST_OFFERED]


def _incidents(_it: ServiceRequest, typed: str) -> list[Incident]:
    number = numbered("INC", typed)
    here = (it for it in incidents_of(db()).all if it.id == number or _named(it.title, typed))
    return list(here)[:MOST_OFFERED]


def _requests(it: ServiceRequest, typed: str) -> list[ServiceRequest]:
    query = others_like(it.account_id, it.id, typed, numbered(PREFIX, typed))
    return list(db().scalars(query.limit(MOST_OFFERED)))


def _named(title: Bilingual, typed: str) -> bool:
    """Whether the title has what is typed, in either language, as far as it is typed."""
    wanted = loose_key(typed)
    return bool(wanted) and any(wanted in loose_key(text) for text in (title.nb, title.en))
