"""Who ordered without an account: told to whoever has their address, and let go of in time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.references import reference
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_
from portal.employees.models import EmployeeOrder, EmployeeVisit
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX

_BULK = {"synchronize_session": False}
_ALL = Scope(None, None, staff=True, reason="letting go of who ordered without an account")
_AT_ONCE = 500


@tells(
    "employee_orders",
    N_("Replacements you asked for without signing in"),
    organization=N_("Organization"),
    replacement=N_("Replacement"),
    name=N_("Name"),
    email=N_("E-mail address"),
)
def ordered(asking: Asking) -> Iterator[Row]:
    query: Any = (
        select(EmployeeOrder, Account.name)
        .join(Account, Account.id == EmployeeOrder.account_id)
        .where(EmployeeOrder.email == asking.user.email)
        .order_by(EmployeeOrder.id)
    )
    for session in asking.accounts():
        for it, account in session.execute(query):
            number = reference(PREFIX, it.replacement_id)
            yield {
                "organization": account,
                "replacement": number,
                "name": it.name,
                "email": it.email,
            }


@lets_go("employee_orders")
def forget_orders(run: Run, before: datetime) -> None:
    """Name, address and phone number of who ordered what is over: what was sent stays."""
    over: Any = (
        select(EmployeeOrder.account_id, EmployeeOrder.replacement_id)
        .join(Replacement, Replacement.id == EmployeeOrder.replacement_id)
        .where(EmployeeOrder.email != "", Replacement.closed_at < before)
        .limit(_AT_ONCE)
    )
    while rows := _found(run, over):
        for account_id, ids in _by_account(rows).items():
            with run.session(_of(account_id)) as session:
                forget(allow_closed(session), ids)
        run.beat()


def forget(session: ScopedSession, replacement_ids: list[int]) -> None:
    orders = update(EmployeeOrder).where(EmployeeOrder.replacement_id.in_(replacement_ids))
    session.execute(orders.values(name="", email=""), execution_options=_BULK)
    parcels = update(Replacement).where(Replacement.id.in_(replacement_ids))
    session.execute(parcels.values(recipient="", phone=""), execution_options=_BULK)


@lets_go("links")
def forget_visits(run: Run, before: datetime) -> None:
    old = EmployeeVisit.ends_at < before
    with run.reading(_ALL) as session:
        accounts = list(session.scalars(select(EmployeeVisit.account_id).where(old).distinct()))
    for account_id in accounts:
        with run.session(_of(account_id)) as session:
            visits = delete(EmployeeVisit).where(old)
            allow_closed(session).execute(visits, execution_options=_BULK)
        run.beat()


def _found(run: Run, query: Any) -> list[Any]:
    with run.reading(_ALL) as session:
        return list(session.execute(query).all())


def _by_account(rows: list[Any]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for account_id, replacement_id in rows:
        found.setdefault(account_id, []).append(replacement_id)
    return found


def _of(account_id: int) -> Scope:
    return Scope(frozenset({account_id}), account_id)
