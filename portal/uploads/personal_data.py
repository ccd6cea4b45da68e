"""Files that somebody has sent and not attached to anything yet."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.accounts.closure import allow_closed
from portal.accounts.personal_data import Asking, Row, forgets_members, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_
from portal.uploads.attaching import take_back
from portal.uploads.models import Upload

_AT_ONCE = 200  # files swept in one transaction
_EVERYWHERE = Scope(None, None, reason="sweeping up files that nobody attached")


@tells(
    "uploads",
    N_("Files you have sent and not attached to anything yet"),
    name=N_("Name"),
    size=N_("Size in bytes"),
    begun_at=N_("Begun"),
)
def waiting(asking: Asking) -> Iterator[Row]:
    mine = select(Upload).where(Upload.sent_by_id == asking.user.id).order_by(Upload.id)
    for session in asking.accounts():
        for it in session.scalars(mine):
            yield {"name": it.name, "size": it.size, "begun_at": it.begun_at}


@forgets_members
def forget_member(session: ScopedSession, user_id: int) -> None:
    _take_back(session, Upload.sent_by_id == user_id)


@lets_go("uploads")
def sweep(run: Run, before: datetime) -> None:
    """Forget what was sent so long ago: by now it is attached to something, or never will be."""
    old = Upload.changed_at < before
    with run.reading(_EVERYWHERE) as session:
        rows = session.execute(select(Upload.account_id, Upload.id).where(old)).all()
    of_account: dict[int, list[int]] = defaultdict(list)
    for account_id, upload_id in rows:
        of_account[account_id].append(upload_id)
    for account_id, ids in of_account.items():
        for start in range(0, len(ids), _AT_ONCE):
            scope = Scope(frozenset({account_id}), account_id, reason="sweeping up files")
            with run.session(scope) as session:
                # Whoever goes on with one meanwhile keeps it.
                some = Upload.id.in_(ids[start : start + _AT_ONCE])
                _take_back(allow_closed(session), some, old)
            run.beat()


def _take_back(session: ScopedSession, *which: ColumnElement[bool]) -> None:
    for upload in session.scalars(select(Upload).where(*which).with_for_update()).all():
        take_back(session, upload)
