"""What can be taken along from a case: the authorization, and calls for a calendar."""

from flask import Response, abort, current_app

from portal.base.tenancy import ScopedSession
from portal.cloud_partners.calendar_file import Call, calendar_file
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import call_with_id
from portal.cloud_partners.showing import partner_name
from portal.web.downloads import attachment, download
from portal.web.locale import gettext as _
from portal.web.mail import host_of


def authorization(case: CloudPartnerCase) -> Response:
    return download(case.authorization_file) if case.authorization_file else abort(404)


def invitation(
    session: ScopedSession, case: CloudPartnerCase, step_id: int, folder: str
) -> Response:
    """A call as a file for a calendar. It is saved, and opened by the calendar alone."""
    step = session.scalars(call_with_id(case.request_id, step_id)).one()
    if step.begins_at is None or step.ends_at is None:
        abort(404)
    number, subject = case.request.reference, case.request.subject
    partner, site = partner_name(case), current_app.config["PORTAL_URL"].rstrip("/")
    call = Call(
        uid=f"{number}.call.{step.id}@{host_of(site)}",
        title=_("%(number)s: call with %(partner)s", number=number, partner=partner),
        text=f"{subject}\n\n{step.text}".strip(),
        url=f"{site}{folder}/{number}",
        begins_at=step.begins_at,
        ends_at=step.ends_at,
        noted_at=step.at,
    )
    response = Response(calendar_file(call), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(f"{number}.ics")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
