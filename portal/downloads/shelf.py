"""All that is published, in the memory of each process, but for release notes, which are long.

Some thousands of releases and documents at most, the same for everyone, and changed some times a
day. Whether somebody is told of one depends on who they are and on the time, so that is asked of
each when it is shown: nothing has to be read anew for a day that comes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.bilingual import Bilingual
from portal.base.held import Held
from portal.downloads.models import (
    DocumentModel,
    PublishedDocument,
    PublishedFile,
    ReleaseChannel,
    ReleaseModel,
    ReleasePilot,
    SoftwareRelease,
)
from portal.downloads.rules import (
    Channel,
    DocumentKind,
    Sort,
    Standing,
    is_open,
    newest_first,
)
from portal.downloads.values import Document, File, Release, Withdrawal
from portal.downloads.way import Way, way_to


class Shelf:
    """Everything, whether somebody is told of it or not."""

    def __init__(self, releases: Iterable[Release], documents: Iterable[Document]) -> None:
        self.releases = {it.id: it for it in releases}
        self.documents = {it.id: it for it in documents}
        self.releases_by_model: defaultdict[int, list[Release]] = defaultdict(list)
        self.documents_by_model: defaultdict[int, list[Document]] = defaultdict(list)
        for release in newest_first(self.releases.values()):
            for model_id in release.models:
                self.releases_by_model[model_id].append(release)
        kinds = list(DocumentKind)
        found = sorted(self.documents.values(), key=lambda it: it.version_key, reverse=True)
        for each in sorted(found, key=lambda it: (kinds.index(it.kind), it.title, it.language)):
            for model_id in each.models:
                self.documents_by_model[model_id].append(each)

    def open_to(self, account_ids: Collection[int] | None, now: datetime) -> "Told":
        return Told(self, frozenset(account_ids or ()), now)


@dataclass(frozen=True, slots=True)
class Told:
    """What these accounts are told of now."""

    shelf: Shelf
    account_ids: frozenset[int]
    now: datetime

    def has(self, it: Release | Document) -> bool:
        if isinstance(it, Document):
            return it.published_at is not None
        return is_open(it, self.account_ids, self.now)

    def release(self, release_id: int | None) -> Release | None:
        it = self.shelf.releases.get(release_id or 0)
        return it if it and self.has(it) else None

    def document(self, document_id: int | None) -> Document | None:
        it = self.shelf.documents.get(document_id or 0)
        return it if it and self.has(it) else None

    def releases_of(self, model_id: int, sort: Sort = Sort.FIRMWARE) -> list[Release]:
        """The newest first."""
        found = self.shelf.releases_by_model.get(model_id, ())
        return [it for it in found if it.sort is sort and self.has(it)]

    def documents_of(self, model_id: int) -> list[Document]:
        """By kind, title and language, of each the newest first."""
        return [it for it in self.shelf.documents_by_model.get(model_id, ()) if self.has(it)]

    def suggested(self, model_id: int) -> Release | None:
        """The newest that somebody may be told to install."""
        found = self.shelf.releases_by_model.get(model_id, ())
        wanted = (it for it in found if it.sort is Sort.FIRMWARE and it.advised)
        return next(filter(self.has, wanted), None)

    def blocked(self, model_id: int) -> set[str]:
        """The version keys of the firmware that nobody should have on this model."""
        found = self.shelf.releases_by_model.get(model_id, ())
        gone = (it for it in found if it.standing is Standing.BLOCKED)
        return {it.version_key for it in gone if it.sort is Sort.FIRMWARE and self.has(it)}

    def way(self, target: Release, model_ids: Collection[int], installed: str) -> Way[Release]:
        """How to come to a release on one of these models. What is for others is no step."""

        def find(release_id: int) -> Release | None:
            it = self.shelf.releases.get(release_id)
            return it if it and not it.models.isdisjoint(model_ids) else None

        def to_be_had(it: Release) -> bool:
            return self.has(it) and it.handed_out

        return way_to(target, find, installed, to_be_had=to_be_had)

    def models(self) -> set[int]:
        """Those that there is anything of."""
        held = self.shelf.releases_by_model, self.shelf.documents_by_model
        return {
            model_id for by in held for model_id, all_ in by.items() if any(map(self.has, all_))
        }


def shelf_of(session: Session) -> Shelf:
    """All of it, from memory when it can be."""
    return SHELF.of(session)


def fresh_shelf(session: Session) -> Shelf:
    """The same as it is now, for what must not be told once it is withdrawn."""
    return SHELF.of(session, enough=lambda _: False)


def _read(session: Session) -> Shelf:
    files = {row.id: File(**row._mapping) for row in session.execute(select(*_FILE))}
    channels: dict[int, dict[Channel, Withdrawal | None]] = defaultdict(dict)
    for row in session.execute(select(*_CHANNEL).order_by(ReleaseChannel.id)):
        gone = row.withdrawn_at and Withdrawal(
            row.withdrawn_at, Bilingual(row.reason_nb, row.reason_en)
        )
        channels[row.release_id][row.channel] = gone
    concerned = _many(session, ReleaseModel.release_id, ReleaseModel.model_id)
    pilots = _many(session, ReleasePilot.release_id, ReleasePilot.account_id)
    told = _many(session, DocumentModel.document_id, DocumentModel.model_id)
    releases = [
        Release(
            **{name: getattr(row, name) for name in _RELEASE},
            reason=Bilingual(row.reason_nb, row.reason_en),
            steps=Bilingual(row.steps_nb, row.steps_en),
            file=files.get(row.file_id),
            models=frozenset(concerned[row.id]),
            channels=channels[row.id],
            pilots=frozenset(pilots[row.id]),
        )
        for row in session.execute(select(*_RELEASE_COLUMNS))
    ]
    documents = [
        Document(
            **{name: getattr(row, name) for name in _DOCUMENT},
            file=files.get(row.file_id),
            models=frozenset(told[row.id]),
        )
        for row in session.execute(select(*_DOCUMENT_COLUMNS))
    ]
    return Shelf(releases, documents)


def _many(session: Session, one: Any, other: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for key, value in session.execute(select(one, other)):
        found[key].add(value)
    return found


_TEXTS = {"reason", "steps", "file", "models", "channels", "pilots"}
_RELEASE = [name for name in Release.__slots__ if name not in _TEXTS]
_DOCUMENT = [name for name in Document.__slots__ if name not in {"file", "models"}]
_WRITTEN = ("reason_nb", "reason_en", "steps_nb", "steps_en", "file_id")
_RELEASE_COLUMNS = [getattr(SoftwareRelease, name) for name in (*_RELEASE, *_WRITTEN)]
_DOCUMENT_COLUMNS = [getattr(PublishedDocument, name) for name in (*_DOCUMENT, "file_id")]
_FILE = [getattr(PublishedFile, name) for name in File.__slots__]
_CHANNEL = [
    getattr(ReleaseChannel, name)
    for name in ("release_id", "channel", "withdrawn_at", "reason_nb", "reason_en")
]
SHELF = Held(
    "published",
    _read,
    *(SoftwareRelease, ReleaseModel, ReleaseChannel, ReleasePilot, PublishedFile),
    *(PublishedDocument, DocumentModel),
)
