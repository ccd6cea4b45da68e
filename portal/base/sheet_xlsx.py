"""Reading the first visible sheet of an Excel workbook, one row at a time."""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZipFile

from portal.base.sheet_cells import Row, tidy
from portal.base.sheet_numbers import ERA_1900, ERA_1904, Styles
from portal.base.sheet_rows import RowReader, SharedTexts
from portal.base.sheet_xml import Attributes, Handler, open_zip, parse, parse_whole
from portal.base.words import N_, Refused

NO_WORKBOOK = N_("The file is no Excel workbook (.xlsx). Save it as one, or as a CSV file.")


def read_xlsx(file: BinaryIO) -> Iterator[Row]:
    """The rows that are not blank, with the numbers they have in Excel."""
    archive = open_zip(file)
    book = _Book(archive)
    shared, styles = SharedTexts(), Styles()
    if book.shared:
        parse_whole(archive, book.shared, shared, is_long=True)
    if book.styles:
        parse_whole(archive, book.styles, styles)
    reader = RowReader(shared.texts, styles, book.era)
    for _ in parse(archive, book.sheet, reader):
        for number, cells in reader.rows:
            # Only now, one row at a time: many cells may be the same long text.
            tidied = tidy(cells)
            if any(tidied):
                yield number, tidied
        reader.rows.clear()


class _Links(Handler):
    """The relations of a part: what other parts it needs, by id and by kind."""

    def __init__(self, archive: ZipFile, part: str) -> None:
        self._folder, name = posixpath.split(part)
        self.by_id: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}
        member = posixpath.join(self._folder, "_rels", f"{name}.rels")
        if member not in archive.NameToInfo:
            raise Refused(NO_WORKBOOK)
        parse_whole(archive, member, self)

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.join("/", self._folder, attributes.get("Target", ""))
            part = posixpath.normpath(target).lstrip("/")
            self.by_kind.setdefault(kind, part)
            if kind == "worksheet":
                self.by_id[attributes.get("Id", "")] = part


class _Book(Handler):
    """Where in the zip file the first sheet that people see is, and what it needs."""

    def __init__(self, archive: ZipFile) -> None:
        part = _Links(archive, "").by_kind.get("officeDocument", "")
        if not part.endswith(".xml") or part not in archive.NameToInfo:
            raise Refused(NO_WORKBOOK)
        self._links = _Links(archive, part)
        self.shared = self._links.by_kind.get("sharedStrings")
        self.styles = self._links.by_kind.get("styles")
        self.sheet, self.era = "", ERA_1900
        parse_whole(archive, part, self)
        if not self.sheet:
            raise Refused(NO_WORKBOOK)

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self.era = ERA_1904
        if name == "sheet" and not self.sheet and attributes.get("state", "visible") == "visible":
            ids = (value for key, value in attributes.items() if key.endswith(":id"))
            self.sheet = self._links.by_id.get(next(ids, ""), "")
