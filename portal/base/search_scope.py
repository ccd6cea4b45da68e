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
    read = scope.read
    everyones = read is None or (kind in SHARED and read)
    tokens = {f"k{kind}"} if everyones else {f"a{account}k{kind}" for account in read or ()}
    # First, for the database walks the first and looks up the others.
    clauses = (Clause(tokens=frozenset(tokens)), *_at_sites(scope, kind), *query.clauses)
    return None if Clause() in clauses else Query(clauses, query.unwanted)


def writes(scope: Scope, kind: Kind, account_id: int) -> bool:
    if kind in SHARED:
        return scope.staff and account_id == NO_ACCOUNT
    return scope.writes(account_id)


def seen(scope: Scope, kind: Kind, account_id: int, words: frozenset[str]) -> bool:
    of_account = {f"a{account_id}k{kind}"}
    return all(clause.tokens & (words | of_account) for clause in _at_sites(scope, kind))


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
