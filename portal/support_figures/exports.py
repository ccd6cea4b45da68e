"""The figures as a table for spreadsheets: a row for each thing that one may ask by."""

from collections.abc import Iterator

from portal.support_figures.figures import Figures, Line
from portal.web.locale import gettext as _
from portal.web.sheets import Column, Kind, Value


def columns() -> list[Column]:
    number = [
        _("Opened"),
        _("Closed"),
        _("Open now"),
        _("First response in time"),
        _("First response late"),
        _("Next update in time"),
        _("Next update late"),
        _("Told how the help was"),
        _("Satisfied"),
    ]
    return [
        Column(_("Grouped by")),
        Column(_("Name")),
        *(Column(each, Kind.NUMBER) for each in number),
        Column(_("Oldest open one"), Kind.MOMENT),
    ]


def rows(found: Figures) -> Iterator[list[Value]]:
    by = {
        _("All"): [found.whole],
        _("Customer"): found.accounts,
        _("Category"): found.categories,
        _("Agent"): found.agents,
        _("Severity"): found.severities,
        _("Week"): found.weeks,
    }
    for kind, lines in by.items():
        for line in lines:
            yield [kind, line.name, *_numbers(line), line.oldest]


def _numbers(line: Line) -> list[Value]:
    return [
        line.opened,
        line.closed,
        line.open,
        line.first_response_met,
        line.first_response_missed,
        line.next_update_met,
        line.next_update_missed,
        line.rated,
        line.satisfied,
    ]
