"""What people keep for themselves, looked up: nobody reads another's draft."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from portal.accounts.models import User
from portal.base.plans import KEPT
from portal.service_requests.own_models import Draft, SavedView


def draft_of(person_id: int, key: str) -> Select[Draft]:
    return select(Draft).where(Draft.person_id == person_id, Draft.key == key)


def writing_there(key: str, *, since: datetime, but: int, staff: bool) -> Select[str]:
    """Who else was typing under this key lately, by name, and not a word of what.

    That staff write is told to staff alone: it may be a note.
    """
    who = (
        select(User.name)
        .join(Draft, Draft.person_id == User.id)
        .where(Draft.key == key, Draft.changed_at >= since, Draft.person_id != but)
        .order_by(User.name_key)
    )
    return who if staff else who.where(User.staff_role.is_(None))


@cache
def saved_views(*, staff: bool = False) -> Select[SavedView]:
    """By `person_id`, `list_name` and `account_id` one's own and the shared ones of a list; of the
    lists of staff, which are no account's, without the last."""
    account_id: Any = SavedView.account_id
    here = account_id.is_(None) if staff else account_id == bindparam("account_id")
    mine = or_(SavedView.person_id == bindparam("person_id"), SavedView.shared)
    named = here, SavedView.list_name == bindparam("list_name"), mine
    ordered = select(SavedView).where(*named).order_by(SavedView.name, SavedView.id)
    return ordered.execution_options(**KEPT)
