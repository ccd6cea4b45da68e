"""What publishers do with documents: each language and version is one, published by one person."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from portal.base.bilingual import line_of
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Overtaken, Refused
from portal.downloads.indexing import index_documents
from portal.downloads.models import LONGEST_VERSION, DocumentModel, PublishedDocument, PublishedFile
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

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        issued = self.issued_on.isoformat() if self.issued_on else None
        return asdict(self) | {"models": sorted(self.models), "issued_on": issued}


def facts_of(it: PublishedDocument) -> DocumentFacts:
    values = {name: getattr(it, name) for name in DocumentFacts.__slots__ if name != "models"}
    return DocumentFacts(**values, models=tuple(each.model_id for each in it.models))


def checked(facts: DocumentFacts) -> DocumentFacts:
    """The facts, tidied; refused when they cannot be."""
    title = line_of(facts.title)
    if not title or len(title) > 160:
        raise Refused(N_("Enter a title of at most %(most)s characters."), field="title", most=160)
    if facts.language not in DOCUMENT_LANGUAGES:
        raise Refused(N_("Choose the language that it is in."), field="language")
    version, number = line_of(facts.version), line_of(facts.part_number)
    for name, text in (("printed", version), ("part_number", number)):
        if len(text) > LONGEST_VERSION:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=LONGEST_VERSION)
    return replace(facts, title=title, version=version, part_number=number)


def add_document(
    session: ScopedSession, facts: DocumentFacts, *, file_id: int, by: Doer | None, now: datetime
) -> PublishedDocument:
    """Not shown to customers before it is published."""
    it = PublishedDocument(file_id=file_id, created_at=now, changed_at=now)
    _state(it, checked(facts))
    session.add(it)
    session.flush()
    index_documents(session, [it])
    happened(session, it, What.CREATED, by=by)
    return it


def change_document(
    session: ScopedSession,
    it: PublishedDocument,
    facts: DocumentFacts,
    *,
    file_id: int | None,
    revision: int,
    by: Doer,
    now: datetime,
) -> bool:
    """State it anew, and with another file where there is one: customers see all of it or nothing.
    What they took before is kept, since it stands in the log of what they took."""
    facts, before = checked(facts), facts_of(it).told()
    after = facts.told()
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed and file_id is None and it.revision == revision:
        return False
    replaced = it.file if file_id is not None else None
    try:
        with session.begin_nested():
            # What was opened at this revision may replace this one only.
            set_committed_value(it, "revision", revision)
            _state(it, facts)
            it.file_id = file_id if file_id is not None else it.file_id
            it.changed_at = now
            flag_modified(it, "changed_at")
    except StaleDataError:
        raise Overtaken(
            N_("Someone else changed this while you were writing. Compare, then save."),
            version=it.revision,
        ) from None
    session.refresh(it, ["file"])
    if file_id is not None:
        if it.published_at:
            _check_file(it)
        changed["file"] = [_named(replaced), _named(it.file)]
    index_documents(session, [it])
    happened(session, it, What.CHANGED, by=by, **changed)
    if it.published_at and "models" in changed:  # whoever follows one that was added hears of it
        later(session, "news.tell", document_id=it.id)
    return True


def publish_document(
    session: ScopedSession, it: PublishedDocument, *, by: Doer, now: datetime
) -> None:
    if it.published_at:
        raise Refused(N_("It is published already."))
    _check_file(it)
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


def _state(it: PublishedDocument, facts: DocumentFacts) -> None:
    for name in DocumentFacts.__slots__:
        if name != "models":
            setattr(it, name, getattr(facts, name))
    known = {each.model_id: each for each in it.models}
    it.models = [known.get(each) or DocumentModel(model_id=each) for each in facts.models]


def _check_file(it: PublishedDocument) -> None:
    """Customers are never shown what they cannot have."""
    if it.file is None:
        raise Refused(N_("Send the file first."), field="files")
    if it.file.held:
        raise Refused(N_("The file is still being checked for viruses."), field="files")


def _named(file: PublishedFile | None) -> str:
    """By name and the beginning of its checksum, since another version often has the same name."""
    return f"{file.name} ({file.sha256[:12]})" if file else ""
