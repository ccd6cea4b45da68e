"""Lists as somebody likes to see them: saved under a name, and let go again."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke
from portal.base.words import N_, Refused
from portal.service_requests.own_models import SavedView
from portal.service_requests.rules import one_line

MOST_VIEWS, LONGEST_NAME, LONGEST_QUERY = 30, 80, 2_000
_ONCE = (
    "uq_saved_view_account_id_person_id_list_name_name",
    "uq_saved_view_person_id_list_name_name",
)


def save_view(
    session: Session,
    list_name: str,
    name: str,
    query: str,
    *,
    person_id: int,
    account_id: int | None,
    shared: bool = False,
    now: datetime,
) -> SavedView:
    """Keep the list under a name. Under one that is there already, this list takes its place."""
    missing = N_("Give the search a name.")
    name = one_line(name, field="name", most=LONGEST_NAME, missing=missing)
    if len(query) > LONGEST_QUERY:
        raise Refused(N_("This search is too long to be saved."), field="name")
    mine = _mine(person_id, list_name, account_id)
    named = select(SavedView).where(*mine, SavedView.name == name)
    view = session.scalars(named).first()
    if view is None:
        number = session.scalars(select(func.count(SavedView.id)).where(*mine)).one()
        if number >= MOST_VIEWS:
            raise Refused(
                N_("You can save %(most)s searches. Delete one first."),
                field="name",
                most=MOST_VIEWS,
            )
        view = SavedView(account_id=account_id, person_id=person_id, list_name=list_name, name=name)
        view.query, view.shared, view.saved_at = query, shared, now
        if _added(session, view):
            return view
        view = session.scalars(named).one()  # saved at the same moment, by a second click
    view.query, view.shared, view.saved_at = query, shared, now
    session.flush()
    return view


def _added(session: Session, view: SavedView) -> bool:
    """Add it, unless there is one under this name by now."""
    try:
        with session.begin_nested():
            session.add(view)
    except IntegrityError as error:
        if not any(broke(error, each) for each in _ONCE):
            raise
        return False
    return True


def forget_view(session: Session, view_id: int, *, person_id: int) -> None:
    """Let one's own view go. Somebody else's, or one that is gone, is nothing to find."""
    mine = SavedView.id == view_id, SavedView.person_id == person_id
    if view := session.scalars(select(SavedView).where(*mine)).first():
        session.delete(view)


def _mine(person_id: int, list_name: str, account_id: int | None) -> list[ColumnElement[bool]]:
    here = SavedView.account_id == account_id if account_id else SavedView.account_id.is_(None)
    return [SavedView.person_id == person_id, SavedView.list_name == list_name, here]
