"""Switching an account's link on and off, and renewing it."""

from dataclasses import asdict, dataclass

from sqlalchemy.exc import IntegrityError

from portal.base.db import broke, save
from portal.base.history import Doer, What, happened_in
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Overtaken, Refused
from portal.employees.models import EmployeeLink
from portal.employees.queries import addresses_of_users, link_locked, link_of, proven_domains
from portal.employees.rules import checked_most, read_domains
from portal.single_sign_on.rules import domain_of
from portal.sites.rules import Country, read_phone

MEANWHILE = N_(
    "Somebody else changed the link meanwhile. This is how it is now: make a new one if you still"
    " want to."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """Who may order by the link, and what of it an administrator looks at."""

    domains: str  # as they were typed
    approval: bool
    most_open: int
    phone: str


def known_domains(session: ScopedSession, account_id: int) -> set[str]:
    """The domains that are the organization's for sure: proven, or where its users read mail."""
    theirs = {domain_of(email) for email in session.scalars(addresses_of_users(account_id))}
    return (theirs | set(session.scalars(proven_domains(account_id)))) - {""}


def switch_on(
    session: ScopedSession, account_id: int, terms: Terms, *, version: int, by: Doer
) -> EmployeeLink:
    """Let employees order by the link, on these terms; where it is on, on these from now on."""
    told = _checked(session, account_id, terms)
    link = session.scalars(link_of(account_id)).one_or_none()
    if link is None:
        link = EmployeeLink(account_id=account_id, active=True, generation=1, **told)
        try:
            with session.begin_nested():
                session.add(link)
        except IntegrityError as error:
            if not broke(error, "uq_employee_link_account_id"):
                raise
            return session.scalars(link_of(account_id)).one()  # a colleague was quicker
        happened_in(session, account_id, link, What.EMPLOYEE_LINK_OPENED, by=by)
        return link
    opened = not link.active
    before = {name: getattr(link, name) for name in told}
    if not opened and before == told and version <= link.version:
        return link
    # What was handed out before it was switched off stays dead.
    save(session, link, version=version, active=True, generation=link.generation + opened, **told)
    what = What.EMPLOYEE_LINK_OPENED if opened else What.EMPLOYEE_LINK_CHANGED
    changed = {name: [before[name], told[name]] for name in told if before[name] != told[name]}
    happened_in(session, account_id, link, what, by=by, **changed)
    return link


def switch_off(session: ScopedSession, link: EmployeeLink, *, by: Doer) -> None:
    """Let nobody order by it any more: whoever is on the way stops here."""
    held = session.scalars(link_locked(link.id)).one()
    if held.active:
        held.active = False
        happened_in(session, held.account_id, held, What.EMPLOYEE_LINK_CLOSED, by=by)


def renew(session: ScopedSession, link: EmployeeLink, *, version: int, by: Doer) -> None:
    """Make another link of it. The one before is worth nothing from now on; so nobody does it who
    was shown another one than there is."""
    held = session.scalars(link_locked(link.id)).one()
    if held.version != version:
        raise Overtaken(MEANWHILE, version=held.version)
    held.generation += 1
    happened_in(session, held.account_id, held, What.EMPLOYEE_LINK_RENEWED, by=by)


def _checked(session: ScopedSession, account_id: int, terms: Terms) -> dict[str, object]:
    kept = asdict(terms)
    kept["domains"] = read_domains(terms.domains, known_domains(session, account_id))
    kept["most_open"] = checked_most(terms.most_open)
    if not terms.phone.strip():
        raise Refused(N_("Enter the phone number that employees turn to."), field="phone")
    try:
        kept["phone"] = read_phone(terms.phone.strip(), Country.NORWAY.value)
    except Refused as refusal:
        raise Refused(refusal.message, field="phone") from None
    return kept
