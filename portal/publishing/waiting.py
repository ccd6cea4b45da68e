"""A change of firmware that is out, which waits beside it until another publisher agrees."""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Account
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.indexing import index_releases
from portal.downloads.models import ReleaseModel, SoftwareRelease
from portal.downloads.rules import Sort, State
from portal.publishing.facts import CONCERNING, ReleaseFacts, changes, checked, facts_of
from portal.publishing.seeing import as_seen, check_seen
from portal.publishing.stating import refuse_twin, state
from portal.publishing.widening import Change, with_change

ANOTHER = N_("Somebody else must put in force what you proposed: firmware takes two people.")
ONE_WAITS = N_("A change waits for another publisher already. Put it in force or drop it first.")
NONE_WAITS = N_("No change waits any more.")
ANEW = N_("What the change is about is not there any more. Drop it, and propose it anew.")


def takes_two(it: SoftwareRelease) -> bool:
    return it.state is State.PUBLISHED and it.sort is Sort.FIRMWARE


def keep_waiting(session: ScopedSession, it: SoftwareRelease, waits: Change, *, by: Doer) -> None:
    """Beside what is out, which stays as it is."""
    if it.proposed_change is not None:
        raise Refused(ONE_WAITS)
    it.proposed_change, it.proposed_by_id = waits, by.id
    happened(session, it, What.CHANGE_PROPOSED, by=by, **waits)


def put_in_force(
    session: ScopedSession, it: SoftwareRelease, *, revision: int, by: Doer, now: datetime
) -> None:
    """What was right when it was proposed may be so no longer, so it is checked again."""
    check_seen(it, revision)
    if it.proposed_change is None:
        raise Refused(NONE_WAITS)
    if it.proposed_by_id == by.id:
        raise Refused(ANOTHER)
    before, proposed_by = facts_of(it), it.proposed_by_id
    facts = checked(with_change(before, it.proposed_change))
    _check_there(session, before, facts)
    refuse_twin(session, facts, it.id)
    changed = changes(before, facts)
    with as_seen(session, it, revision, now):
        state(it, facts)
        it.proposed_change = it.proposed_by_id = None
    index_releases(session, [it])
    happened(session, it, What.CHANGE_IN_FORCE, by=by, proposed_by=proposed_by, **changed)
    if CONCERNING & changed.keys():
        later(session, "news.tell", at=it.opens_at, release_id=it.id)


def drop(
    session: ScopedSession, it: SoftwareRelease, *, revision: int, by: Doer, now: datetime
) -> None:
    """Any publisher may, also whoever proposed it."""
    check_seen(it, revision)
    if it.proposed_change is None:
        raise Refused(NONE_WAITS)
    dropped = it.proposed_change
    with as_seen(session, it, revision, now):
        it.proposed_change = it.proposed_by_id = None
    happened(session, it, What.CHANGE_DROPPED, by=by, **dropped)


def _check_there(session: ScopedSession, before: ReleaseFacts, after: ReleaseFacts) -> None:
    """The models, the customers and the release that it names, by their numbers, are there."""
    new = set(after.models) - set(before.models)
    models = catalogue_of(session, knowing=new)
    if any(models.get(each) is None for each in new):
        raise Refused(ANEW)
    pilots = set(after.pilots) - set(before.pilots)
    customers = select(Account.id).where(Account.id.in_(pilots), Account.removed_at.is_(None))
    if pilots and set(session.scalars(customers)) != pilots:
        raise Refused(ANEW)
    first = after.predecessor_id
    mine = ReleaseModel.release_id == first, ReleaseModel.model_id.in_(after.models)
    same = select(ReleaseModel.id).where(*mine).limit(1)
    if first and first != before.predecessor_id and session.scalars(same).first() is None:
        raise Refused(ANEW)
