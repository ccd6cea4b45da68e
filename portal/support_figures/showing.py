"""The charts of the page."""

from portal.support_figures.figures import Figures
from portal.support_figures.rules import Age
from portal.web.charts import Chart, Series
from portal.web.formats import percent
from portal.web.locale import gettext as _
from portal.web.locale import label


def charts(found: Figures) -> dict[str, Chart]:
    weeks = {
        "labels": [line.name for line in found.weeks],
        "short": [str(start.isocalendar().week) for start in found.starts],
        "axis": _("Week"),
    }
    return {
        "flow": Chart(
            id="flow",
            title=_("Opened and closed"),
            description=_("Service requests each week, from Monday."),
            series=[
                Series(_("Opened"), [line.opened for line in found.weeks]),
                Series(_("Closed"), [line.closed for line in found.weeks]),
            ],
            **weeks,  # type: ignore[arg-type]
        ),
        "targets": Chart(
            id="targets",
            title=_("Targets met"),
            description=_("How many of a hundred answers came in time, each week."),
            series=[
                Series(_("First response"), [line.first_response for line in found.weeks]),
                Series(_("Next update"), [line.next_update for line in found.weeks]),
            ],
            most=100,
            nothing=_("Nothing was due."),
            write=lambda value: percent(value, 0),
            **weeks,  # type: ignore[arg-type]
        ),
        "satisfaction": Chart(
            id="satisfaction",
            title=_("Satisfied customers"),
            description=_("How many of a hundred who rated the help were satisfied, each week."),
            series=[Series(_("Satisfied"), [line.satisfaction for line in found.weeks])],
            most=100,
            nothing=_("Nobody has rated the help."),
            write=lambda value: percent(value, 0),
            **weeks,  # type: ignore[arg-type]
        ),
        "ages": Chart(
            id="ages",
            title=_("Age of open requests"),
            description=_("How long ago those were opened that are open now."),
            labels=[label(age) for age in Age],
            series=[Series(_("Open now"), [found.ages[age] for age in Age])],
            axis=_("Age"),
        ),
    }
