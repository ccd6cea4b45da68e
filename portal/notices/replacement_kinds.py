"""What is told of replacements, of what comes back, and of the money that hangs on it."""

from portal.base.access import Permission
from portal.notices.notice import CUSTOMERS, PARTNERS, STAFF, How, Kind, Notice


def _theirs(feature: str, names: str) -> Kind:
    """What customers hear of, and partners who see their replacements."""
    templates = frozenset(f"{feature}/{name}" for name in names.split())
    return Kind(templates, Permission.REPLACEMENTS_VIEW, CUSTOMERS | PARTNERS)


OF_REPLACEMENTS = {
    Notice.REPLACEMENT_MOVED: _theirs(
        "replacements", "asked approved expected declined called_off shipped ready delivered"
    ),
    Notice.EMPLOYEE_ASKED: Kind(
        frozenset({"employees/asked"}), Permission.EMPLOYEES_APPROVE, CUSTOMERS | PARTNERS
    ),
    Notice.RETURN_DUE: _theirs("returns", "due overdue"),
    Notice.RETURN_ANSWERED: _theirs(
        "returns", "extension received wrong_device kept_the_other certificate"
    ),
    Notice.RETURN_CHARGED: _theirs("liability", "charged settled waived"),
    Notice.RETURN_ASKED: Kind(
        frozenset({"returns/asked"}), Permission.REPLACEMENTS_APPROVE, STAFF, first=How.DAILY
    ),
    Notice.DEAD_ON_ARRIVAL: Kind(
        frozenset({"replacements/dead_on_arrival"}), Permission.LOGISTICS_WORK, STAFF
    ),
    Notice.PARCEL_TROUBLE: Kind(
        frozenset({"replacements/deviation"}), Permission.LOGISTICS_WORK, STAFF
    ),
}
