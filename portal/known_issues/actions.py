"""What staff do with known issues. That they changed is counted where they are held."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.words import N_, Overtaken, Refused
from portal.known_issues.facts import INTERNAL, IssueFacts, changes, checked, facts_of
from portal.known_issues.models import KnownIssue, KnownIssueModel
from portal.known_issues.rules import State


def add_issue(session: Session, facts: IssueFacts, *, by: Doer | None, now: datetime) -> KnownIssue:
    """As a draft: only staff see it before it is published."""
    facts = checked(facts)
    issue = KnownIssue(created_at=now, changed_at=now, **_columns(facts))
    issue.models = [KnownIssueModel(model_id=each) for each in facts.models]
    session.add(issue)
    happened(session, issue, What.CREATED, by=by)
    return issue


def change_issue(
    session: Session,
    issue: KnownIssue,
    facts: IssueFacts,
    *,
    version: int,
    by: Doer | None,
    now: datetime,
) -> bool:
    """State the facts anew, unless they changed meanwhile. Whether that changed anything."""
    facts, before = checked(facts), facts_of(issue)
    changed = changes(before, facts)
    if not changed and issue.version == version:
        return False
    known = {each.model_id: each for each in issue.models}
    try:
        with session.begin_nested():
            # What was opened at this version may replace this version only. The title counts as
            # written, since models by themselves would not make the database compare.
            set_committed_value(issue, "version", version)
            flag_modified(issue, "title_nb")
            for name, value in _columns(facts).items():
                setattr(issue, name, value)
            issue.models = [known.get(it) or KnownIssueModel(model_id=it) for it in facts.models]
            if changed.keys() - INTERNAL:
                issue.changed_at = now
    except StaleDataError:
        raise Overtaken(
            N_("Someone else changed this while you were writing. Compare, then save."),
            version=issue.version,
        ) from None
    fixed = facts.state is State.FIXED and before.state is not State.FIXED
    happened(session, issue, What.FIXED if fixed else What.CHANGED, by=by, **changed)
    if fixed:  # those who wait for it are told, by whoever knows them
        later(session, "known_issues.fixed", issue_id=issue.id)
    return True


def fix_issue(
    session: Session,
    issue: KnownIssue,
    *,
    fixed_in: str,
    version: int,
    by: Doer | None,
    now: datetime,
) -> None:
    """Say which version mends it."""
    facts = replace(facts_of(issue), state=State.FIXED, fixed_in=fixed_in)
    change_issue(session, issue, facts, version=version, by=by, now=now)


def publish_issue(session: Session, issue: KnownIssue, *, by: Doer | None, now: datetime) -> None:
    """Let customers read it."""
    if issue.published_at:
        raise Refused(N_("It is published already."))
    if not (issue.description_nb or issue.description_en):
        raise Refused(N_("Describe the issue before you publish it."))
    issue.published_at = issue.changed_at = now
    happened(session, issue, What.PUBLISHED, by=by)
    if issue.state is State.FIXED:  # of a draft nobody was told
        later(session, "known_issues.fixed", issue_id=issue.id)


def withdraw_issue(session: Session, issue: KnownIssue, *, by: Doer | None) -> None:
    """Make it a draft again, which only staff see."""
    if issue.published_at is None:
        raise Refused(N_("It is a draft already."))
    issue.published_at = None
    happened(session, issue, What.WITHDRAWN, by=by)


def _columns(facts: IssueFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in facts.__slots__ if name != "models"}
