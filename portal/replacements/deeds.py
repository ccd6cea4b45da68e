"""What every deed on a replacement is made of: holding it, moving its tracks on, and settling."""

from collections.abc import Callable
from datetime import datetime

from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.replacements.indexing import index_replacement
from portal.replacements.models import COLUMNS, Replacement
from portal.replacements.queries import replacement_locked
from portal.replacements.rules import Stage, State, Track, is_over, may_go
from portal.replacements.step_models import ReplacementStep

MOVED_ON = N_("The replacement has moved on meanwhile. Look at how it stands now.")

After = Callable[[ScopedSession, Replacement, datetime], None]
_AFTER: list[After] = []


def after_settling(deed: After) -> After:
    """What follows in another feature, which says so here: this one need not know of any."""
    _AFTER.append(deed)
    return deed


def hold(session: ScopedSession, replacement: Replacement) -> Replacement:
    """The replacement as it is now, which nobody else writes until this transaction ends.

    So of two who approve and call off at the same moment, one finds that it has moved on.
    """
    session.flush()
    return session.scalars(replacement_locked(replacement.id)).one()


def go(
    session: ScopedSession,
    replacement: Replacement,
    track: Track,
    state: State,
    *,
    by: Doer | None,
    now: datetime,
) -> None:
    """Move one of its tracks on, if it may go there."""
    if not may_go(replacement.standing(track), state):
        raise Refused(MOVED_ON)
    setattr(replacement, COLUMNS[track], state)
    note_step(session, replacement, track, state, by=by, now=now)


def note_step(
    session: ScopedSession,
    replacement: Replacement,
    track: Track,
    state: State,
    *,
    by: Doer | None,
    now: datetime,
) -> None:
    session.add(
        ReplacementStep(
            replacement_id=replacement.id,
            account_id=replacement.account_id,
            track=track,
            state=state.value,
            at=now,
            by_id=(by.id or None) if by else None,
        )
    )


def settle(session: ScopedSession, replacement: Replacement, *, now: datetime) -> None:
    """What follows from how the tracks stand: whether it is over, and what it is found by."""
    over = is_over(replacement.stage, replacement.returned, replacement.liability)
    if replacement.part_id is not None:  # of which nothing is to come back
        over = over or replacement.stage is Stage.DELIVERED
    replacement.closed_at = (replacement.closed_at or now) if over else None
    replacement.changed_at = now
    for follows in _AFTER:
        follows(session, replacement, now)
    session.flush()
    index_replacement(session, replacement)
