"""Asking for a new device before the faulty one comes back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.approval_rules.rules import Held
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model
from portal.products.models import Product, ProductCount
from portal.replacements.addresses import Address, checked
from portal.replacements.approving import approve
from portal.replacements.deeds import note_step, settle
from portal.replacements.faults import CHECKS, FAULTS, Fault
from portal.replacements.holding import held_back
from portal.replacements.models import Replacement
from portal.replacements.of_request import note_asked
from portal.replacements.queries import count_locked
from portal.replacements.rules import Barred, Liability, ReturnStage, Stage, Track
from portal.replacements.standing import Standing, standings_of
from portal.replacements.telling import tell
from portal.replacements.unsaid import Device
from portal.service_requests.rules import one_line, whole_text

# What holds for it as agreed when it is asked, whatever is agreed later.
FROM_AGREEMENT = ("return_window", "charge_grace", "dead_on_arrival")
GONE = N_("The last %(model)s was taken at this moment. See what we can do instead.")


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
    waits: bool = False  # for more in stock, where there are not enough
    instead: bool = False  # takes what is sent instead
    held: tuple[Held, ...] = ()  # why a person must look at it, whatever the rules say
    what: What = What.REPLACEMENT_ASKED  # how it stands in the history
    news: str = "asked"  # what is told of it


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
    return replace(
        asked,
        tried=tried,
        untried=untried,
        description=whole_text(asked.description, field="description", missing=unsaid),
        address=checked(asked.address),
    )


def ask_for_replacement(
    session: ScopedSession,
    device: Device,
    asked: Asked,
    *,
    by: Doer,
    now: datetime,
) -> Replacement:
    """Ask for a new device. By rule it is approved at once, so that what was promised holds."""
    return ask_for_replacements(session, [device], asked, by=by, now=now)[0]


def ask_for_replacements(
    session: ScopedSession,
    devices: Sequence[Device],
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
    asked = checked_asking(each[0][1].model, asked)
    made = [_ask(session, device, standing, asked, by=by, now=now) for device, standing in each]
    if len(made) > 1:
        for it in made:
            it.first_id = made[0].id
    standings = [standing for _device, standing in each]
    held = [*asked.held, *held_back(session, standings, asked.address, number=len(made), now=now)]
    # In one order, so that no two who reserve several models wait for each other.
    pairs = sorted(zip(made, standings, strict=True), key=lambda both: both[0].to_send_id)
    for it, standing in pairs:
        it.held = [each.value for each in held]
        _approve_or_hold(session, it, standing, asked, held=bool(held), now=now)
        settle(session, it, now=now)
        tell(session, it, asked.news, by=by)
    return made


def _approve_or_hold(
    session: ScopedSession,
    it: Replacement,
    standing: Standing,
    asked: Asked,
    *,
    held: bool,
    now: datetime,
) -> None:
    """A rule approves it and takes it from stock; or it waits, for a person or for more."""
    short = asked.waits and not standing.offer.enough
    if not held and not short:
        try:
            with session.begin_nested():
                approve(session, it, standing.targets["cut_off"], by=None, now=now)
        except Refused:
            raise Refused(GONE, model=standing.model.name) from None
    elif short:
        it.held = [*it.held, Held.STOCK.value]
        it.waits_for_stock, it.expected_on = True, standing.offer.expected_on


def number_of(device: Device, number: int) -> int:
    """How many new ones are sent for a device, or for a line of them."""
    return number if isinstance(device, ProductCount) else 1


def _ask(
    session: ScopedSession,
    device: Device,
    standing: Standing,
    asked: Asked,
    *,
    by: Doer,
    now: datetime,
) -> Replacement:
    instead = standing.offer.instead if asked.instead and not standing.offer.enough else None
    asker = session.get(User, by.id) if by.id else None
    made = Replacement(
        account_id=session.scope.write,
        product_id=device.id if isinstance(device, Product) else None,
        model_id=device.model_id,
        sent_model_id=instead.id if instead else None,
        site_id=device.site_id,
        request_id=asked.request_id,
        fault=asked.fault,
        tried=asked.tried,
        untried=asked.untried,
        description=asked.description,
        recipient_id=asked.recipient_id,
        asked_at=now,
        asked_by_id=by.id or None,
        on_behalf=by.on_behalf,
        retain_and_destroy=standing.retain_and_destroy,
        **{name: standing.targets[name] for name in FROM_AGREEMENT},
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
    happened(session, made, asked.what, by=by, fault=asked.fault)
    note_asked(session, made, by=by, now=now)
    return made
