"""What is done to a release is done to what was looked at, and to nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.base.words import N_, Overtaken
from portal.downloads.models import SoftwareRelease

COMPARE = N_("Someone else changed this while you were writing. Compare, then save.")
LOOK_AGAIN = N_(
    "Somebody has changed it since you opened this page. Look it through again: below it stands as"
    " it is now."
)


def check_seen(it: SoftwareRelease, revision: int, why: str = LOOK_AGAIN) -> None:
    """Said before what else speaks against it, which they could not know from their page."""
    if it.revision != revision:
        raise Overtaken(why, version=it.revision)


@contextmanager
def as_seen(
    session: Session, it: SoftwareRelease, revision: int, now: datetime, why: str = LOOK_AGAIN
) -> Iterator[None]:
    """What is changed within is written if the release is at this revision still. The database
    compares, so that a change that comes between reading and writing is seen as well."""
    try:
        with session.begin_nested():
            set_committed_value(it, "revision", revision)
            yield
            it.changed_at = now
            flag_modified(it, "changed_at")
    except StaleDataError:
        session.refresh(it)
        raise Overtaken(why, version=it.revision) from None
