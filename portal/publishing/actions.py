"""What publishers do with releases: a draft, and two people for firmware."""

from datetime import datetime
from typing import NamedTuple

from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.downloads.indexing import index_releases
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Sort, State
from portal.publishing.facts import CONCERNING, FIXED, ReleaseFacts, changes, checked, facts_of
from portal.publishing.seeing import COMPARE, as_seen, check_seen
from portal.publishing.stating import refuse_twin, state
from portal.publishing.waiting import keep_waiting, takes_two
from portal.publishing.widening import Change, parted

ANOTHER = N_("Somebody else must publish what you proposed: firmware takes two people.")


class Done(NamedTuple):
    """Whether something is changed now, and whether something waits for another publisher."""

    saved: bool
    waits: bool


def add_release(
    session: ScopedSession,
    facts: ReleaseFacts,
    *,
    file_id: int | None,
    by: Doer | None,
    now: datetime,
) -> SoftwareRelease:
    """As a draft, which nobody but publishers sees."""
    facts = checked(facts)
    refuse_twin(session, facts, None)
    it = SoftwareRelease(created_at=now, changed_at=now, version=facts.printed, file_id=file_id)
    state(it, facts)
    session.add(it)
    session.flush()
    index_releases(session, [it])
    happened(session, it, What.CREATED, by=by)
    return it


def change_release(
    session: ScopedSession,
    it: SoftwareRelease,
    facts: ReleaseFacts,
    *,
    file_id: int | None,
    revision: int,
    by: Doer,
    now: datetime,
) -> Done:
    """State it anew. What was proposed is a draft again, since it is not what was looked at; what
    is out keeps its file, its version and what it is. Of firmware that is out, what lets more
    customers have it waits for another publisher."""
    check_seen(it, revision, COMPARE)
    facts, before = checked(facts), facts_of(it)
    refuse_twin(session, facts, it.id)
    stated = changes(before, facts)
    if it.state is State.PUBLISHED and (file_id is not None or FIXED & stated.keys()):
        raise Refused(N_("It is out, and keeps its file and its version. Add a new release."))
    waits: Change = {}
    if takes_two(it):
        facts, waits = parted(before, facts, now)
    changed = changes(before, facts)
    if file_id is not None:
        changed["file"] = [it.file.name if it.file else "", ""]
    if not changed and not waits:
        return Done(saved=False, waits=False)
    with as_seen(session, it, revision, now, COMPARE):
        state(it, facts)
        it.file_id = file_id if file_id is not None else it.file_id
        if it.state is State.PROPOSED:
            it.state, it.proposed_by_id = State.DRAFT, None
        if waits:
            keep_waiting(session, it, waits, by=by)
    session.refresh(it, ["file"])
    if file_id is not None and it.file:
        changed["file"][1] = it.file.name
    index_releases(session, [it])
    if changed:
        happened(session, it, What.CHANGED, by=by, **changed)
    if it.state is State.PUBLISHED and CONCERNING & changed.keys():
        later(session, "news.tell", at=it.opens_at, release_id=it.id)
    return Done(saved=bool(changed), waits=bool(waits))


def propose(
    session: ScopedSession, it: SoftwareRelease, *, revision: int, by: Doer, now: datetime
) -> None:
    """Ask a second person to look it through."""
    check_seen(it, revision)
    if it.state is not State.DRAFT:
        raise Refused(N_("Only a draft can be proposed."))
    _check_whole(it)
    with as_seen(session, it, revision, now):
        it.state, it.proposed_by_id = State.PROPOSED, by.id
    happened(session, it, What.PROPOSED, by=by)


def publish(
    session: ScopedSession, it: SoftwareRelease, *, revision: int, by: Doer, now: datetime
) -> None:
    """Let customers have it, from its day on, as it was looked at. Firmware takes another than who
    proposed it."""
    check_seen(it, revision)
    if it.state is State.PUBLISHED:
        raise Refused(N_("It is published already."))
    if it.sort is Sort.FIRMWARE and it.state is not State.PROPOSED:
        raise Refused(N_("Propose it first: firmware takes two people."))
    if it.sort is Sort.FIRMWARE and it.proposed_by_id == by.id:
        raise Refused(ANOTHER)
    _check_whole(it)
    with as_seen(session, it, revision, now):
        it.state, it.published_at = State.PUBLISHED, now
    happened(session, it, What.PUBLISHED, by=by, proposed_by=it.proposed_by_id)
    later(session, "news.tell", at=it.opens_at, release_id=it.id)


def _check_whole(it: SoftwareRelease) -> None:
    if it.file is None:
        raise Refused(N_("Send the file first."))
    if it.file.held:
        raise Refused(N_("The file is still being checked for viruses."))
    if not any(text for told in it.notes.values() for text in told.values()):
        raise Refused(N_("Write the release notes first, in one language at least."))
