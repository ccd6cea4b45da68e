"""Figures of support, for all staff."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.catalogue.models import Category
from portal.support_figures.exports import columns, rows
from portal.support_figures.figures import figures
from portal.support_figures.filters import NOBODY, read_filters
from portal.support_figures.rules import Period
from portal.support_figures.showing import charts
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import send_sheet

bp = Blueprint("support_figures", __name__)
MOST_CUSTOMERS = 20  # on the page; the file has all
CHOICES = {"Period": Period, "Category": Category, "Severity": Severity, "NOBODY": NOBODY}


@bp.get("/figures")
@allow(Permission.SUPPORT_FIGURES_VIEW, everywhere=True)
@limited("search")
def index() -> ResponseReturnValue:
    filters, now = read_filters(request.args), clock.now()
    found = figures(db(), filters, now)
    return page(
        "support_figures/index.html",
        filters=filters,
        found=found,
        charts=charts(found),
        choices=CHOICES,
        most=MOST_CUSTOMERS,
        last_day=clock.day_of(now),
        news=_("The figures are shown anew."),
    )


@bp.get("/figures.<any(csv, xlsx):format>")
@allow(Permission.SUPPORT_FIGURES_VIEW, Permission.EXPORT, everywhere=True)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    found = figures(db(), read_filters(request.args), clock.now())
    return send_sheet(format, name=_("support-figures"), columns=columns(), rows=rows(found))
