"""A copy of what is kept about a person, as a ZIP: for people to read, and for machines.

It is written row by row, and to disk when it is long, before the answer begins; see web/sheets.py.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app

from portal.accounts.personal_data import SECTIONS, Asking, Row, Section, Value, Word
from portal.base import clock
from portal.base.access import Permission
from portal.base.words import LabelledEnum
from portal.partners.rules import DEEDS
from portal.web.formats import listing, number, short_date, short_date_and_time
from portal.web.locale import gettext as _
from portal.web.locale import label, language
from portal.web.sheets import watched


@dataclass(frozen=True, slots=True)
class Table:
    """A section as the page shows it; no rows at all are None, since they are read one by one."""

    name: str
    title: str
    headings: list[str]
    rows: Iterable[list[str]] | None


def write_archive(file: BinaryIO, asking: Asking) -> None:
    name = _("my-data")
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        with archive.open(f"{name}.html", "w") as entry:
            page = current_app.jinja_env.get_template("personal_data/copy.html")
            text = TextIOWrapper(entry, "utf-8", errors="replace")
            text.writelines(page.generate(who=asking.user, tables=_tables(asking), now=clock.now()))
            text.close()
        with archive.open(f"{name}.json", "w") as entry:
            text = TextIOWrapper(entry, "utf-8", errors="replace")
            text.writelines(_json(asking))
            text.close()


def _tables(asking: Asking) -> Iterator[Table]:
    for section in SECTIONS:
        headings = [_(label) for label in section.columns.values()]
        cells = _cells(section, asking)
        first = next(cells, None)
        rows = chain([first], cells) if first else None
        yield Table(section.name, _(section.title), headings, rows)


def _cells(section: Section, asking: Asking) -> Iterator[list[str]]:
    for row in watched(section.rows(asking)):
        yield [shown(row[name]) for name in section.columns]


def shown(value: Value) -> str:
    """As people read it."""
    match value:
        case None | "" | []:
            told = "–"
        case LabelledEnum():
            told = label(value)
        case Word():
            told = _(value.label)
        case bool():
            told = _("Yes") if value else _("No")
        case int():
            told = number(value)
        case datetime():
            told = short_date_and_time(value)
        case date():
            told = short_date(value)
        case list():
            told = listing([_in_words(each) for each in value])
        case _:
            told = value
    return told


def _in_words(value: str) -> str:
    return _(DEEDS[value]) if isinstance(value, Permission) and value in DEEDS else value


def _json(asking: Asking) -> Iterator[str]:
    """One object, a section a key: names in English, moments in UTC, whatever language is read."""
    about = {
        "made_at": clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        "language": language(),
    }
    yield f'{{"about": {json.dumps(about)}'
    for section in SECTIONS:
        yield f',\n"{section.name}": ['
        for at, row in enumerate(watched(section.rows(asking))):
            yield ("," if at else "") + "\n  " + _line(section, row)
        yield "]"
    yield "}\n"


def _line(section: Section, row: Row) -> str:
    return json.dumps({name: _plain(row[name]) for name in section.columns}, ensure_ascii=False)


def _plain(value: Value) -> str | int | bool | list[str] | None:
    if isinstance(value, LabelledEnum | Word):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
