"""Who ordered a replacement, on its page, where that was an employee without an account."""

from dataclasses import dataclass

from portal.approval_rules.rules import Held
from portal.base.tenancy import ScopedSession
from portal.dead_on_arrival.actions import when_replaced_again
from portal.employees.models import EmployeeOrder
from portal.employees.queries import names_of, order_of
from portal.replacement_news.outsiders import Outsider, tells_outside
from portal.replacements.beside import tells_of_replacements, tells_the_desk
from portal.replacements.exports import knows_askers
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage


@dataclass(frozen=True, slots=True)
class Told:
    order: EmployeeOrder
    waits: bool  # for an administrator to approve it
    unsaid: bool  # and to say which device it is


def find(session: ScopedSession, it: Replacement) -> Told | None:
    if it.asked_by_id is not None and it.turn:  # of those before all others a user says it
        return None
    found = session.scalars(order_of(it.id)).one_or_none()
    if found is None:
        return None
    return Told(found, found.waits and it.stage is Stage.REQUESTED, Held.DEVICE in it.reasons)


def outside(session: ScopedSession, it: Replacement) -> Outsider | None:
    """How they are told; nobody, once their name and address are gone."""
    found = session.scalars(order_of(it.id)).one_or_none()
    if found is None or not found.email:
        return None
    return Outsider(found.name, found.email, found.language)


def names(session: ScopedSession, ids: list[int]) -> dict[int, str]:
    return {row.replacement_id: row.name for row in session.execute(names_of(ids))}


def follow(session: ScopedSession, it: Replacement, made: Replacement) -> None:
    """Who waits for it is told of the next one as well. Nobody decides of that one any more."""
    asked = session.scalars(order_of(it.id)).one_or_none()
    if asked is None:
        return
    kept = {"name": asked.name, "email": asked.email, "language": asked.language}
    session.add(
        EmployeeOrder(account_id=made.account_id, replacement_id=made.id, waits=False, **kept)
    )


tells_of_replacements("employees/_of_replacement.html", find)
tells_the_desk("employees/_of_replacement.html", find)
tells_outside(outside)
knows_askers(names)
when_replaced_again(follow)
