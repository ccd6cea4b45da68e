"""A draft that was not sent yet is told of above the list of requests too."""

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import Date, Integer, Select, bindparam, literal, select

from portal.request_opening.queries import was_sent
from portal.request_opening.rules import DRAFT_KEY
from portal.request_opening.wording import at
from portal.service_requests.beside import Line, Source, tells_of_requests
from portal.service_requests.own_models import Draft
from portal.web.locale import gettext as _


def _find() -> Select[Any]:
    """A window that came too late may have kept what was sent."""
    person_id: Any = bindparam("person_id", type_=Integer)
    sent = was_sent(person_id, Draft.content["token"].as_string()).exists()
    columns = literal(None, Integer), Draft.changed_at, literal(None, Date)
    mine = Draft.person_id == person_id, Draft.key == DRAFT_KEY
    return select(*columns, Draft.content["subject"].as_string()).where(*mine, ~sent)


def _told(row: Any, now: datetime) -> Line:
    _number, changed_at, _day, subject, _source = row
    text = _("You have a draft from %(time)s", time=at(changed_at, now))
    text = f"{text}: {subject}" if subject else text
    return Line(text, url_for("request_opening.new", draft=1), _("Go on with the draft"))


DRAFTS = tells_of_requests(Source(_find, _told))
