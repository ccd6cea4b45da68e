"""Records that are seen by whoever takes part in them, and what is seen together with them."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from portal.base.visibility import AtSite, Limits, Narrowed, among, told, where_limited


class Followed(AtSite):
    """Mixin: whoever does not see everything sees where they take part, and what is at their sites.

    Who takes part stands on the record itself, in `people` as `seen_by` writes it: a condition on
    rows that are narrowed themselves would have to be narrowed by this one again.
    """

    narrowed_by = "people"

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> sa.ColumnElement[bool] | None:
        if not limits.own:
            return None
        mine: sa.ColumnElement[bool] = table.people.contains(seen_by([limits.person]))
        if limits.at_sites:
            mine = sa.or_(mine, among(table.site_id, limits.sites))
        return where_limited(limits, table, limits.own, mine)

    @classmethod
    def told_by(cls) -> set[str]:
        return {"people", "site_id"}

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return account_id not in limits.own or seen_by([limits.person]) in (value or "")

    def admitted(self, limits: Limits) -> bool:
        people, sites = told(self, "people"), told(self, "site_id")
        account_id = told(self, "account_id")[0]
        # As it becomes, and as it was: the first of what is told, and the last.
        return all(
            self.admits(limits, account_id, who) or where in limits.sites
            for who, where in ((people[0], sites[0]), (people[-1], sites[-1]))
        )


class Through(Narrowed):
    """Mixin: the record is seen by whoever sees the one that it is part of."""

    @classmethod
    def through(cls) -> type[Narrowed]:
        """The class of what it is part of; `narrowed_by` holds the id."""
        raise NotImplementedError

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> sa.ColumnElement[bool] | None:
        whole: Any = orm.aliased(cls.through())
        if cls.through().seen(limits, whole) is None:
            return None
        # The session narrows the records that it looks among, here as everywhere.
        there = sa.exists().where(whole.id == getattr(table, cls.narrowed_by))
        return there.correlate_except(whole)

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        # Of a number alone it cannot be told.
        return account_id not in limits.own

    def admitted(self, limits: Limits) -> bool:
        """Only beside the whole, which the session has let them see."""
        if self.admits(limits, told(self, "account_id")[0], None):
            return True
        session, whole = orm.object_session(self), sa.inspect(self.through(), raiseerr=True)
        ids = told(self, self.narrowed_by)
        keys = [whole.identity_key_from_primary_key((each,)) for each in ids]
        return session is not None and all(key in session.identity_map for key in keys)


def seen_by(people: Iterable[int | None]) -> str:
    """Whoever takes part, as a text in which each can be found: `,7,12,`; nobody: nothing."""
    ids = sorted({each for each in people if each})
    return f",{','.join(map(str, ids))}," if ids else ""
