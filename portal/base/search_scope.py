"""Whose entries of the search index a session finds, and which it writes."""

from portal.base.reach import OutOfScope
from portal.base.search_kinds import FOLLOWED, SHARED, Kind
from portal.base.search_query import Clause, Query
from portal.base.search_table import NO_ACCOUNT
from portal.base.tenancy import Scope


def within(scope: Scope, kind: Kind, query: Query) -> Query | None:
    """The query among what may be read of a kind; None where nothing can fulfill it."""
    if kind is Kind.SERVICE_REQUEST_DESK and not scope.staff:
        raise OutOfScope(f"Only staff look among entries {kind.name}.")
    read = _read(scope, kind)
    everyones = read is None or (kind in SHARED and read)
    tokens = {f"k{kind}"} if everyones else {f"a{account}k{kind}" for account in read or ()}
    accounts = Clause(tokens=frozenset(tokens))
    # Once more where they are not all that are read: PostgreSQL adds those itself instead.
    fewer = () if read == scope.read else (accounts,)
    # First, for the database walks the first and looks up the others.
    clauses = (accounts, *fewer, *_at_sites(scope, kind), *query.clauses)
    return None if Clause() in clauses else Query(clauses, query.unwanted)


def writes(scope: Scope, kind: Kind, account_id: int) -> bool:
    if kind in SHARED:
        return scope.staff and account_id == NO_ACCOUNT
    return scope.writes(account_id)


def seen(scope: Scope, kind: Kind, account_id: int, words: frozenset[str]) -> bool:
    if kind is Kind.LICENSE and account_id in _narrowed(scope):
        return False  # they would take away what they do not see
    of_account = {f"a{account_id}k{kind}"}
    return all(clause.tokens & (words | of_account) for clause in _at_sites(scope, kind))


def _read(scope: Scope, kind: Kind) -> frozenset[int] | None:
    """The accounts whose entries of a kind are for this session; None: all of them.

    A license is found by the people, rooms and devices that its seats are with, wherever. So it has
    a second entry without them, and who sees chosen sites of an account finds that one alone.
    """
    narrowed = _narrowed(scope)
    if kind is Kind.LICENSE_ITSELF:
        return narrowed if scope.read is None else narrowed & scope.read
    if kind is Kind.LICENSE and narrowed:
        return (scope.read or frozenset()) - narrowed
    return scope.read


def _narrowed(scope: Scope) -> frozenset[int]:
    return scope.limits.at_sites if scope.limits else frozenset()


def _at_sites(scope: Scope, kind: Kind) -> list[Clause]:
    """What whoever sees a part is narrowed to: entries are marked with their site and people."""
    limits = None if kind in SHARED else scope.limits
    narrowed = limits and (limits.own if kind in FOLLOWED else limits.at_sites)
    if limits is None or not narrowed:
        return []
    marks = {f"s{site_id}" for site_id in limits.sites}
    if kind in FOLLOWED:
        marks.add(f"u{limits.person}")
    whole = (scope.read or frozenset()) - narrowed
    return [Clause(tokens=frozenset(marks | {f"a{account}k{kind}" for account in whole}))]
