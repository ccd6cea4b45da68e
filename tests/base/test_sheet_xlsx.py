"""Workbooks as programs write them, and workbooks as nobody should."""

from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
import python_calamine
import xlsxwriter

from portal.base.sheets import read_sheet
from portal.base.words import Refused

PARTS = {
    "_rels/.rels": '<Relationships><Relationship Id="1" Type="x/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook><sheets><sheet name="A" r:id="1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="1" Type="x/worksheet" '
    'Target="worksheets/sheet1.xml"/><Relationship Id="2" Type="x/sharedStrings" '
    'Target="/xl/sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": "<sst><si><t>ESH746</t></si></sst>",
}


def workbook(rows: str = "", *, method: int = ZIP_DEFLATED, **parts: str | bytes) -> BytesIO:
    """A workbook made by hand, of rows of XML; parts are replaced by the end of their names."""
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    contents: dict[str, str | bytes] = {**PARTS, "xl/worksheets/sheet1.xml": sheet}
    for name, content in parts.items():
        contents[next(part for part in contents if name in part)] = content
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        for part, content in contents.items():
            archive.writestr(part, content)
    return file


def written(rows: list[list[Any]], **options: Any) -> BytesIO:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy", **options}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return file


def rows_of(file: BytesIO) -> list[tuple[int, list[str]]]:
    return list(read_sheet(file))


def refusal_of(file: BytesIO) -> str:
    with pytest.raises(Refused) as refused:
        rows_of(file)
    return refused.value.message


def test_rows_are_read_with_the_numbers_excel_shows() -> None:
    file = written([["Serienummer", "Rom"], [], ["", " "], ["ESH746", "Møterom Ø"]])
    assert rows_of(file) == [(1, ["Serienummer", "Rom"]), (4, ["ESH746", "Møterom Ø"])]


@pytest.mark.parametrize("era", [False, True])
def test_cells_are_read_as_people_see_them(era: bool) -> None:
    moment = datetime(2026, 11, 22, 14, 30)  # noqa: DTZ001
    cells = [123456, 123456.0, 64167012345678, 1.2e11, -4, 2.5, 0.1, date(2026, 11, 22), moment]
    read = ["123456", "123456", "64167012345678", "120000000000", "-4", "2.5", "0.1"]
    file = written([[*cells, True]], date_1904=era)
    assert rows_of(file)[0][1] == [*read, "2026-11-22", "2026-11-22 14:30:00", "TRUE"]


def test_formulas_are_read_as_what_they_came_to() -> None:
    cell = '<row r="1"><c r="A1" t="str"><f>CONCAT("ESH",746)</f><v>ESH746</v></c></row>'
    assert rows_of(workbook(cell)) == [(1, ["ESH746"])]


def test_leading_zeros_that_only_a_format_shows_are_kept() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write(0, 0, 4217, book.add_format({"num_format": "000000"}))
    assert rows_of(file) == [(1, ["004217"])]


def test_texts_come_in_every_way_they_are_written() -> None:
    rows = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>Rom </t></r><r><t>3</t></r></is></c>'
        '<c r="D1" t="e"><v>#N/A</v></c><c t="d"><v>2026-11-22T00:00:00</v></c>'
        '<c t="s"><v>9</v></c></row>'
    )
    assert rows_of(workbook(rows)) == [(1, ["ESH746", "Rom 3", "", "#N/A", "2026-11-22", ""])]


def test_prefixed_names_and_pronunciations_are_understood() -> None:
    texts = "<x:sst><x:si><x:t>Å_x0041_</x:t><x:rPh><x:t>o</x:t></x:rPh></x:si></x:sst>"
    sheet = '<x:worksheet><x:row><x:c t="s"><x:v>0</x:v></x:c></x:row></x:worksheet>'
    assert rows_of(workbook(sharedStrings=texts, sheet1=sheet)) == [(1, ["ÅA"])]


def test_the_first_sheet_that_people_see_is_read() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        hidden, shown = book.add_worksheet(), book.add_worksheet()
        hidden.write(0, 0, "hidden")
        shown.write(0, 0, "shown")
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()
    assert rows_of(file) == [(1, ["shown"])]


def test_we_read_what_the_libraries_read() -> None:
    rows = [[f"64167f{number:06x}", f"Rom {number % 7}", number / 4] for number in range(500)]
    file = written(rows)
    file.seek(0)
    other = python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()
    assert [cells for _, cells in rows_of(file)] == [
        [mac, room, format(value, "g")] for mac, room, value in other
    ]


