"""Finding what there is to download by model, part number, document, version, or words of notes."""

from dataclasses import dataclass

from portal.base.references import read_reference
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, Model
from portal.downloads.rules import DOCUMENT_PREFIX, RELEASE_PREFIX, newest_first
from portal.downloads.shelf import Told
from portal.downloads.values import Document, Release

LONGEST = 200  # characters of a search
MOST = 25  # of each kind that are shown
ENOUGH = 200  # of the index's, of which some may be for others


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, at most so much of each kind, and whether there is more."""

    models: list[Model]
    releases: list[Release]
    documents: list[Document]
    more: bool

    @property
    def total(self) -> int:
        return len(self.models) + len(self.releases) + len(self.documents)


def look_for(session: ScopedSession, text: str, told: Told, models: Catalogue) -> Found:
    """Models by their names first; then releases and documents, the newest versions first."""
    named = models.matching(text)
    known = told.models()
    query = query_of(text, lambda word: [f"m{each}" for each in models.matching(word)])
    ids = find(session, Kind.RELEASE, query, limit=ENOUGH)
    releases = [release for each in ids if (release := told.release(each))]
    ids = find(session, Kind.DOCUMENT, query, limit=ENOUGH)
    documents = [document for each in ids if (document := told.document(each))]
    if not text[0].isdigit():  # digits alone are rather a version
        if number := told.release(read_reference(RELEASE_PREFIX, text)):
            releases = [number]
        if one := told.document(read_reference(DOCUMENT_PREFIX, text)):
            documents = [one]
    shown = [it for it in models if it.id in named and it.id in known]
    most = max(len(shown), len(releases), len(documents))
    return Found(shown[:MOST], newest_first(releases)[:MOST], documents[:MOST], more=most > MOST)
