"""What releases and documents are found by: kept in the search index with every deed."""

from collections.abc import Collection

from portal.base.search import Kind, index, tokens_of
from portal.base.search_table import NO_ACCOUNT
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.downloads.models import PublishedDocument, SoftwareRelease
from portal.downloads.rules import Sort

# Searched for by what it is, in either language: synonyms do the rest.
_CALLED = {Sort.FIRMWARE: "firmware", Sort.SOFTWARE: "programvare software"}


def index_releases(session: ScopedSession, releases: Collection[SoftwareRelease]) -> None:
    """Let them be found by model, version and the words of their notes."""
    session.flush()
    models = catalogue_of(session)
    entries = []
    for it in releases:
        ids = [each.model_id for each in it.models]
        written = [text for part in it.notes.values() for text in part.values()]
        platform = it.platform.value if it.platform else ""
        told = (it.title, it.train, platform, _CALLED[it.sort], *_names(models, ids), *written)
        file = (it.file.name,) if it.file else ()
        numbers = [it.version, it.reference]
        tokens = tokens_of((it.version, *told, *file), identifiers=numbers, marks=_marks(ids))
        entries.append((it.id, NO_ACCOUNT, tokens))
    index(session, Kind.RELEASE, entries)


def index_documents(session: ScopedSession, documents: Collection[PublishedDocument]) -> None:
    session.flush()
    models = catalogue_of(session)
    entries = []
    for it in documents:
        ids = [each.model_id for each in it.models]
        file = (it.file.name,) if it.file else ()
        told = (it.title, it.kind.value.replace("_", " "), it.version, *_names(models, ids), *file)
        numbers = [each for each in (it.part_number, it.reference) if each]
        tokens = tokens_of(told, identifiers=numbers, marks=_marks(ids))
        entries.append((it.id, NO_ACCOUNT, tokens))
    index(session, Kind.DOCUMENT, entries)


def _names(models: Catalogue, ids: Collection[int]) -> list[str]:
    return [f"{it.name} {it.family}" for each in ids if (it := models.get(each))]


def _marks(ids: Collection[int]) -> list[str]:
    """By which a part number of a model finds what there is for it."""
    return [f"m{each}" for each in ids]
