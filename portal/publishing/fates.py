"""What becomes of a release that is out: withdrawn, outdated, blocked, or open to all."""

from collections.abc import Collection
from datetime import datetime

from portal.base.bilingual import lines_of
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Channel, Standing, State
from portal.publishing.seeing import as_seen, check_seen
from portal.publishing.waiting import keep_waiting, takes_two

WHY = N_("Write why, in one language or both. Customers read it.")


def withdraw(
    session: ScopedSession,
    it: SoftwareRelease,
    channels: Collection[Channel],
    *,
    reason_nb: str,
    reason_en: str,
    by: Doer,
    now: datetime,
) -> None:
    """Take it out of some channels or all, and tell those who took it."""
    open_ones = [each for each in it.channels if each.withdrawn_at is None]
    found = [each for each in open_ones if each.channel in channels]
    if it.state is not State.PUBLISHED:
        raise Refused(N_("Only what is published can be withdrawn."))
    if not found:
        raise Refused(N_("Choose a channel that it is not withdrawn from yet."), field="channels")
    nb, en = _reason(reason_nb, reason_en)
    for each in found:
        each.withdrawn_at, each.reason_nb, each.reason_en = now, nb, en
    it.changed_at = now
    happened(session, it, What.WITHDRAWN, by=by, channels=[[], [it.channel for it in found]])
    later(session, "publishing.tell_withdrawn", release_id=it.id)


def judge(
    session: ScopedSession,
    it: SoftwareRelease,
    standing: Standing,
    *,
    reason_nb: str,
    reason_en: str,
    by: Doer,
    now: datetime,
) -> None:
    """Say that it is in use, outdated, or not to be installed."""
    nb, en = ("", "") if standing is Standing.CURRENT else _reason(reason_nb, reason_en)
    before = it.standing
    it.standing, it.reason_nb, it.reason_en, it.changed_at = standing, nb, en, now
    happened(session, it, What.CHANGED, by=by, standing=[before, standing])
    if standing is Standing.BLOCKED and it.state is State.PUBLISHED:
        later(session, "publishing.tell_withdrawn", release_id=it.id)


def open_to_all(
    session: ScopedSession, it: SoftwareRelease, *, revision: int, by: Doer, now: datetime
) -> None:
    """After the pilots, everyone. With firmware it waits for another publisher."""
    check_seen(it, revision)
    if it.state is not State.PUBLISHED:
        raise Refused(N_("Only what is published can be opened to everyone."))
    if not it.staged:
        raise Refused(N_("It is open to everyone already."))
    pilots = sorted(each.account_id for each in it.pilots)
    if takes_two(it):
        with as_seen(session, it, revision, now):
            keep_waiting(session, it, {"pilots": [pilots, []]}, by=by)
        return
    with as_seen(session, it, revision, now):
        it.staged = False
    happened(session, it, What.CHANGED, by=by, pilots=[pilots, []])
    later(session, "news.tell", at=it.opens_at, release_id=it.id)


def _reason(nb: str, en: str) -> tuple[str, str]:
    told = lines_of(nb), lines_of(en)
    if not any(told):
        raise Refused(WHY, field="reason_nb")
    return told
