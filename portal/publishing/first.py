"""A version that must be installed first is out before what needs it, for all who get that."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.base.words import N_, Refused
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Channel, Standing, State

_NOT_OUT = N_("Publish version %(version)s first: it must be installed before this one.")
_GONE = N_(
    "Version %(version)s must be installed before this one, and is blocked or withdrawn. Choose"
    " another one under “Must be installed first”."
)
_LATER = N_("Version %(version)s must be installed before this one, and goes live later. Wait.")
_PILOTS = N_(
    "Version %(version)s must be installed before this one, and is for pilot customers alone. Open"
    " it to all who get this one first."
)


def check_first(session: Session, it: SoftwareRelease, now: datetime) -> None:
    """Refused where customers would have to wait for it, see `downloads.way`."""
    first = session.get(SoftwareRelease, it.predecessor_id) if it.predecessor_id else None
    if first is None:
        return
    pilots, theirs = ({each.account_id for each in one.pilots} for one in (it, first))
    if first.state is not State.PUBLISHED:
        why = _NOT_OUT
    elif first.standing is Standing.BLOCKED or not _handed_out(first):
        why = _GONE
    elif first.opens_at and first.opens_at > max(it.opens_at or now, now):
        why = _LATER
    elif first.staged and not (it.staged and pilots <= theirs):
        why = _PILOTS
    else:
        return
    raise Refused(why, version=first.version)


def _handed_out(it: SoftwareRelease) -> bool:
    portal = (each for each in it.channels if each.channel is Channel.PORTAL)
    return any(each.withdrawn_at is None for each in portal)
