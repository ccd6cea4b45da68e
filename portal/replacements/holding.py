"""What a rule approves by itself, and when a person has to look at what is asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, select

from portal.accounts.models import Site
from portal.approval_rules.actions import rules_in_force
from portal.approval_rules.rules import Asking, Held, reasons
from portal.base.tenancy import ScopedSession
from portal.base.visibility import of_whole_account
from portal.catalogue.catalogue import Model
from portal.delivery_times.times import delivery_times
from portal.replacements.addresses import Address


class Judged(Protocol):
    """What is asked for: a device as it stands, or parts."""

    @property
    def model(self) -> Model: ...
    @property
    def within_a_week(self) -> bool: ...
    @property
    def sent_days_ago(self) -> int | None: ...


def held_back(
    session: ScopedSession,
    standings: Sequence[Judged],
    address: Address,
    *,
    number: int,
    now: datetime,
) -> list[Held]:
    """Why a person must look at what is asked for together: what holds one back holds all. Empty
    where it is approved at once."""
    rules, home = rules_in_force(session), delivery_times(session).shipping.country
    theirs = of_whole_account(site_at(address))  # also a site that whoever asks does not see
    own = not rules.own_addresses or session.scalars(theirs).first() is not None
    found: dict[Held, None] = {}
    for it in standings:
        asking = Asking(
            number=number,
            category=it.model.category,
            abroad=address.country != home,
            own_address=own,
            sent_days_ago=it.sent_days_ago,
            within_a_week=it.within_a_week,
        )
        found |= dict.fromkeys(reasons(asking, rules))
    return list(found)


def site_at(address: Address) -> Select[int]:
    """A site of the customer's that stands where the parcel goes."""
    return select(Site.id).where(
        Site.street == address.street,
        Site.postal_code == address.postal_code,
        Site.country == address.country,
    )
