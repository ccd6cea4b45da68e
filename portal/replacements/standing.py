"""How a device stands that somebody wants replaced: whether it can be, and what is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import Coverage, coverage
from portal.agreements.targets import targets_with
from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model, catalogue_of
from portal.delivery_times.rules import Promise
from portal.delivery_times.times import delivery_times
from portal.products.models import Product, ProductCount, ProductStatus
from portal.replacements.addresses import Address
from portal.replacements.models import Replacement
from portal.replacements.queries import (
    agreement_in_force,
    approved_since,
    open_of_count,
    open_of_products,
    partner_of_agreement,
)
from portal.replacements.rules import Barred, Candidate, approves_itself, barred

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a device can be replaced, and by what rules of the agreement."""

    model: Model
    coverage: Coverage
    barred: Barred | None
    targets: dict[str, int]
    retain_and_destroy: bool
    by_rule: bool  # whether nobody has to look at it, of so many at once
    open: Replacement | None = None  # the one that bars another


def standing_of(
    session: ScopedSession, device: Product | ProductCount, *, now: datetime
) -> Standing:
    """How a device stands today, asked anew when it is sent: meanwhile a colleague may have."""
    return standings_of(session, [device], now=now)[0]


def standings_of(
    session: ScopedSession,
    devices: Sequence[Product | ProductCount],
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
    by_rule = approves_itself(approved, targets["replaced_by_rule"], asked)
    ids = [it.id for it in devices if isinstance(it, Product)]
    others = {it.product_id: it for it in session.scalars(open_of_products(ids))} if ids else {}
    found = []
    for device in devices:
        model = catalogue[device.model_id]
        covered = coverage(model, terms, today)
        other = others.get(device.id) if isinstance(device, Product) else None
        candidate = _candidate(session, device, other, covered=covered.covered, asked=asked)
        found.append(
            Standing(
                model=model,
                coverage=covered,
                barred=barred(candidate),
                targets=targets,
                retain_and_destroy=bool(agreed and agreed.retain_and_destroy),
                by_rule=by_rule,
                open=other,
            )
        )
    return found


def _candidate(
    session: ScopedSession,
    device: Product | ProductCount,
    other: Replacement | None,
    *,
    covered: bool,
    asked: int,
) -> Candidate:
    if isinstance(device, Product):
        in_use = device.status is ProductStatus.ACTIVE
        return Candidate(covered=covered, in_use=in_use, open_replacements=1 if other else 0)
    opened = session.scalars(open_of_count(device)).one()
    return Candidate(covered=covered, open_replacements=opened, number=device.number, asked=asked)


def promised(
    session: ScopedSession, standing: Standing, address: Address, *, now: datetime
) -> Promise:
    """When it arrives, if it is approved at this moment."""
    return delivery_times(session).promise(
        now,
        cut_off=standing.targets["cut_off"],
        country=address.country,
        postal_code=address.postal_code,
    )


def reseller_of(session: ScopedSession, account_id: int, today: date) -> str:
    """Through whom the account buys, to be named where a device is not covered."""
    asked = partner_of_agreement(account_id, today)
    return session.scalars(asked).first() or ""
