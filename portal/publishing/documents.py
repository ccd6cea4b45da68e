"""What publishers do with documents: each language and version is one, published by one person."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.base.bilingual import line_of
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.downloads.indexing import index_documents
from portal.downloads.models import LONGEST_VERSION, DocumentModel, PublishedDocument
from portal.downloads.rules import DOCUMENT_LANGUAGES, Audience, DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    kind: DocumentKind
    title: str
    language: str
    version: str = ""
    part_number: str = ""
    issued_on: date | None = None
    audience: Audience = Audience.PUBLIC
    models: tuple[int, ...] = ()


def add_document(
    session: ScopedSession, facts: DocumentFacts, *, file_id: int, by: Doer | None, now: datetime
) -> PublishedDocument:
    """Not shown to customers before it is published."""
    title = line_of(facts.title)
    if not title or len(title) > 160:
        raise Refused(N_("Enter a title of at most %(most)s characters."), field="title", most=160)
    if facts.language not in DOCUMENT_LANGUAGES:
        raise Refused(N_("Choose the language that it is in."), field="language")
    version, number = line_of(facts.version), line_of(facts.part_number)
    for name, text in (("printed", version), ("part_number", number)):
        if len(text) > LONGEST_VERSION:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=LONGEST_VERSION)
    it = PublishedDocument(
        kind=facts.kind,
        title=title,
        language=facts.language,
        version=version,
        part_number=number,
        issued_on=facts.issued_on,
        audience=facts.audience,
        file_id=file_id,
        created_at=now,
        changed_at=now,
    )
    it.models = [DocumentModel(model_id=each) for each in facts.models]
    session.add(it)
    session.flush()
    index_documents(session, [it])
    happened(session, it, What.CREATED, by=by)
    return it


def publish_document(
    session: ScopedSession, it: PublishedDocument, *, by: Doer, now: datetime
) -> None:
    if it.published_at:
        raise Refused(N_("It is published already."))
    it.published_at = it.changed_at = now
    happened(session, it, What.PUBLISHED, by=by)
    later(session, "news.tell", document_id=it.id)


def withdraw_document(
    session: ScopedSession, it: PublishedDocument, *, by: Doer, now: datetime
) -> None:
    if it.published_at is None:
        raise Refused(N_("It is not published."))
    it.published_at, it.changed_at = None, now
    happened(session, it, What.WITHDRAWN, by=by)
