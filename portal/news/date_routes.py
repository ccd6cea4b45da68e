"""`/downloads/end-dates`: when sale and service of the models one has, or follows, end."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.fleet import fleet_of
from portal.downloads.rules import Fleet
from portal.news.calendar_file import calendar_file
from portal.news.queries import followings_of
from portal.news.reader import models_followed
from portal.news.rules import Ending, endings_of
from portal.web.downloads import attachment
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("end_dates", __name__)


@bp.get("/end-dates")
@allow(Permission.DOWNLOADS_VIEW)
def index() -> ResponseReturnValue:
    fleet, today = fleet_of(db()), clock.today()
    found = _endings(fleet)
    return page(
        "news/end_dates.html",
        coming=[it for it in found if it.day >= today],
        past=[it for it in reversed(found) if it.day < today],
        devices={model_id: it.total for model_id, it in fleet.items()},
    )


@bp.get("/end-dates.ics")
@allow(Permission.DOWNLOADS_VIEW)
def file() -> ResponseReturnValue:
    site: str = current_app.config["PORTAL_URL"]
    found = _endings(fleet_of(db()))
    text = calendar_file(found, site=site.rstrip("/"), today=clock.today())
    response = Response(text.encode(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(_("last-days") + ".ics")
    return response


def _endings(fleet: dict[int, Fleet]) -> list[Ending]:
    """Of the models that the viewer sees devices of, and of those they follow."""
    models = catalogue_of(db())
    followed = models_followed(db().scalars(followings_of(viewer().id)), models)
    return endings_of(models, followed | fleet.keys())
