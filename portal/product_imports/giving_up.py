"""An import whose job was parked waits for a person again, and not for the job."""

from typing import Any

from portal.base.jobs import given_up
from portal.base.tenancy import ScopedSession
from portal.base.words import N_
from portal.product_imports.models import ImportStatus
from portal.product_imports.queries import import_with_id

# Where each came from. Its transaction was undone, so that nothing of it is left.
_BACK = {
    ImportStatus.CHECKING: ImportStatus.REFUSED,
    ImportStatus.COMMITTING: ImportStatus.READY,
    ImportStatus.UNDOING: ImportStatus.DONE,
}
_STOPPED = N_("The check was stopped before it was done. Send the list again.")


@given_up("product_imports.check")
@given_up("product_imports.commit")
@given_up("product_imports.undo")
def set_back(session: ScopedSession, *, import_id: int, **_asked: Any) -> None:
    it = session.scalars(import_with_id(import_id)).one_or_none()
    if it is None or it.status not in _BACK:
        return
    if it.status is ImportStatus.CHECKING:
        it.refusal = {"message": _STOPPED, "values": {}}
    it.status = _BACK[it.status]
