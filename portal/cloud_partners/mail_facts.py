"""What a mail about a step with a cloud partner is filled in with, in the words of its reader."""

from typing import Any

from portal.accounts.models import User
from portal.base.access import GRANTS, Permission
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.queries import case_of
from portal.cloud_partners.showing import partner_name, says_of, step_told
from portal.profile.zones import city
from portal.service_requests.mail_facts import LONGEST_EXCERPT, address_of
from portal.service_requests.models import ServiceRequest
from portal.web.formats import date_and_time
from portal.web.locale import gettext as _
from portal.web.locale import language, speaking, time_zone, zone_called


def step_facts(
    session: ScopedSession,
    request: ServiceRequest,
    user: User,
    *,
    step_id: int,
    portal_url: str,
) -> dict[str, Any]:
    """The step as the page tells it, and when a call is by the reader's own clock."""
    step = session.get_one(CloudPartnerStep, step_id)
    case = session.scalars(case_of(request.id)).one()
    next_at = step.next_update_at
    with speaking(user.language or "nb", zone_called(user.time_zone)):
        return {
            "partner": partner_name(case),
            "step": step_told({"stage": step.kind, "state": step.state}),
            "says": _says(case, step),
            "text": step.text[:LONGEST_EXCERPT],
            "next_update": date_and_time(next_at) if next_at else "",
            "calendar_url": _calendar(step, request, user, portal_url),
        }


def _says(case: CloudPartnerCase, step: CloudPartnerStep) -> str:
    if step.begins_at is None:
        return says_of(case, step.kind)
    place = city(language(), str(time_zone()))
    return _("%(when)s in %(place)s", when=date_and_time(step.begins_at), place=place)


def _calendar(step: CloudPartnerStep, request: ServiceRequest, user: User, portal_url: str) -> str:
    """Where the call is as a file for a calendar: mails carry none. Not every one of staff may."""
    role = user.staff_role
    if step.begins_at is None or (role and Permission.REQUESTS_WORK not in GRANTS[role]):
        return ""
    return f"{address_of(request, user, portal_url)}/cloud-partner/calls/{step.id}.ics"
