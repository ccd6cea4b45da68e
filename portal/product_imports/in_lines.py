"""What is in a list and what came of it, line by line, for the shell."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.product_imports.comparison import Outcome
from portal.product_imports.report import Report
from portal.product_imports.sentences import sentence
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.styles import whole


def report_lines(report: Report, *, all_kept: bool, correct: bool) -> Iterator[str]:
    """What was found, some faults of each kind, and how many rows are what."""
    left = False
    for notices in (False, True):
        for kind, number, samples in report.groups(notices=notices):
            yield f"{label(kind)} ({whole(number)})"
            for fault in samples:
                yield f"  {sentence(fault)}"
            if more := number - len(samples):
                left = left or not notices
                rest = ngettext("and %(num)s more", "and %(num)s more", more)
                yield f"  {rest}"
    if left and not all_kept:
        yield _("With --faults FILE all rows with faults are written to a file.")
    if report.corrections and not correct:
        yield _(
            "With --correct the devices are changed to the models and MAC addresses of the list."
        )
    told = ", ".join(
        (
            _new(report.outcomes[Outcome.NEW]),
            _changed(report.outcomes[Outcome.CHANGED]),
            _("%(number)s unchanged", number=whole(report.outcomes[Outcome.UNCHANGED])),
            _("%(number)s by count", number=whole(report.counted)),
            _("%(number)s with faults", number=whole(report.wrong)),
        )
    )
    yield ngettext("%(num)s row: %(told)s.", "%(num)s rows: %(told)s.", report.rows, told=told)


def receipt_line(receipt: Mapping[str, Any]) -> str:
    """What came of it."""
    counted = _("%(number)s by count", number=whole(receipt["counted"]))
    told = [_new(receipt["new"]), _changed(receipt["changed"]), counted]
    if unplaced := receipt["unplaced"]:
        told.append(_("%(number)s without the site in the list", number=whole(unplaced)))
    return ", ".join(told)


def _new(number: int) -> str:
    return ngettext("%(num)s new", "%(num)s new", number)


def _changed(number: int) -> str:
    return _("%(number)s changed", number=whole(number))
