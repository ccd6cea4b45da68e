"""What followers are told of a release or a document, and everybody with devices of a fix."""

from collections.abc import Sequence
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


def release_mail(
    session: Session,
    to: User,
    it: Release,
    notes: Notes,
    models: Catalogue,
    *,
    account_id: int | None,
    how: How | None,
) -> None:
    with speaking(to.language or "nb", zone_called(to.time_zone)):
        told: dict[str, Any] = {
            "what": title_of(it, models),
            "called": release_called(it),
            "new": in_a_line(notes),
        }
    notify(
        session,
        to,
        Notice.NEWS_FOLLOWED,
        template="news/release",
        account_id=account_id,
        through=account_id,
        how=how,
        name=to.name,
        reference=it.reference,
        security=it.security,
        **told,
    )


def document_mail(
    session: Session,
    to: User,
    it: Document,
    models: Catalogue,
    *,
    account_id: int | None,
    how: How | None,
) -> None:
    with speaking(to.language or "nb", zone_called(to.time_zone)):
        told: dict[str, Any] = {
            "what": title_of(it, models),
            "called": document_called(it),
            "kind": label(it.kind),
        }
    notify(
        session,
        to,
        Notice.NEWS_FOLLOWED,
        template="news/document",
        account_id=account_id,
        through=account_id,
        how=how,
        name=to.name,
        reference=it.reference,
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
    with speaking(to.language or "nb", zone_called(to.time_zone)):
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
