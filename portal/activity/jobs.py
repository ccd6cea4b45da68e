"""The record of deeds loses its beginning when that was kept for long enough.

On PostgreSQL the portal's own role can only add to it. Then it is `portal audit prune`, run as the
tables' owner, that lets go; here it is noted that there is something to let go of.
"""

import logging
from datetime import datetime

from portal.accounts.closure import allow_closed
from portal.base import audit
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import Scope

_log = logging.getLogger(__name__)
_ALL = Scope(None, None, staff=True, reason="letting go of old events")


@lets_go("events")
def prune(run: Run, before: datetime) -> None:
    with run.reading(_ALL) as session:
        old = audit.chains_before(session, before)
        may = audit.may_prune(session)
    if old and not may:
        _log.warning("%d chains of events are past their time: run `portal audit prune`", len(old))
        return
    for name in old:
        with run.session(audit.scope_of(name)) as session:
            audit.prune(allow_closed(session), name, before=before)
        run.beat()
