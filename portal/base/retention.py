"""Letting go of what was kept for long enough, by the one table that says how long that is."""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from portal.base import clock
from portal.base.jobs import every
from portal.base.kept import TABLE as TABLE  # noqa: PLC0414 - they belong together
from portal.base.kept import period_of as period_of  # noqa: PLC0414
from portal.base.leases import LeaseLost
from portal.base.run import Run

ROUND = timedelta(hours=1)  # between two looks at what has been kept for long enough
Deed = Callable[[Run, datetime], None]
_log = logging.getLogger(__name__)


DEEDS: dict[str, list[Deed]] = defaultdict(list)


def lets_go(kind: str) -> Callable[[Deed], Deed]:
    """Let this function take away what is of the row, and ended or happened before a moment."""
    period_of(kind)

    def declare(deed: Deed) -> Deed:
        DEEDS[kind].append(deed)
        return deed

    return declare


@every("retention.apply", hours=1, limit=3600)
def apply(run: Run) -> None:
    """Let go of all that has been kept for long enough, or would be before the next round.

    One kind that cannot be let go of keeps none of the others; the job is then tried again.
    """
    now, failed = clock.now(), []
    for kind, deeds in list(DEEDS.items()):
        before = now - max(period_of(kind) - ROUND, timedelta())
        for deed in deeds:
            try:
                deed(run, before)
            except LeaseLost:
                raise
            except Exception as error:
                _log.exception("what is past its time could not be let go of: %s", kind)
                failed.append((kind, error))
            run.beat()
    if failed:
        kinds = ", ".join(kind for kind, _error in failed)
        raise RuntimeError(f"Not let go of: {kinds}") from failed[0][1]
