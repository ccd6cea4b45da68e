"""An authorization that is good no more, or not for long, is what the customer is to do something
about, though its request waits for somebody else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, String, bindparam, literal

from portal.base.clock import day_of
from portal.base.db import UTCDateTime
from portal.base.references import reference
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import authorizations_ending_by
from portal.cloud_partners.rules import WARNED, has_run_out
from portal.service_requests.beside import Line, Source, tells_of_requests
from portal.service_requests.models import PREFIX
from portal.web.formats import text_date
from portal.web.locale import gettext as _


def _find() -> Select[Any]:
    today, warned = (bindparam(name, type_=Date) for name in ("today", "warned"))
    found: Any = authorizations_ending_by(today, warned)
    columns = CloudPartnerCase.request_id, literal(None, UTCDateTime)
    asked: Select[Any] = found.with_only_columns(
        *columns, CloudPartnerCase.authorization_until, literal(None, String)
    )
    return asked.order_by(None)


def _told(row: Any, now: datetime) -> Line:
    request_id, _at, until, _text, _source = row
    return ending_line(request_id, until, day_of(now))


def ending_line(request_id: int, until: date, today: date) -> Line:
    number = reference(PREFIX, request_id)
    told = {"request": number, "day": text_date(until)}
    if has_run_out(until, today):
        text = _("The signed authorization in %(request)s ran out on %(day)s.", **told)
    else:
        text = _("The signed authorization in %(request)s runs out on %(day)s.", **told)
    path = f"/service-requests/{number}/cloud-partner#authorization"
    return Line(text, path, _("Send a new one"), waits=True)


ENDING = tells_of_requests(Source(_find, _told, lambda today: {"warned": today + WARNED}))
