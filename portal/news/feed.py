"""What stands in somebody's feed and calendar: of what they follow, and have."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.tenancy import NOBODY
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.downloads.models import SoftwareRelease
from portal.downloads.shelf import shelf_of
from portal.downloads.values import Document, Release
from portal.news.queries import followings_of, link_of
from portal.news.reader import Reader, models_followed, reader_of
from portal.news.rules import MOST_ENTRIES, Ending, changed_since, endings_of, is_news, out_since
from portal.news.wording import Notes, in_a_line, title_of
from portal.products.models import Product, ProductCount, ProductStatus
from portal.web.session import open_session


@dataclass(frozen=True, slots=True)
class Entry:
    """`gone` is what was withdrawn since, or is not to be installed."""

    it: Release | Document
    title: str
    new: str
    out: datetime
    changed: datetime
    gone: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Whoever reads by a link that is good, and the models that concern them."""

    user: User
    reader: Reader
    models: Catalogue
    concerned: frozenset[int]


def reading(user_id: int, generation: int, now: datetime) -> Reading | None:
    """None for a link that is dead, and for somebody whose access has ended: alike."""
    with open_session(NOBODY, reading=True) as session:
        link = session.scalars(link_of(user_id)).one_or_none()
        user = session.get(User, user_id)
        if link is None or user is None or not link.active or link.generation != generation:
            return None
        reader = reader_of(session, user, now)
        if reader is None:
            return None
        models = catalogue_of(session)
        followed = models_followed(session.scalars(followings_of(user_id)), models)
    return Reading(user, reader, models, frozenset(followed | _held(reader)))


def _held(reader: Reader) -> set[int]:
    """The models they see devices of. Staff have none."""
    found: set[int] = set()
    if reader.accounts is None:
        return found
    devices = select(Product.model_id).where(Product.status == ProductStatus.ACTIVE)
    both = union(devices, select(ProductCount.model_id))
    for scope in reader.scopes:
        with open_session(scope, reading=True) as session:
            found |= set(session.scalars(both))
    return found


def entries(who: Reading, now: datetime) -> list[Entry]:
    """The newest first, in the language that is being spoken."""
    with open_session(NOBODY, reading=True) as session:
        shelf = shelf_of(session)
        told = shelf.open_to(who.reader.accounts, now)
        published: list[Release | Document] = [*shelf.releases.values(), *shelf.documents.values()]
        mine = [it for it in published if told.has(it) and it.models & who.concerned]
        dated = [(out, it) for it in mine if (out := out_since(it))]
        newest = sorted(dated, key=lambda each: (each[0], each[1].reference), reverse=True)
        shown = newest[:MOST_ENTRIES]
        notes = _notes(session, [it.id for _out, it in shown if isinstance(it, Release)])
    return [_entry(it, out, notes, who.models) for out, it in shown]


def endings(who: Reading) -> list[Ending]:
    return endings_of(who.models, who.concerned)


def _entry(
    it: Release | Document, out: datetime, notes: dict[int, Notes], models: Catalogue
) -> Entry:
    new = in_a_line(notes.get(it.id, {})) if isinstance(it, Release) else ""
    changed = changed_since(it) or out
    return Entry(it, title_of(it, models), new, out, changed, gone=not is_news(it))


def _notes(session: Session, ids: list[int]) -> dict[int, Notes]:
    ask = select(SoftwareRelease.id, SoftwareRelease.notes).where(SoftwareRelease.id.in_(ids))
    return {row.id: row.notes for row in session.execute(ask)} if ids else {}
