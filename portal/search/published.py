"""What is published, found in memory or by the index: models, releases, documents, known issues."""

from portal.base.bilingual import Bilingual
from portal.base.references import read_reference, reference
from portal.base.search import Kind
from portal.catalogue.catalogue import Catalogue
from portal.downloads.rules import DOCUMENT_PREFIX, Standing, newest_first
from portal.downloads.shelf import Told
from portal.downloads.values import Document, Release
from portal.known_issues.issues import Issues
from portal.search.index import Indexed
from portal.search.lines import Line
from portal.search.rules import distance
from portal.search.sight import Sight
from portal.web.locale import gettext as _
from portal.web.locale import label, language, said

_FIRST = 2  # of each that are shown before more of the other
_NAMED = 3  # models of a release


def models_found(text: str, catalogue: Catalogue, told: Told) -> list[Line]:
    """Those that there is something to download for, by their names."""
    matching = catalogue.matching(text) & told.models()
    models = [it for it in catalogue if it.id in matching]
    models.sort(key=lambda it: distance(text, it.name))
    return [
        Line(it.name, f"/downloads/{reference('M', it.id)}", detail=label(it.kind)) for it in models
    ]


def downloads_found(
    text: str, sight: Sight, catalogue: Catalogue, told: Told, indexed: Indexed
) -> list[Line]:
    """The closest releases, the newest versions first, and documents; then the others."""
    found = [it for each in indexed.of(Kind.RELEASE) if (it := _release(each, sight, told))]
    releases = [_release_line(it, sight, catalogue) for it in newest_first(found)]
    releases.sort(key=lambda it: distance(text, it.label))
    ids = [read_reference(DOCUMENT_PREFIX, text) or 0, *indexed.of(Kind.DOCUMENT)]
    known = [one for each in dict.fromkeys(ids) if (one := _document(each, sight, told))]
    documents = [_document_line(one, sight) for one in known]
    documents.sort(key=lambda it: distance(text, f"{it.number} {it.label}"))
    return [*releases[:_FIRST], *documents[:_FIRST], *releases[_FIRST:], *documents[_FIRST:]]


def issues_found(text: str, sight: Sight, issues: Issues) -> list[Line]:
    matching = issues.matching(text)
    among = issues.all if sight.desk else issues.published
    lines = []
    for it in among:
        if it.id in matching:
            folder = "/desk/known-issues" if sight.desk else "/known-issues"
            title = _title(it.title)
            lines.append(
                Line(title[0], f"{folder}/{it.reference}", it.reference, label(it.state), title[1])
            )
    return sorted(lines, key=lambda it: distance(text, it.label))


def _title(text: Bilingual) -> tuple[str, str]:
    told = said(text)
    return told.text, told.language if told.language != language() else ""


def _release(release_id: int, sight: Sight, told: Told) -> Release | None:
    return told.shelf.releases.get(release_id) if sight.desk else told.release(release_id)


def _document(document_id: int, sight: Sight, told: Told) -> Document | None:
    return told.shelf.documents.get(document_id) if sight.desk else told.document(document_id)


def _release_line(it: Release, sight: Sight, catalogue: Catalogue) -> Line:
    """A version says little by itself: with it stands what it is for."""
    folder = "/desk/publish" if sight.desk else "/downloads"
    names = [model.name for each in it.models if (model := catalogue.get(each))]
    more = " …" if len(names) > _NAMED else ""
    told = (label(it.sort), ", ".join(names[:_NAMED]) + more, _fate(it))
    detail = " · ".join(filter(None, told))
    title = f"{it.title} {it.version}".strip()
    return Line(title, f"{folder}/releases/{it.reference}", detail=detail)


def _fate(it: Release) -> str:
    """That nobody should take it any more, where that is so."""
    if it.standing is Standing.BLOCKED:
        return _("Blocked")
    if it.withdrawn:
        return _("Withdrawn from download")
    return _("Outdated") if it.standing is Standing.DEPRECATED else ""


def _document_line(it: Document, sight: Sight) -> Line:
    path = f"/downloads/documents/{it.reference}/file"
    if sight.desk:
        path = f"/desk/publish/documents/{it.reference}"
    return Line(f"{it.title} {it.version}".strip(), path, it.part_number, label(it.kind))
