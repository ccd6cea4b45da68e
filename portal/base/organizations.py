"""Organization numbers, as people write them and as they are stored."""

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

from portal.base.text import identifier


def organization_number(written: str) -> str | None:
    """Nine digits, of `974 760 673`, `974760673MVA` or `NO 974 760 673 MVA`; None if it is none."""
    try:
        return orgnr.validate(identifier(written).removeprefix("NO").removesuffix("MVA"))
    except ValidationError:
        return None
