"""What the search of every page finds, of all kinds, in a handful of statements.

One asks the index for the newest of every kind, a second one for the very words where there is more
than is shown, and a third for what is shown of all the records. What is in memory takes none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.base import clock
from portal.base.search import Kind
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.downloads.shelf import Told, shelf_of
from portal.known_issues.issues import Issues, issues_of
from portal.licenses.finding import ring
from portal.search import records
from portal.search.asking import records_of
from portal.search.drawing import line_of
from portal.search.index import Indexed, look_up
from portal.search.lines import Found, Group, Line
from portal.search.naming import Names, named_otherwise, named_record, names_in
from portal.search.pages import deeds_found, help_found, pages_found
from portal.search.published import downloads_found, issues_found, models_found
from portal.search.records import Asked, Record
from portal.search.rules import COUNTED, LOOKED_AT, MOST, distance
from portal.search.sight import Sight
from portal.search.ways import titled

_OF_KIND = {
    Kind.PRODUCT: records.DEVICE,
    Kind.SERVICE_REQUEST: records.REQUEST,
    Kind.SERVICE_REQUEST_DESK: records.REQUEST,
    Kind.REPLACEMENT: records.REPLACEMENT,
    Kind.LICENSE: records.LICENSE,
    Kind.LICENSE_ITSELF: records.LICENSE,
}


@dataclass(frozen=True, slots=True)
class _Search:
    """What is at hand while one search is answered."""

    text: str
    sight: Sight
    catalogue: Catalogue
    told: Told | None
    issues: Issues | None
    indexed: Indexed


def find_all(session: ScopedSession, text: str, sight: Sight, *, wholly: bool) -> Found:
    """Everything that a text finds for whoever has this sight; without one, what to begin with.

    What a reference names is enough where there is such a thing, unless all is `wholly` wanted.
    """
    if not text:
        return Found(_shown(_beginnings()))
    catalogue, keys = catalogue_of(session), ring()
    names = names_in(text, sight, keys)
    if names.sure and not wholly and not text[0].isdigit():
        one = Asked(ids=_referred(names), across=sight.across, granted=_granted(sight))
        if named := named_record(text, names, records_of(session, one), sight, catalogue):
            return Found([], named)
    account_ids = () if sight.account_id is None else (sight.account_id,)
    published = {Kind.RELEASE, Kind.DOCUMENT} & sight.kinds
    told = shelf_of(session).open_to(account_ids, clock.now()) if published else None
    issues = issues_of(session) if sight.issues else None
    indexed = look_up(session, text, sight, catalogue, keys)
    asking = _Search(text, sight, catalogue, told, issues, indexed)
    rows = records_of(session, _asked(asking, names))
    named = named_record(text, names, rows, sight, catalogue)
    named = named or named_otherwise(text, sight, catalogue, told, issues)
    return Found(_shown(_groups(asking, names, rows)), named)


def _referred(names: Names) -> dict[str, set[int]]:
    return {name: {number} for name, number in names.references.items()}


def _asked(it: _Search, names: Names) -> Asked:
    ids = _referred(names)
    for kind, name in _OF_KIND.items():
        ids.setdefault(name, set()).update(it.indexed.looked_at(kind))
    people = (it.text, it.sight.account_id or 0, clock.now()) if it.sight.people else None
    return Asked(
        ids=ids,
        number=names.number,
        codes=names.codes,
        tail=names.tail,
        people=people,
        colleagues=it.text if it.sight.colleagues else "",
        customers=it.text if it.sight.customers else "",
        among=it.sight.among,
        across=it.sight.across,
        granted=_granted(it.sight),
    )


def _granted(sight: Sight) -> dict[str, frozenset[int]] | None:
    if sight.granted is None:
        return None
    return {_OF_KIND[kind]: accounts for kind, accounts in sight.granted.items()}


def _groups(it: _Search, names: Names, rows: list[Record]) -> Iterable[Group]:
    yield _group("deeds", deeds_found(it.text), it)
    for name in (records.REQUEST, records.DEVICE, records.REPLACEMENT, records.LICENSE):
        yield _of_records(it, name, names, rows)
    if it.told:
        models = [] if it.sight.across else models_found(it.text, it.catalogue, it.told)
        yield _group("models", models, it)
        found = downloads_found(it.text, it.sight, it.catalogue, it.told, it.indexed)
        yield _group("downloads", found, it)
    if it.issues:
        yield _group("issues", issues_found(it.text, it.sight, it.issues), it)
    for name in (records.PERSON, records.COLLEAGUE, records.CUSTOMER):
        lines = [line_of(each, it.sight, it.catalogue) for each in rows if each.kind == name]
        yield _group(name, lines, it)
    yield _group("help", help_found(it.text), it)
    yield _group("pages", pages_found(it.text), it)


def _of_records(it: _Search, name: str, names: Names, rows: list[Record]) -> Group:
    """The closest first: with the very words, then by what it is called, then the newest."""
    kinds = [kind for kind, called in _OF_KIND.items() if called == name]
    typed = {number for kind, number in it.indexed.typed if kind in kinds}
    mine = {row.id: row for row in rows if row.kind == name}
    known = names.references.get(name)
    shown = [(row, line_of(row, it.sight, it.catalogue)) for row in mine.values()]
    shown.sort(
        key=lambda pair: (
            not (pair[0].exact or pair[0].id == known),
            pair[0].id not in typed,
            distance(it.text, f"{pair[1].number} {pair[1].label} {pair[1].detail}"),
            -pair[0].id,
        )
    )
    found = [it.indexed.of(kind) for kind in kinds]
    # Where all of it was looked at, what is not theirs to see has no row, and is not counted.
    whole = all(len(ids) <= LOOKED_AT for ids in found)
    number = 0 if whole else sum(map(len, found))
    return _group(name, [line for _row, line in shown], it, total=max(number, len(shown)))


def _group(name: str, lines: list[Line], it: _Search | None, total: int | None = None) -> Group:
    title, ways = titled(name, it.text, it.sight) if it else titled(name, "", None)
    number = len(lines) if total is None else total
    number = number if number <= COUNTED else COUNTED + 1
    return Group(name, title, lines[:MOST] if it else lines, number, ways if number else [])


def _beginnings() -> Iterable[Group]:
    yield _group("deeds", deeds_found(""), None)
    yield _group("pages", pages_found(""), None)


def _shown(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group.lines]
