"""Drafts: what somebody is typing is kept on the server, for them alone, until it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.base.db import broke
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.service_requests.own_models import Draft
from portal.service_requests.own_queries import draft_of
from portal.service_requests.rules import LONGEST_TEXT

MOST_KEPT = 2 * LONGEST_TEXT  # characters of one draft, all its fields together


def keep_draft(
    session: ScopedSession, key: str, content: Mapping[str, Any], *, person_id: int, now: datetime
) -> Draft:
    """Keep what is being typed, in place of what was kept under this key before."""
    if sum(len(str(each)) for each in content.values()) > MOST_KEPT:
        raise Refused(N_("This is too long to be kept as a draft."))
    draft = find_draft(session, key, person_id=person_id)
    if draft is None:
        draft = Draft(account_id=session.scope.write, person_id=person_id, key=key)
        try:
            with session.begin_nested():
                draft.content, draft.changed_at = dict(content), now
                session.add(draft)
        except IntegrityError as error:  # another window of theirs was first
            if not broke(error, "uq_draft_account_id_person_id_key"):
                raise
            draft = session.scalars(draft_of(person_id, key)).one()
    draft.content, draft.changed_at = dict(content), now
    session.flush()
    return draft


def find_draft(session: ScopedSession, key: str, *, person_id: int) -> Draft | None:
    """What this person was typing there in the account at hand, if anything is kept of it."""
    return session.scalars(draft_of(person_id, key)).first()


def drop_draft(session: ScopedSession, key: str, *, person_id: int) -> None:
    """Forget it: it was sent, or is not wanted. What is gone already is no fault."""
    if draft := find_draft(session, key, person_id=person_id):
        session.delete(draft)
        session.flush()
