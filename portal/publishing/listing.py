"""What publishers see of releases and documents: those that wait first, then the newest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.models import PublishedDocument, SoftwareRelease
from portal.downloads.rules import State
from portal.downloads.shelf import shelf_of
from portal.publishing.facts import missing_in
from portal.web.locale import label, ngettext

MOST, LONGEST = 100, 200
_WAITING = case(
    (SoftwareRelease.state == State.PROPOSED, 0),
    (SoftwareRelease.state == State.DRAFT, 1),
    else_=2,
)


@dataclass(frozen=True, slots=True)
class Asked:
    text: str = ""
    state: State | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.text or self.state)

    def chips(self) -> list[dict[str, str]]:
        rest = urlencode({"q": self.text}) if self.text else ""
        return [{"label": label(self.state), "href": f"?{rest}"}] if self.state else []


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Any]
    names: dict[int, list[str]]
    lacking: dict[int, list[str]]

    @property
    def found(self) -> str:
        return ngettext("%(num)s release", "%(num)s releases", len(self.rows))


def read_asked(arguments: Mapping[str, str]) -> Asked:
    state = arguments.get("state", "")
    return Asked(
        arguments.get("q", "").strip()[:LONGEST], State(state) if state in set(State) else None
    )


def list_releases(session: ScopedSession, asked: Asked) -> Listed:
    ask = select(SoftwareRelease)
    if asked.text:
        models = catalogue_of(session)
        query = query_of(asked.text, lambda word: [f"m{each}" for each in models.matching(word)])
        ask = ask.where(SoftwareRelease.id.in_(find(session, Kind.RELEASE, query, limit=MOST)))
    if asked.state:
        ask = ask.where(SoftwareRelease.state == asked.state)
    rows = list(session.scalars(ask.order_by(_WAITING, SoftwareRelease.id.desc()).limit(MOST)))
    shelf, catalogue = shelf_of(session).releases, catalogue_of(session)
    held = {it.id: shelf[it.id].models for it in rows if it.id in shelf}
    names = {id: [it.name for it in catalogue if it.id in models] for id, models in held.items()}
    return Listed(rows, names, {it.id: missing_in(it.notes) for it in rows})


def list_documents(session: Session) -> list[PublishedDocument]:
    waits = case((PublishedDocument.published_at.is_(None), 0), else_=1)
    ask = select(PublishedDocument).order_by(waits, PublishedDocument.id.desc()).limit(MOST)
    return list(session.scalars(ask))
