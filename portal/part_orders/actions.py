"""Asking for spare parts: by part number and count, and nothing is asked back."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from portal.accounts.models import User
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage
from portal.agreements.targets import targets_with
from portal.approval_rules.rules import Held
from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model, catalogue_of
from portal.replacements.actions import FROM_AGREEMENT
from portal.replacements.addresses import Address, checked
from portal.replacements.approving import approve
from portal.replacements.deeds import note_step, settle
from portal.replacements.faults import Fault
from portal.replacements.holding import held_back
from portal.replacements.models import Replacement
from portal.replacements.queries import agreement_in_force, pieces_approved_since
from portal.replacements.rules import Liability, ReturnStage, Stage, Track, approves_itself
from portal.replacements.standing import A_WEEK
from portal.replacements.telling import tell
from portal.spare_parts.parts import Part

MOST = 100  # of a part at once


@dataclass(frozen=True, slots=True)
class Parts:
    """What decides whether a rule approves them: of each piece what holds for a device."""

    model: Model
    within_a_week: bool
    sent_days_ago: int | None = None


def ask_for_parts(
    session: ScopedSession,
    part: Part,
    number: int,
    address: Address,
    *,
    recipient_id: int | None,
    by: Doer,
    now: datetime,
) -> Replacement:
    """So many of a part for models that are covered; approved and sent like a device."""
    account_id, today = session.scope.write or 0, day_of(now)
    model = covered_model(session, account_id, part, today)
    if model is None or not part.offered:
        raise Refused(N_("None of the models that this part fits is covered."))
    if not 1 <= number <= MOST:
        raise Refused(
            N_("Write a number from %(least)s to %(most)s."), field="number", least=1, most=MOST
        )
    agreed = session.execute(agreement_in_force(account_id, today)).first()
    targets = targets_with(agreed.targets if agreed else {})
    asker = session.get(User, by.id)
    made = Replacement(
        account_id=account_id,
        model_id=model.id,
        part_id=part.id,
        part_count=number,
        fault=Fault.BROKEN,
        tried=[],
        recipient_id=recipient_id,
        asked_at=now,
        asked_by_id=by.id,
        on_behalf=by.on_behalf,
        **{name: targets[name] for name in FROM_AGREEMENT},
        people=seen_by([by.id if asker and asker.staff_role is None else None]),
        changed_at=now,
        stage=Stage.REQUESTED,
        returned=ReturnStage.NOT_DUE,
        liability=Liability.NONE,
        **asdict(checked(address)),
    )
    session.add(made)
    session.flush()
    note_step(session, made, Track.REPLACEMENT, Stage.REQUESTED, by=by, now=now)
    happened(session, made, What.PARTS_ASKED, by=by, part=part.id, number=number)
    held = _held_back(session, model, number, address, targets["replaced_by_rule"], now)
    made.held = [each.value for each in held]
    if not held:
        approve(session, made, targets["cut_off"], by=None, now=now)
    settle(session, made, now=now)
    tell(session, made, "asked", by=by)
    return made


def parts_held_back(
    session: ScopedSession, part: Part, number: int, address: Address, *, now: datetime
) -> list[Held]:
    """Why a person would look at them, if they were asked for at this moment."""
    account_id, today = session.scope.write or 0, day_of(now)
    model = covered_model(session, account_id, part, today)
    if model is None:
        return []
    agreed = session.execute(agreement_in_force(account_id, today)).first()
    most = targets_with(agreed.targets if agreed else {})["replaced_by_rule"]
    return _held_back(session, model, number, address, most, now)


def _held_back(  # noqa: PLR0917
    session: ScopedSession, model: Model, number: int, address: Address, most: int, now: datetime
) -> list[Held]:
    approved = session.scalars(pieces_approved_since(session.scope.write or 0, now - A_WEEK)).one()
    judged = Parts(model, approves_itself(approved, most, number))
    return held_back(session, [judged], address, number=number, now=now)


def covered_model(session: ScopedSession, account_id: int, part: Part, today: date) -> Model | None:
    """A model that the part fits and the agreement covers."""
    catalogue, terms = catalogue_of(session), agreement_terms(session, account_id)
    models = filter(None, (catalogue.get(each) for each in sorted(part.model_ids)))
    return next((it for it in models if coverage(it, terms, today).covered), None)
