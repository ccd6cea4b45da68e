"""What somebody sees of an account of which they do not see everything.

A class whose records are not for everyone in the account is `Narrowed`. It says so twice: as a
condition, which `tenancy` adds to every statement, and of one value, for what is written. Whoever
sees everything has no `Limits`, and pays nothing for those of others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.util import LoaderCriteriaOption

from portal.base.reach import OutOfScope

_NONE: frozenset[int] = frozenset()
Asked = TypeVar("Asked", bound=sa.Select[Any])
_WHOLE = object()  # marks what is asked of a whole account; nobody can guess it


@dataclass(frozen=True, slots=True)
class Limits:
    """In some of the accounts that are read, a person sees their own only, or some sites."""

    person: int
    own: frozenset[int] = field(default=_NONE)  # accounts: what is personal, if it is theirs
    at_sites: frozenset[int] = field(default=_NONE)  # accounts, of those: what is at these
    sites: frozenset[int] = field(default=_NONE)
    others: bool = False  # whether accounts are read besides that are seen whole


def sees_every_site(limits: Limits | None) -> bool:
    """Whether somebody also sees what is at no site."""
    return limits is None or not limits.at_sites


class Narrowed:
    """Mixin: the record is not for everyone who may read the account. `narrowed_by` tells whose
    it is, or where."""

    narrowed_by: ClassVar[str]

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> sa.ColumnElement[bool] | None:
        """The condition that rows of `table`, the class or an alias, are seen; None: all are."""
        raise NotImplementedError

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        """The same rule for a record with this value in its column `narrowed_by`."""
        raise NotImplementedError

    @classmethod
    def told_by(cls) -> set[str]:
        """The columns by which it is seen or not."""
        return {cls.narrowed_by}

    def admitted(self, limits: Limits) -> bool:
        """Whether this record is seen as it was, and as it is about to be."""
        account_id, values = told(self, "account_id")[0], told(self, self.narrowed_by)
        return all(self.admits(limits, account_id, value) for value in values)


class AtSite(Narrowed):
    """Mixin: whoever sees chosen sites sees what is there. What is nowhere they do not see."""

    narrowed_by = "site_id"

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> sa.ColumnElement[bool] | None:
        if not limits.at_sites:
            return None
        where = getattr(table, cls.narrowed_by)
        return where_limited(limits, table, limits.at_sites, among(where, limits.sites))

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return account_id not in limits.at_sites or value in limits.sites


class Personal(Narrowed):
    """Mixin: whoever does not see everything sees of these what is their own."""

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> sa.ColumnElement[bool] | None:
        mine = getattr(table, cls.narrowed_by) == limits.person
        return where_limited(limits, table, limits.own, mine)

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return account_id not in limits.own or value == limits.person


def narrowed_classes() -> tuple[type[Narrowed], ...]:
    """Every table whose records are not for everyone in the account."""
    return tuple(each for each in _below(Narrowed) if hasattr(each, "__mapper__"))


def columns_told_by(mappers: Iterable[orm.Mapper[Any]]) -> set[str]:
    """The columns by which their records are seen or not."""
    kinds = [mapper.class_ for mapper in mappers]
    return set().union(*(kind.told_by() for kind in kinds if issubclass(kind, Narrowed)))


class _Seen(LoaderCriteriaOption):
    """The condition, also of an alias that is joined: SQLAlchemy puts it into the ON of a join as
    it stands, about the class itself, which may be something that is seen."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # what statements are known by

    def _resolve_where_criteria(self, ext_info: Any) -> sa.ColumnElement[bool]:
        found = super()._resolve_where_criteria(ext_info)
        return ext_info._adapter.traverse(found) if ext_info.is_aliased_class else found


def criteria_of(limits: Limits) -> tuple[Any, ...]:
    """What is added to every statement of a session with these limits."""
    return _criteria(limits, narrowed_classes())


@lru_cache(maxsize=1024)
def _criteria(limits: Limits, classes: tuple[type[Narrowed], ...]) -> tuple[Any, ...]:
    conditions = [(each, each.seen(limits, each)) for each in classes]
    return tuple(
        _Seen(each, condition, include_aliases=True)
        for each, condition in conditions
        if condition is not None
    )


def of_whole_account(statement: Asked) -> Asked:
    """The same asked of all that is in the account, whatever its viewer sees: for what is decided
    alike for everyone. Only columns can be asked for: a record would be one that they see."""
    if any(it["expr"] is it["entity"] for it in statement.column_descriptions):
        raise OutOfScope("Of a whole account no records are read, but what must be known of them.")
    return statement.execution_options(whole=_WHOLE)


def asks_whole(options: Mapping[str, Any]) -> bool:
    return options.get("whole") is _WHOLE


def refuse_unseen(limits: Limits | None, record: object) -> None:
    """Nobody writes what they do not see, or lets it slip out of their own sight."""
    if limits is None or not isinstance(record, Narrowed):
        return
    if not record.admitted(limits):
        raise OutOfScope(f"{record!r} is not seen by whoever writes it.")


def told(record: object, column: str) -> tuple[Any, ...]:
    """What a column is about to be and, if that is something else, what it was."""
    state = sa.inspect(record, raiseerr=True).attrs[column]
    return (state.value, *state.history.deleted)


def where_limited(
    limits: Limits, table: Any, accounts: frozenset[int], mine: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    # Where one account is read, the condition is one that an index can be walked by.
    return sa.or_(table.account_id.not_in(sorted(accounts)), mine) if limits.others else mine


def among(column: Any, sites: frozenset[int]) -> sa.ColumnElement[bool]:
    some = sorted(sites)
    found: sa.ColumnElement[bool] = column == some[0] if len(some) == 1 else column.in_(some)
    return found


def _below(kind: type[Narrowed]) -> list[type[Narrowed]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_below(sub))]
