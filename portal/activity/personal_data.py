"""What somebody did, and what was done with their user.

The record is kept in numbers. Of an account that they may not be in any more, it is told what they
did there and when, and not which organization it was or with which of its records.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from portal.accounts.models import Account, Membership
from portal.accounts.personal_data import Asking, Row, Word, tells
from portal.accounts.reaching import ever, scopes_of
from portal.activity.wording import RECORDS
from portal.base.history import DeskEvent, Event
from portal.base.references import reference
from portal.base.tenancy import Scope
from portal.base.words import N_

_AT_ONCE = 1_000  # rows in memory
_COLUMNS = {
    "at": N_("When"),
    "what": N_("What was done"),
    "record": N_("Done to"),
    "reference": N_("Reference"),
    "organization": N_("Organization"),
    "place": N_("From the network"),
    "reason": N_("Reason"),
}


@tells("deeds", N_("What you have done"), **_COLUMNS)
def deeds(asking: Asking) -> Iterator[Row]:
    mine = asking.user.id
    yield from _told(asking, DeskEvent.by_id == mine, Event.by_id == mine)


@tells("about_you", N_("What others have done with your user"), **_COLUMNS)
def about(asking: Asking) -> Iterator[Row]:
    """Who it was is left out: that is about them."""
    mine = asking.user.id
    memberships = select(Membership.id).where(Membership.user_id == mine)
    ids = asking.shared.scalars(memberships).all()

    def concerns(table: Any) -> ColumnElement[bool]:
        me = and_(table.kind == "user", table.record_id == mine)
        there = and_(table.kind == "membership", table.record_id.in_(ids))
        others = or_(table.by_id.is_(None), table.by_id != mine)
        return and_(or_(me, there), others)

    for row in _told(asking, concerns(DeskEvent), concerns(Event)):
        yield row | {"place": None, "reason": None}


def _told(
    asking: Asking, at_the_desk: ColumnElement[bool], in_accounts: ColumnElement[bool]
) -> Iterator[Row]:
    for event in asking.shared.scalars(_some(DeskEvent, at_the_desk)):
        asking.shared.expunge(event)
        yield _row(event, "")
    scopes = scopes_of(asking.shared, asking.user, today=asking.today)
    with asking.open(ever(asking.shared, asking.user)) as session:
        ask = select(Account.id, Account.name).where(_within(scopes))
        names: dict[int, str] = dict(iter(session.execute(ask)))
        for event in session.scalars(_some(Event, in_accounts)):
            session.expunge(event)
            yield _row(event, names.get(event.account_id))


def _within(scopes: list[Scope]) -> ColumnElement[bool]:
    if any(scope.read is None for scope in scopes):
        return Account.removed_at.is_(None)
    return Account.id.in_({id for scope in scopes for id in scope.read or ()})


def _some(table: Any, mine: ColumnElement[bool]) -> Any:
    return select(table).where(mine).order_by(table.id).execution_options(yield_per=_AT_ONCE)


def _row(event: Any, organization: str | None) -> Row:
    name, prefix, _folder = RECORDS.get(event.kind, ("", "", ""))
    seen = organization is not None
    return {
        "at": event.at,
        "what": event.what,
        "record": Word(event.kind, name) if name else None,
        "reference": reference(prefix, event.record_id) if prefix and seen else None,
        "organization": organization or None,
        "place": event.place,
        "reason": event.reason if seen else None,
    }
