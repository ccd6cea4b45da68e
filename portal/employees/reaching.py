"""Who comes by the link: read anew with each request, and no more of the account than they need."""

from dataclasses import dataclass

from flask import abort, current_app, request
from flask import session as cookie

from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.employees.links import employee_token, read_employee_token
from portal.employees.models import EmployeeLink, EmployeeVisit
from portal.employees.queries import open_link, visit_with
from portal.employees.rules import is_let_in, mailbox_of
from portal.web.headers import keep_secret
from portal.web.limits import limit, limits, network_of
from portal.web.pages import page
from portal.web.session import db_as, db_to_write, open_session

BEGUN = (
    limit("employee code per network", 100, 3600),
    limit("employee code in all", 2000, 3600),
)
PER_LINK = limit("employee code per link", 300, 3600)
PER_ADDRESS = (
    limit("employee code per address", 5, 3600),
    limit("employee code per address a day", 15, 86_400),
)
PER_VISIT = limit("employee code tries", 5, 1800)
SEARCHES = limit("employee search per visit", 200, 3600, light=True)
LOOKUPS = limit("employee device per visit", 20, 3600)


@dataclass(frozen=True, slots=True)
class Way:
    """The link somebody came by, and how far they are; `token` is what their cookie holds."""

    link: EmployeeLink
    visit: EmployeeVisit | None
    token: str

    @property
    def proven(self) -> EmployeeVisit | None:
        return self.visit if self.visit and self.visit.proven_at else None

    @property
    def scope(self) -> Scope:
        account_id = self.link.account_id
        return Scope(frozenset({account_id}), account_id)

    def open(self) -> ScopedSession:
        """The request's session, for the link's account alone."""
        return db_as(self.scope)

    def open_to_write(self) -> ScopedSession:
        return db_to_write(self.scope)


def way_of(token: str) -> Way:
    """The way of whoever asks; a page that says so where the link is good no more."""
    keep_secret()
    found = read_employee_token(current_app.config["SECRET_KEY"], token)
    mine = str(cookie.get("employee", ""))
    with open_session(NOBODY, reading=True) as session:
        link = session.scalars(open_link(*found)).one_or_none() if found else None
    if link is None:
        abort(current_app.make_response(page("employees/gone.html", 410)))
    way = Way(link, None, mine)
    if not mine:
        return way
    with open_session(way.scope, reading=True) as session:
        visit = session.scalars(visit_with(mine, link, now=clock.now())).one_or_none()
    return Way(link, visit, mine)


def token_of(link: EmployeeLink) -> str:
    return employee_token(current_app.config["SECRET_KEY"], link.id, link.generation)


def may_begin(way: Way, email: str) -> int:
    """0 where a code may be sent; else in how many seconds."""
    per_network, in_all = BEGUN
    buckets = [per_network.of(network_of(request.remote_addr)), in_all.of("")]
    buckets += [it.of(mailbox_of(email)) for it in PER_ADDRESS]
    of_link = PER_LINK.of(way.link.id)
    if is_let_in(email, way.link.domains):
        return limits().take([*buckets, of_link])
    # Others take no room from those who are let in, and are told the same when there is none.
    return limits().wait([of_link]) or limits().take(buckets)