CELL = '<row r="1"><c r="{}"><v>1</v></c></row>'


@pytest.mark.parametrize("reference", ["XFD1", "BDWGN1", "ZZZZZZZZ1", "IW1"])
def test_a_sheet_of_thousands_of_columns_is_refused(reference: str) -> None:
    assert "columns" in refusal_of(workbook(CELL.format(reference)))
    assert "columns" in refusal_of(workbook("<row>" + "<c><v>1</v></c>" * 10_000 + "</row>"))


def test_a_million_columns_without_content_are_nothing() -> None:
    assert rows_of(workbook("<row>" + "<c/>" * 10**6 + "<c r='A1'><v>1</v></c></row>"))


def test_far_corners_cost_nothing() -> None:
    rows = CELL.format("A1") + '<row r="1048576"><c r="IV1"><v>1</v></c></row>'
    assert [(number, len(cells)) for number, cells in rows_of(workbook(rows))] == [
        (1, 1),
        (1048576, 256),
    ]


def test_bombs_are_refused_by_what_the_directory_says() -> None:
    assert "unpacks" in refusal_of(workbook(sheet1=b" " * 80 * 2**20))
    assert "unpacks" in refusal_of(crowd(10_001))


def crowd(entries: int) -> BytesIO:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for number in range(entries):
            archive.writestr(str(number), b"")
    return file


def test_a_directory_of_millions_is_not_read_into_memory() -> None:
    assert "unpacks" in refusal_of(crowd(30_000))


@pytest.mark.parametrize(
    "content",
    [
        "<a>" * 200_000,
        "<worksheet>" + "".join(f"<a{number}/>" for number in range(20_000)),
        "<worksheet>" + "".join(f"<a b{number}='1'/>" for number in range(20_000)),
        "<worksheet a='" + "x" * 6 * 2**20,
    ],
    ids=["depth", "names", "attributes", "a tag without end"],
)
def test_xml_that_the_parser_would_keep_is_refused(content: str) -> None:
    assert "unpacks" in refusal_of(workbook(sheet1=content))


def test_entities_are_refused() -> None:
    declared = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    assert "damaged" in refusal_of(workbook(sheet1=f"{declared}<worksheet>&b;</worksheet>"))


def test_a_text_shared_by_many_cells_is_not_multiplied() -> None:
    texts = f"<sst><si><t>{'x' * 2**20}</t></si></sst>"
    cell = '<c t="s"><v>0</v></c>'
    assert "too long" in refusal_of(workbook(f"<row>{cell * 500}</row>", sharedStrings=texts))
    rows = f"<row>{cell}</row>" * 200
    assert sum(len(cells[0]) for _, cells in rows_of(workbook(rows, sharedStrings=texts)))
    assert "unpacks" in refusal_of(workbook(rows * 2, sharedStrings=texts))


def test_lies_about_the_members_are_refused() -> None:
    plain = workbook(CELL.format("A1")).getvalue()
    with ZipFile(BytesIO(plain)) as archive:
        second = archive.infolist()[1].header_offset
    at = plain.index(b"PK\x01\x02")
    overlapping = bytearray(plain)
    overlapping[at + 20 : at + 24] = (second + 40).to_bytes(4, "little")
    assert "damaged" in refusal_of(BytesIO(bytes(overlapping)))
    encrypted = bytearray(plain)
    encrypted[at + 8] |= 1
    assert "password" in refusal_of(BytesIO(bytes(encrypted)))


def test_damage_is_told_as_damage() -> None:
    whole = workbook(CELL.format("A1") * 50).getvalue()
    assert "damaged" in refusal_of(BytesIO(whole[: len(whole) // 2]))
    assert "damaged" in refusal_of(workbook(sheet1="<worksheet><row>"))
    assert "damaged" in refusal_of(workbook(CELL.format("12")))
    assert "damaged" in refusal_of(workbook(CELL.format("A1"), method=ZIP_BZIP2))


def test_another_kind_of_zip_file_is_no_workbook() -> None:
    assert "no Excel workbook" in refusal_of(crowd(3))
    assert "no Excel workbook" in refusal_of(workbook(workbook="<Relationship/>"))


def test_every_flipped_byte_is_read_or_refused() -> None:
    whole = written([["serial", "room"], ["ESH746", 1.5], [date(2026, 1, 1), True]]).getvalue()
    for at in range(0, len(whole), 7):
        broken = bytearray(whole)
        broken[at] ^= 0x55
        with suppress(Refused):
            rows_of(BytesIO(bytes(broken)))
