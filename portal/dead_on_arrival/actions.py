"""«The new one does not work either»: another one is sent at once, in the same chain."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.agreements.targets import targets_with
from portal.base.clock import day_of
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.dead_on_arrival.models import ReplacementLink
from portal.dead_on_arrival.queries import link_from, product_known_as
from portal.dead_on_arrival.rules import is_dead_on_arrival
from portal.products.models import Product, ProductStatus
from portal.replacements.actions import FROM_AGREEMENT
from portal.replacements.approving import approve_or_wait
from portal.replacements.deeds import hold, note_step, settle
from portal.replacements.models import Replacement
from portal.replacements.of_request import note_asked
from portal.replacements.queries import agreement_in_force
from portal.replacements.rules import CALLED_OFF, Barred, Liability, ReturnStage, Stage, Track
from portal.replacements.telling import tell

TOO_LATE = N_(
    "That can be said for %(days)s days after delivery. Replace it as any other device from now on."
)
# What is the same in both: the device is of the same model at the same place, for the same person.
_KEPT = (
    *("site_id", "request_id", "fault", "recipient", "recipient_id", "phone", "street"),
    *("postal_code", "city", "country", "hours"),
)

Follow = Callable[[ScopedSession, Replacement, Replacement], None]
_FOLLOW: list[Follow] = []


def when_replaced_again(follow: Follow) -> None:
    """What a feature above keeps of the first, it keeps of the one that follows on it."""
    _FOLLOW.append(follow)


def may_be_dead(it: Replacement, now: datetime) -> bool:
    arrived = it.stage is Stage.DELIVERED and it.part_id is None
    return arrived and is_dead_on_arrival(it.delivered_on, it.dead_on_arrival, day_of(now))


def replace_again(
    session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime
) -> Replacement:
    """Approved at once, whatever the rule says, and before all others. Of two who say so at the
    same moment both are led to the same one. If that one is not sent after all, it can be said
    anew, and the chain leads to the new one instead."""
    it = hold(session, replacement)
    known = session.scalars(link_from(it.id)).one_or_none()
    if known and (following := session.get_one(Replacement, known.next_id)).stage not in CALLED_OFF:
        return following
    if not may_be_dead(it, now):
        if it.delivered_on is None:
            raise Refused(N_("The new device has not arrived yet."))
        raise Refused(TOO_LATE, days=it.dead_on_arrival)
    made = _made(session, it, by=by, now=now)
    _lead_on(session, it, made, known, now)
    for follow in _FOLLOW:
        follow(session, it, made)
    note_step(session, made, Track.REPLACEMENT, Stage.REQUESTED, by=by, now=now)
    happened(session, it, What.DEAD_ON_ARRIVAL, by=by, next=made.reference)
    happened(session, made, What.REPLACEMENT_ASKED, by=by, fault=made.fault)
    agreed = session.execute(agreement_in_force(it.account_id, day_of(now))).first()
    targets = targets_with(agreed.targets if agreed else {})
    note_asked(session, made, by=by, now=now)
    approve_or_wait(session, made, targets["cut_off"], now=now)
    settle(session, made, now=now)
    settle(session, it, now=now)
    tell(session, made, "asked", by=by)
    tell(session, made, "dead_on_arrival", by=by)
    return made


def _lead_on(
    session: ScopedSession,
    it: Replacement,
    made: Replacement,
    known: ReplacementLink | None,
    now: datetime,
) -> None:
    if known:
        known.next_id, known.linked_at = made.id, now
        return
    session.add(
        ReplacementLink(
            account_id=it.account_id, replacement_id=it.id, next_id=made.id, linked_at=now
        )
    )


def _made(session: ScopedSession, it: Replacement, *, by: Doer, now: datetime) -> Replacement:
    agreed = session.execute(agreement_in_force(it.account_id, day_of(now))).first()
    targets, asker = targets_with(agreed.targets if agreed else {}), session.get(User, by.id)
    device = _device(session, it)
    made = Replacement(
        account_id=it.account_id,
        product_id=device.id if device else None,
        model_id=it.to_send_id,  # of the one that does not work, which may have been sent instead
        tried=[],
        untried="",
        description="",
        asked_at=now,
        asked_by_id=by.id,
        on_behalf=by.on_behalf,
        retain_and_destroy=bool(agreed and agreed.retain_and_destroy),
        people=seen_by(_people(it, by.id if asker and asker.staff_role is None else None)),
        changed_at=now,
        stage=Stage.REQUESTED,
        returned=ReturnStage.NOT_DUE,
        liability=Liability.NONE,
        turn=0,
        **{name: targets[name] for name in FROM_AGREEMENT},
        **{name: getattr(it, name) for name in _KEPT},
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_replacement_product_id"):
            raise
        raise Refused(Barred.BEING_REPLACED.label) from None
    return made


def _device(session: ScopedSession, it: Replacement) -> Product | None:
    """The device that was sent, where it is registered; of those by count it is one of them."""
    if it.product_id is None or not it.new_serial_number:
        return None
    sent = session.scalars(product_known_as(it.new_serial_number)).first()
    if sent is not None and sent.status is not ProductStatus.ACTIVE:
        raise Refused(Barred.NOT_IN_USE.label)
    return sent


def _people(it: Replacement, asker: int | None) -> list[int | None]:
    """Whoever takes part in the first takes part in what follows from it."""
    return [*(int(each) for each in it.people.split(",") if each), asker]
