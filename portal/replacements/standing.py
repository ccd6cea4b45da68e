"""How a device stands that somebody wants replaced: whether it can be, and what is promised."""

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
    open_of_product,
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
    by_rule: bool  # whether nobody has to look at it
    open: Replacement | None = None  # the one that bars another


def standing_of(
    session: ScopedSession, device: Product | ProductCount, *, now: datetime
) -> Standing:
    """How a device stands today, asked anew when it is sent: meanwhile a colleague may have."""
    account_id, today = device.account_id, day_of(now)
    model = catalogue_of(session, knowing=[device.model_id])[device.model_id]
    covered = coverage(model, agreement_terms(session, account_id), today)
    agreed = session.execute(agreement_in_force(account_id, today)).first()
    targets = targets_with(agreed.targets if agreed else {})
    other = None
    if isinstance(device, Product):
        other = session.scalars(open_of_product(device.id)).first()
        candidate = Candidate(
            covered=covered.covered,
            in_use=device.status is ProductStatus.ACTIVE,
            open_replacements=1 if other else 0,
        )
    else:
        opened = session.scalars(open_of_count(device)).one()
        candidate = Candidate(
            covered=covered.covered, open_replacements=opened, number=device.number
        )
    approved = session.scalars(approved_since(account_id, now - A_WEEK)).one()
    return Standing(
        model=model,
        coverage=covered,
        barred=barred(candidate),
        targets=targets,
        retain_and_destroy=bool(agreed and agreed.retain_and_destroy),
        by_rule=approves_itself(approved, targets["replaced_by_rule"]),
        open=other,
    )


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
