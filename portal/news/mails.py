"""What followers are told of a release or a document, and everybody with devices of a fix."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.catalogue.catalogue import Catalogue
from portal.downloads.rules import Part
from portal.downloads.values import Document, Release
from portal.news.wording import Notes, document_called, in_a_line, release_called, title_of
from portal.notices.mails import notify
from portal.notices.notice import How, Notice
from portal.web.locale import label, speaking, zone_called


@dataclass(frozen=True, slots=True)
class Behind:
    """The devices of one customer that a fix is for, as one person sees them."""

    account_id: int
    customer: str
    total: int
    behind: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows it, in which account they read of it, and how they chose to hear."""

    user: User
    account_id: int | None
    how: How | None


def release_mail(
    session: Session, to: Follower, it: Release, notes: Notes, models: Catalogue
) -> None:
    with _speaking_to(to.user):
        told = {"called": release_called(it), "new": in_a_line(notes)}
        _followed(session, to, it, models, template="news/release", security=it.security, **told)


def document_mail(session: Session, to: Follower, it: Document, models: Catalogue) -> None:
    with _speaking_to(to.user):
        told = {"called": document_called(it), "kind": label(it.kind)}
        _followed(session, to, it, models, template="news/document", **told)


def _speaking_to(user: User) -> AbstractContextManager[None]:
    return speaking(user.language or "nb", zone_called(user.time_zone))


def _followed(
    session: Session,
    to: Follower,
    it: Release | Document,
    models: Catalogue,
    *,
    template: str,
    **told: Any,
) -> None:
    notify(
        session,
        to.user,
        Notice.NEWS_FOLLOWED,
        template=template,
        account_id=to.account_id,
        through=to.account_id,
        how=to.how,
        name=to.user.name,
        reference=it.reference,
        what=title_of(it, models),
        **told,
    )


def security_mail(
    session: Session,
    to: User,
    it: Release,
    notes: Notes,
    models: Catalogue,
    *,
    behind: Sequence[Behind],
) -> None:
    """One for all of the accounts that somebody sees devices in."""
    with _speaking_to(to):
        told: dict[str, Any] = {
            "what": title_of(it, models),
            "called": release_called(it),
            "new": in_a_line(notes, (Part.FIXED, Part.NEW)),
        }
    notify(
        session,
        to,
        Notice.SECURITY_FIX,
        template="news/security",
        account_id=behind[0].account_id,
        through=behind[0].account_id,
        name=to.name,
        reference=it.reference,
        behind=[[each.customer, each.total, each.behind, each.unknown] for each in behind],
        **told,
    )
