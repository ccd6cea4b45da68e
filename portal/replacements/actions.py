"""Asking for a new device before the faulty one comes back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model
from portal.delivery_times.times import delivery_times
from portal.products.models import Product, ProductCount
from portal.replacements.addresses import Address, checked
from portal.replacements.deeds import go, hold, note_step, settle
from portal.replacements.faults import CHECKS, FAULTS, Fault
from portal.replacements.models import Replacement
from portal.replacements.of_request import follow, note_asked
from portal.replacements.queries import count_locked
from portal.replacements.rules import Barred, Liability, ReturnStage, Stage, Track
from portal.replacements.standing import Standing, standings_of
from portal.service_requests.rules import one_line, whole_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody says who asks for a new device."""

    fault: Fault
    tried: list[int] = field(default_factory=list)
    untried: str = ""
    description: str = ""
    address: Address
    recipient_id: int | None = None
    request_id: int | None = None


def checked_asking(model: Model, asked: Asked) -> Asked:
    """What was said, tidied; refused where it does not fit the model, or says too little."""
    if asked.fault not in FAULTS[model.category]:
        raise Refused(N_("Choose what is wrong."), field="fault")
    checks = range(len(CHECKS[asked.fault]))
    tried = sorted(set(asked.tried) & set(checks))
    why = N_("Say in a few words why you skip what you have not tried.")
    untried = one_line(
        asked.untried, field="untried", most=200, missing=why if len(tried) < len(checks) else ""
    )
    unsaid = N_("Describe what is wrong.") if asked.fault is Fault.OTHER else ""
    return Asked(
        fault=asked.fault,
        tried=tried,
        untried=untried,
        description=whole_text(asked.description, field="description", missing=unsaid),
        address=checked(asked.address),
        recipient_id=asked.recipient_id,
        request_id=asked.request_id,
    )


def ask_for_replacement(
    session: ScopedSession,
    device: Product | ProductCount,
    asked: Asked,
    *,
    by: Doer,
    now: datetime,
) -> Replacement:
    """Ask for a new device. By rule it is approved at once, so that what was promised holds."""
    return ask_for_replacements(session, [device], asked, by=by, now=now)[0]


def ask_for_replacements(
    session: ScopedSession,
    devices: Sequence[Product | ProductCount],
    asked: Asked,
    *,
    number: int = 1,
    by: Doer,
    now: datetime,
) -> list[Replacement]:
    """The same for each of several, or for `number` of those that are counted in a line: all of
    them or none, each by itself from then on."""
    if isinstance(devices[0], ProductCount):
        devices = [session.scalars(count_locked(devices[0].id)).one()]
    both = zip(devices, standings_of(session, devices, number=number, now=now), strict=True)
    each = [(device, it) for device, it in both for _ in range(number_of(device, number))]
    for _device, standing in each:
        if standing.barred:
            raise Refused(standing.barred.label)
    made = [_ask(session, device, standing, asked, by=by, now=now) for device, standing in each]
    if len(made) > 1:
        for it in made:
            it.first_id = made[0].id
    for it, (_device, standing) in zip(made, each, strict=True):
        if standing.by_rule:
            approve(session, it, standing.targets["cut_off"], by=None, now=now)
        settle(session, it, now=now)
    return made


def number_of(device: Product | ProductCount, number: int) -> int:
    """How many new ones are sent for a device, or for a line of them."""
    return number if isinstance(device, ProductCount) else 1


def _ask(
    session: ScopedSession,
    device: Product | ProductCount,
    standing: Standing,
    asked: Asked,
    *,
    by: Doer,
    now: datetime,
) -> Replacement:
    asked = checked_asking(standing.model, asked)
    asker = session.get(User, by.id)
    made = Replacement(
        account_id=session.scope.write,
        product_id=device.id if isinstance(device, Product) else None,
        model_id=device.model_id,
        site_id=device.site_id,
        request_id=asked.request_id,
        fault=asked.fault,
        tried=asked.tried,
        untried=asked.untried,
        description=asked.description,
        recipient_id=asked.recipient_id,
        asked_at=now,
        asked_by_id=by.id,
        on_behalf=by.on_behalf,
        retain_and_destroy=standing.retain_and_destroy,
        return_window=standing.targets["return_window"],
        people=seen_by([by.id if asker and asker.staff_role is None else None]),
        changed_at=now,
        stage=Stage.REQUESTED,
        returned=ReturnStage.NOT_DUE,
        liability=Liability.NONE,
        **asdict(asked.address),
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if not broke(error, "uq_replacement_product_id"):
            raise
        raise Refused(Barred.BEING_REPLACED.label) from None
    note_step(session, made, Track.REPLACEMENT, Stage.REQUESTED, by=by, now=now)
    happened(session, made, What.REPLACEMENT_ASKED, by=by, fault=asked.fault)
    note_asked(session, made, by=by, now=now)
    return made


def approve(
    session: ScopedSession,
    replacement: Replacement,
    cut_off: int,
    *,
    by: Doer | None,
    now: datetime,
) -> None:
    """Let it be sent; from now on it is promised for a day. `by` nobody: a rule approved it."""
    go(session, replacement, Track.REPLACEMENT, Stage.APPROVED, by=by, now=now)
    promise = delivery_times(session).promise(
        now, cut_off=cut_off, country=replacement.country, postal_code=replacement.postal_code
    )
    replacement.approved_at, replacement.approved_by_id = now, by.id if by else None
    replacement.hand_over_on, replacement.promised_on = promise.handed_over, promise.arrives
    happened(session, replacement, What.APPROVED, by=by)
    follow(session, replacement, now=now)


def call_off(session: ScopedSession, replacement: Replacement, *, by: Doer, now: datetime) -> None:
    """Take it back, as long as nothing is sent. What is called off already stays so."""
    it = hold(session, replacement)
    if it.stage is Stage.CANCELED:
        return
    go(session, it, Track.REPLACEMENT, Stage.CANCELED, by=by, now=now)
    happened(session, it, What.CALLED_OFF, by=by)
    settle(session, it, now=now)
    follow(session, it, now=now)
