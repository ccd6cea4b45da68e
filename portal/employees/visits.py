"""An employee's way from the link to an order: the code they are sent, and what it proves."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from portal.accounts.tokens import hash_of, new_token
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.employees.models import EmployeeLink, EmployeeVisit
from portal.employees.queries import visit_locked
from portal.employees.rules import LASTS, is_let_in, new_code, read_code

WRONG = N_("This code is not right, or too old. Look for the newest e-mail from us.")


@dataclass(frozen=True, slots=True)
class Begun:
    """What the cookie holds, and what is sent to the address; nothing is sent to who is not let in.

    For them all is done the same, so that nobody learns which addresses are.
    """

    token: str
    secret: str
    code: str
    let_in: bool


def begin_visit(
    session: ScopedSession, link: EmployeeLink, email: str, *, device: str, now: datetime
) -> Begun:
    begun = Begun(new_token(), new_token(), new_code(), is_let_in(email, link.domains))
    visit = EmployeeVisit(
        account_id=link.account_id,
        generation=link.generation,
        token_hash=hash_of(begun.token),
        link_hash=hash_of(begun.secret if begun.let_in else new_token()),
        code_hash=_bound(begun.token, begun.code) if begun.let_in else "",
        email=email,
        device=device,
        ends_at=now + LASTS,
    )
    session.add(visit)
    session.flush()
    return begun


def prove_by_code(
    session: ScopedSession, visit: EmployeeVisit, token: str, typed: str, *, now: datetime
) -> None:
    """The code is good in the browser that asked for it, and once."""
    code, held = read_code(typed), session.scalars(visit_locked(visit.id)).one()
    if held.proven_at:
        return
    if not compare_digest(held.code_hash, _bound(token, code)):
        raise Refused(WRONG, field="code")
    _proven(held, now)


def prove_by_link(session: ScopedSession, visit: EmployeeVisit, *, now: datetime) -> None:
    """By the link in the mail, in the browser that asked for it."""
    held = session.scalars(visit_locked(visit.id)).one()
    if held.proven_at is None:
        _proven(held, now)


def take_over(session: ScopedSession, visit: EmployeeVisit, *, now: datetime) -> str | None:
    """The same in another browser, which goes on with it, and the first one does not. The token for
    its cookie; None where it was used already."""
    held = session.scalars(visit_locked(visit.id)).one()
    if held.proven_at:
        return None
    token = new_token()
    held.token_hash = hash_of(token)
    _proven(held, now)
    return token


def _proven(visit: EmployeeVisit, now: datetime) -> None:
    visit.proven_at, visit.code_hash, visit.ends_at = now, "", now + LASTS


def _bound(token: str, code: str) -> str:
    return hash_of(f"{token} {code}")
