"""What people keep for themselves, looked up: nobody reads another's draft."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from portal.accounts.models import User
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


def saved_views(person_id: int, list_name: str, account_id: int | None) -> Select[SavedView]:
    """One's own and the shared ones of a list; of staff's lists where there is no account."""
    here = SavedView.account_id == account_id if account_id else SavedView.account_id.is_(None)
    mine = or_(SavedView.person_id == person_id, SavedView.shared)
    named = here, SavedView.list_name == list_name, mine
    return select(SavedView).where(*named).order_by(SavedView.name, SavedView.id)
