"""Nordlys lets its employees order by a link; one of them waits for it to be approved. Made up."""

from sqlalchemy import select

from portal.accounts.actions import Person as Doer
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.demo_stories import KARI
from portal.employees.actions import Terms, switch_on
from portal.employees.models import EmployeeLink, EmployeeOrder, EmployeeVisit
from portal.employees.ordering import order
from portal.employees.queries import device_known_as, link_of
from portal.employees.visits import begin_visit, prove_by_link
from portal.replacements.actions import Asked
from portal.replacements.addresses import Address
from portal.replacements.faults import Fault
from portal.web.session import Sessions

FAULTY = "NKH432013"  # a headset of the demo's
SIV = "siv.dahl@nordlys.example.com"
TERMS = Terms(domains="nordlys.example.com", approval=True, most_open=2, phone="90 11 22 33")
HOME = Address(
    recipient="Siv Dahl",
    phone="+4790112255",
    street="Storgata 45",
    postal_code="2609",
    city="Lillehammer",
)


def load_link(sessions: Sessions, *, nordlys: str) -> None:
    """Switch it on, where nobody has decided anything about it yet."""
    account, kari = _found(sessions, nordlys)
    with _session(sessions, account) as session, session.begin():
        if session.scalars(link_of(account)).first() is None:
            switch_on(session, account, TERMS, version=0, by=Doer(kari))


def load(sessions: Sessions, *, nordlys: str) -> None:
    """Siv has ordered, where no employee has yet."""
    account, _kari = _found(sessions, nordlys)
    with _session(sessions, account) as session, session.begin():
        link = session.scalars(link_of(account)).one()
        device = session.scalars(device_known_as(FAULTY)).first()
        ordered = session.scalars(select(EmployeeOrder.id).limit(1)).first()
        if device is None or ordered or not link.active:
            return
        now = clock.now()
        visit = _visit(session, link)
        asked = Asked(fault=Fault.BROKEN, address=HOME)
        order(session, link, visit, device, asked, language="nb", now=now)


def _visit(session: ScopedSession, link: EmployeeLink) -> EmployeeVisit:
    now = clock.now()
    begin_visit(session, link, SIV, device=FAULTY, now=now)
    visit = session.scalars(select(EmployeeVisit).order_by(EmployeeVisit.id.desc())).first()
    assert visit
    prove_by_link(session, visit, now=now)
    return visit


def _found(sessions: Sessions, nordlys: str) -> tuple[int, int]:
    with sessions(scope=NOBODY) as session:
        account = session.scalars(select(Account.id).where(Account.name == nordlys)).one()
        return account, session.scalars(select(User.id).where(User.email == KARI)).one()


def _session(sessions: Sessions, account: int) -> ScopedSession:
    return sessions(scope=Scope(frozenset({account}), account))
