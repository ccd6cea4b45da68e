"""What an employee without an account orders: as everybody else does, held against how much one of
them may wait for."""

from dataclasses import replace
from datetime import datetime

from portal.accounts.actions import Person
from portal.approval_rules.rules import Held
from portal.base.history import What
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.employees.models import EmployeeLink, EmployeeOrder, EmployeeVisit
from portal.employees.queries import link_locked, open_orders, visit_locked
from portal.replacements.actions import Asked, ask_for_replacement
from portal.replacements.holding import site_at
from portal.replacements.unsaid import Device, Unsaid

NOBODY = Person(0)  # whom the history knows: who it was stands in the order, and goes with it
TOO_MANY = N_("You wait for as many devices as one may. Send back what is faulty first, or call.")
OVER = N_("The link was switched off or renewed at this moment. Ask for the new one.")


def has_enough(session: ScopedSession, link: EmployeeLink, email: str) -> bool:
    return session.scalars(open_orders(email)).one() >= link.most_open


def order(
    session: ScopedSession,
    link: EmployeeLink,
    visit: EmployeeVisit,
    device: Device,
    asked: Asked,
    *,
    language: str,
    now: datetime,
) -> int:
    """Ask for the new device, once for each visit; the number of the replacement it led to."""
    held = session.scalars(link_locked(link.id)).one()
    mine = session.scalars(visit_locked(visit.id)).one()
    if mine.replacement_id:  # a second click
        return mine.replacement_id
    if not held.active or held.generation != visit.generation:
        raise Refused(OVER)
    if has_enough(session, held, visit.email):
        raise Refused(TOO_MANY)
    # To where none of the organization's sites is, an administrator says so each time; and they say
    # which device it is, where only the model is known.
    own = session.scalars(site_at(asked.address)).first() is not None
    unsaid = (Held.DEVICE,) if isinstance(device, Unsaid) else ()
    waits = held.approval or not own or bool(unsaid)
    why = (Held.EMPLOYEE, *unsaid) if waits else ()
    asked = replace(asked, held=why, what=What.EMPLOYEE_ASKED, news="employee_asked")
    made = ask_for_replacement(session, device, asked, by=NOBODY, now=now)
    session.add(
        EmployeeOrder(
            account_id=made.account_id,
            replacement_id=made.id,
            name=made.recipient,
            email=visit.email,
            language=language,
            waits=waits,
        )
    )
    mine.replacement_id = made.id
    session.flush()
    return made.id
