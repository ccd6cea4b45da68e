"""What is new, in words: what it is called, for which models, and the first line of its notes."""

from collections.abc import Iterable, Mapping

from portal.catalogue.catalogue import Catalogue
from portal.downloads.rules import Part, Sort
from portal.downloads.values import Document, Release
from portal.downloads.wording import language_name, notes_in
from portal.web.formats import listing
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

NAMED = 2  # models, before the others are summed up
LONGEST = 200
Notes = Mapping[str, Mapping[str, str]]


def title_of(it: Release | Document, models: Catalogue) -> str:
    """What it is, and for what."""
    named = [each.name for each in models if each.id in it.models]
    what = document_called(it) if isinstance(it, Document) else release_called(it)
    if not named or (isinstance(it, Release) and it.sort is Sort.SOFTWARE):
        return what
    return _("%(what)s for %(models)s", what=what, models=summed_up(named))


def release_called(it: Release) -> str:
    if it.sort is Sort.FIRMWARE:
        return _("Firmware %(version)s", version=it.version)
    called = f"{it.title} {it.version}"
    return f"{called} ({label(it.platform)})" if it.platform else called


def document_called(it: Document) -> str:
    called = f"{it.title} {it.version}".strip()
    return f"{called} ({language_name(it.language, first=False)})"


def summed_up(names: list[str]) -> str:
    if len(names) <= NAMED + 1:
        return listing(names)
    more = ngettext("%(num)s more model", "%(num)s more models", len(names) - NAMED)
    return listing([*names[:NAMED], more])


def in_a_line(notes: Notes, parts: Iterable[Part] = (Part.NEW, Part.FIXED)) -> str:
    """The first line of what is new, or was fixed, in the reader's language where it is written."""
    told = {part: text for part, text, _code in notes_in({0: notes})[0]}
    for part in parts:
        if lines := told.get(part, "").splitlines():
            line = lines[0].strip()
            return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
    return ""
