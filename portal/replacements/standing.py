"""How a device stands that somebody wants replaced: whether it can be, and what is promised."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import Coverage, coverage
from portal.agreements.targets import targets_with
from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model, catalogue_of
from portal.delivery_times.rules import Promise
from portal.delivery_times.times import delivery_times
from portal.products.models import Product, ProductStatus
from portal.replacements.addresses import Address
from portal.replacements.models import Replacement
from portal.replacements.queries import (
    agreement_in_force,
    approved_since,
    being_replaced,
    open_of_counts,
    open_of_products,
    partner_of_agreement,
    sent_as_new,
)
from portal.replacements.rules import Barred, Candidate, approves_itself, barred
from portal.replacements.unsaid import Device, Unsaid
from portal.stock.queries import supplies_of
from portal.stock.rules import Offer, offer

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a device can be replaced, and by what rules of the agreement."""

    model: Model
    coverage: Coverage
    barred: Barred | None
    targets: dict[str, int]
    retain_and_destroy: bool
    within_a_week: bool  # whether the agreement lets so many be approved by a rule
    sent_days_ago: int | None = None  # the device itself, as a new one
    offer: Offer = field(default_factory=Offer)
    open: Replacement | None = None  # the one that bars another, if whoever asks sees it
    left: int = 1  # of those by count, how many are not being replaced


def standing_of(session: ScopedSession, device: Device, *, now: datetime) -> Standing:
    """How a device stands today, asked anew when it is sent: meanwhile a colleague may have."""
    return standings_of(session, [device], now=now)[0]


def standings_of(
    session: ScopedSession,
    devices: Sequence[Device],
    *,
    number: int = 1,
    now: datetime,
) -> list[Standing]:
    """The same of several of one account, or of `number` of those that are counted in a line; in as
    many statements."""
    account_id, today = devices[0].account_id, day_of(now)
    catalogue = catalogue_of(session, knowing=[it.model_id for it in devices])
    terms = agreement_terms(session, account_id)
    agreed = session.execute(agreement_in_force(account_id, today)).first()
    targets = targets_with(agreed.targets if agreed else {})
    approved = session.scalars(approved_since(account_id, now - A_WEEK)).one()
    asked = max(number, len(devices))
    within_a_week = approves_itself(approved, targets["replaced_by_rule"], asked)
    ids = [it.id for it in devices if isinstance(it, Product)]
    taken, others = _being_replaced(session, ids)
    ago = _sent_ago(session, devices, today)
    models = [catalogue[it.model_id] for it in devices]
    wanted = Counter(it.id for it in models)
    if number > len(devices):
        wanted[models[0].id] = number
    supplies = supplies_of(session, models, catalogue)
    found = []
    for device in devices:
        model = catalogue[device.model_id]
        covered = coverage(model, terms, today)
        other = others.get(device.id) if isinstance(device, Product) else None
        candidate = _candidate(session, device, taken, covered=covered.covered, asked=asked)
        found.append(
            Standing(
                model=model,
                coverage=covered,
                barred=barred(candidate),
                targets=targets,
                retain_and_destroy=bool(agreed and agreed.retain_and_destroy),
                within_a_week=within_a_week,
                sent_days_ago=ago.get(device.id) if isinstance(device, Product) else None,
                offer=offer(model, wanted[model.id], supplies, catalogue, today),
                open=other,
                left=max((candidate.number or 1) - candidate.open_replacements, 0),
            )
        )
    return found


def _being_replaced(
    session: ScopedSession, ids: Sequence[int]
) -> tuple[Collection[int], dict[int | None, Replacement]]:
    """Which of these devices are, and of those the replacements that may be named to whoever asks:
    who does not see everything does not see all of them, and gets no second device for that."""
    if not ids:
        return (), {}
    seen = {it.product_id: it for it in session.scalars(open_of_products(ids))}
    if session.scope.limits is None:
        return {it for it in seen if it}, seen
    return set(session.scalars(being_replaced(ids))), seen


def _sent_ago(session: ScopedSession, devices: Sequence[Device], today: date) -> dict[int, int]:
    """Days since those arrived that came as new ones themselves."""
    known = {it.serial_number: it.id for it in devices if isinstance(it, Product)}
    serials = [serial for serial in known if serial]
    rows = session.execute(sent_as_new(serials)).all() if serials else []
    return {known[serial]: (today - day).days for serial, day in rows}


def _candidate(
    session: ScopedSession,
    device: Device,
    taken: Collection[int],
    *,
    covered: bool,
    asked: int,
) -> Candidate:
    if isinstance(device, Product):
        in_use = device.status is ProductStatus.ACTIVE
        return Candidate(covered=covered, in_use=in_use, open_replacements=int(device.id in taken))
    if isinstance(device, Unsaid):
        return Candidate(covered=covered)
    opened = dict(session.execute(open_of_counts([device.id])).all()).get(device.id, 0)
    return Candidate(covered=covered, open_replacements=opened, number=device.number, asked=asked)


def promised(
    session: ScopedSession,
    standings: Sequence[Standing],
    address: Address,
    *,
    waits: bool = False,
    now: datetime,
) -> Promise | None:
    """When it arrives, if it is approved at this moment; or, for who waits for more in stock, on
    the day that these come. None where nobody knows that day. Of several the last one counts."""
    each = [_moment(session, it, now) if waits else now for it in standings]
    if None in each:
        return None
    standing = standings[0]
    return delivery_times(session).promise(
        max(it for it in each if it is not None),
        cut_off=standing.targets["cut_off"],
        country=address.country,
        postal_code=address.postal_code,
    )


def _moment(session: ScopedSession, standing: Standing, now: datetime) -> datetime | None:
    if standing.offer.enough:
        return now
    on, zone = standing.offer.expected_on, ZoneInfo(delivery_times(session).shipping.zone)
    return max(now, datetime.combine(on, time(), zone)) if on else None


def reseller_of(session: ScopedSession, account_id: int, today: date) -> str:
    """Through whom the account buys, to be named where a device is not covered."""
    asked = partner_of_agreement(account_id, today)
    return session.scalars(asked).first() or ""
