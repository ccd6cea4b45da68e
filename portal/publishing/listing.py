"""What publishers see of releases and documents: those that wait first, then the newest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, case, not_, or_, select

from portal.base.references import read_reference
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.models import PublishedDocument, SoftwareRelease
from portal.downloads.rules import DOCUMENT_PREFIX, RELEASE_PREFIX, State
from portal.downloads.shelf import shelf_of
from portal.publishing.facts import missing_in
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.paging import CAP, LARGEST, Order, Page, capped_count, page_of

MOST, LONGEST = 100, 200
NEWEST_RELEASE = Order((SoftwareRelease.id,), descending=True)
NEWEST_DOCUMENT = Order((PublishedDocument.id,), descending=True)
_CHANGE_WAITS = SoftwareRelease.proposed_change.is_not(None)
_OUT = SoftwareRelease.state == State.PUBLISHED
_WAITING = case(
    (or_(SoftwareRelease.state == State.PROPOSED, _CHANGE_WAITS), 0),
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

    def address(self, **more: str | None) -> str:
        """The query string of this list, and of a page of it."""
        told = {"q": self.text, "state": self.state and self.state.value, **more}
        return urlencode({name: it for name, it in told.items() if it})

    def chips(self) -> list[dict[str, str]]:
        rest = urlencode({"q": self.text}) if self.text else ""
        return [{"label": label(self.state), "href": f"?{rest}"}] if self.state else []


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Any]
    names: dict[int, list[str]]
    lacking: dict[int, list[str]]
    page: Page
    number: int

    @property
    def found(self) -> str:
        if self.number > CAP:
            return _("More than 1,000 releases")
        return ngettext("%(num)s release", "%(num)s releases", self.number)


def read_asked(arguments: Mapping[str, str]) -> Asked:
    state = arguments.get("state", "")
    return Asked(
        arguments.get("q", "").strip()[:LONGEST], State(state) if state in set(State) else None
    )


def list_releases(session: ScopedSession, asked: Asked) -> Listed:
    """What waits for somebody stands above the first page of the rest, however old it is."""
    narrowed: list[ColumnElement[bool]] = []
    if asked.text:
        narrowed.append(SoftwareRelease.id.in_(_found(session, Kind.RELEASE, asked.text)))
    if asked.state:
        narrowed.append(SoftwareRelease.state == asked.state)
    out = narrowed or [_OUT, not_(_CHANGE_WAITS)]
    page = page_of(session, select(SoftwareRelease.id).where(*out), NEWEST_RELEASE)
    rows = list(session.scalars(_releases([it.id for it in page.rows])))
    number = capped_count(session, select(SoftwareRelease.id).where(*out), NEWEST_RELEASE)
    if not narrowed and page.first:
        waits = or_(not_(_OUT), _CHANGE_WAITS)
        ask = select(SoftwareRelease).where(waits).order_by(_WAITING, SoftwareRelease.id.desc())
        waiting = list(session.scalars(ask.limit(MOST)))
        rows, number = [*waiting, *rows], number + len(waiting)
    shelf, catalogue = shelf_of(session).releases, catalogue_of(session)
    held = {it.id: shelf[it.id].models for it in rows if it.id in shelf}
    names = {id: [it.name for it in catalogue if it.id in models] for id, models in held.items()}
    return Listed(rows, names, {it.id: missing_in(it.notes) for it in rows}, page, number)


def _releases(ids: list[int]) -> Select[Any]:
    found: Any = select(SoftwareRelease).where(SoftwareRelease.id.in_(ids))
    ordered: Select[Any] = found.order_by(SoftwareRelease.id.desc())
    return ordered


def list_documents(session: ScopedSession, asked: str) -> dict[str, Any]:
    """What the page of documents needs. Drafts stand above the first page of the rest."""
    text = asked.replace("\0", "").strip()[:LONGEST]
    out = PublishedDocument.published_at.is_not(None)
    if text:
        out = PublishedDocument.id.in_(_found(session, Kind.DOCUMENT, text))
    page = page_of(session, select(PublishedDocument.id).where(out), NEWEST_DOCUMENT)
    newest = PublishedDocument.id.desc()
    ids = PublishedDocument.id.in_([it.id for it in page.rows])
    rows = list(session.scalars(select(PublishedDocument).where(ids).order_by(newest)))
    number = capped_count(session, select(PublishedDocument.id).where(out), NEWEST_DOCUMENT)
    if not text and page.first:
        drafts = select(PublishedDocument).where(PublishedDocument.published_at.is_(None))
        waiting = list(session.scalars(drafts.order_by(newest).limit(MOST)))
        rows, number = [*waiting, *rows], number + len(waiting)
    count = ngettext("%(num)s document", "%(num)s documents", number)
    if number > CAP:
        count = _("More than 1,000 documents")
    return {"text": text, "rows": rows, "listed": page, "count": count, "news": count}


def _found(session: ScopedSession, kind: Kind, text: str) -> list[int]:
    """Every word of it, in what is published and what is not. A reference finds its own; digits
    alone are rather a version."""
    prefix = RELEASE_PREFIX if kind is Kind.RELEASE else DOCUMENT_PREFIX
    number = None if text[0].isdigit() else read_reference(prefix, text)
    if number and number <= LARGEST:
        return [number]
    models = catalogue_of(session)
    query = query_of(text, lambda word: [f"m{each}" for each in models.matching(word)])
    return list(find(session, kind, query, limit=CAP))
