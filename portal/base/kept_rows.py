"""What a row of the table of what is kept says."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data. `until` may say its `period`: `%(time)s`, such as 90 days."""

    what: str
    why: str
    until: str
    tables: frozenset[str]
    period: timedelta | None = None


def kept_row(what: str, why: str, until: str, tables: str, *, days: int | None = None) -> Kept:
    period = None if days is None else timedelta(days)
    return Kept(what, why, until, frozenset(tables.split()), period)
