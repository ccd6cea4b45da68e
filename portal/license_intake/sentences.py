"""What is wrong with the rows of a list, in sentences."""

from collections.abc import Sequence
from typing import Any

from portal.license_intake.rules import FaultKind, Field
from portal.web.locale import gettext as _
from portal.web.locale import label


def sentence(fault: Sequence[Any]) -> str:
    """Rad 42, Siste dag: «32.12.2027» er ingen dag."""
    row, kind, field, value = fault
    problem = _(FaultKind(kind).label, value=value)
    if field is None:
        return _("Row %(row)s: %(problem)s", row=row, problem=problem)
    column = label(Field(field))
    return _("Row %(row)s, %(column)s: %(problem)s", row=row, column=column, problem=problem)
