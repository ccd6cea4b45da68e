"""Releases and documents as pages need them: plain values, shared by all, changed by nobody."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.base.bilingual import Bilingual
from portal.base.files import Hold
from portal.base.references import reference
from portal.downloads.rules import (
    DOCUMENT_PREFIX,
    RELEASE_PREFIX,
    Audience,
    Channel,
    DocumentKind,
    Platform,
    Sort,
    Standing,
    State,
)


@dataclass(frozen=True, slots=True)
class File:
    id: int
    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    held: Hold | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    at: datetime
    reason: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    id: int
    sort: Sort
    title: str
    platform: Platform | None
    version: str
    version_key: str
    train: str
    released_on: date | None
    security: bool
    audience: Audience
    state: State
    opens_at: datetime | None
    staged: bool
    standing: Standing
    reason: Bilingual
    predecessor_id: int | None
    steps: Bilingual
    file: File | None
    models: frozenset[int]
    channels: dict[Channel, Withdrawal | None]
    pilots: frozenset[int]
    demo: bool
    published_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def reference(self) -> str:
        return reference(RELEASE_PREFIX, self.id)

    @property
    def withdrawn(self) -> Withdrawal | None:
        """Whether it is not handed out here any more, and why."""
        return self.channels.get(Channel.PORTAL)

    @property
    def elsewhere(self) -> list[tuple[Channel, Withdrawal]]:
        """The other ways that it was withdrawn from."""
        others = ((each, it) for each, it in self.channels.items() if each is not Channel.PORTAL)
        return [(each, it) for each, it in others if it]

    @property
    def handed_out(self) -> bool:
        """Whether there is anything to install, which nobody warns of."""
        there = Channel.PORTAL in self.channels and not self.withdrawn
        return self.standing is not Standing.BLOCKED and there and self.file is not None

    @property
    def advised(self) -> bool:
        """Whether somebody may be told to install it."""
        return self.standing is Standing.CURRENT and self.handed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: int
    kind: DocumentKind
    title: str
    language: str
    version: str
    version_key: str
    part_number: str
    issued_on: date | None
    audience: Audience
    published_at: datetime | None
    file: File | None
    models: frozenset[int]
    changed_at: datetime | None = None

    @property
    def reference(self) -> str:
        return reference(DOCUMENT_PREFIX, self.id)
