from io import BytesIO

import pytest

from portal.base.sheet_cells import MAX_COLUMNS
from portal.base.sheets import read_sheet
from portal.base.words import Refused

TEXT = "serienummer,rom\r\nESH746,Møterom Ø\r\n"
READ = [(1, ["serienummer", "rom"]), (2, ["ESH746", "Møterom Ø"])]


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    return list(read_sheet(BytesIO(content)))


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_that_excel_writes_is_read(encoding: str) -> None:
    assert rows_of(TEXT.encode(encoding)) == READ
    assert rows_of(("\ufeff" * encoding.endswith("e") + TEXT).encode(encoding)) == READ


def test_a_letter_late_in_the_file_decides_the_encoding() -> None:
    filler = "ESH746;Oslo\n" * 20_000
    assert rows_of((filler + "A;Ålesund").encode("cp1252"))[-1][1] == ["A", "Ålesund"]
    assert rows_of((filler + "A;Ålesund").encode())[-1][1] == ["A", "Ålesund"]


@pytest.mark.parametrize("separator", ";,\t")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_ending_is_read(separator: str, end: str) -> None:
    lines = ["mac;serial;room", ';ESH746;"a, b; c\td"', ";G7B03A;"]
    content = end.join(line.replace(";", separator, 2) for line in lines).encode()
    assert [cells[1] for _number, cells in rows_of(content)] == ["serial", "ESH746", "G7B03A"]
    assert rows_of(content)[1][1][2] == "a, b; c\td"


def test_commas_in_texts_are_no_separators() -> None:
    content = b"Devices of Nordlys, 2026\nserial;room\nESH746;a, b\nG7B03A;c, d, e\n"
    assert rows_of(content)[2][1] == ["ESH746", "a, b"]


def test_the_separator_can_be_told_as_excel_tells_it() -> None:
    assert rows_of(b"sep=,\r\na,b;c;d\r\n") == [(1, ["a", "b;c;d"])]


def test_blank_rows_are_passed_over_and_counted() -> None:
    assert [number for number, _ in rows_of(b"a;b\n\n;;\n \n1;2\n;;;\n")] == [1, 5]


def test_a_row_over_several_lines_is_one_row() -> None:
    content = b'a;b\n1;"x\ny"\n2;z\n'
    assert rows_of(content) == [(1, ["a", "b"]), (2, ["1", "x\ny"]), (3, ["2", "z"])]


def test_quotation_marks_are_read_as_spreadsheets_write_them() -> None:
    content = b'a;b;c\n"=""8G18042FB3A1CV""";24" screen;"say ""hi"""\n'
    assert rows_of(content)[1][1] == ["8G18042FB3A1CV", '24" screen', 'say "hi"']


def test_nul_bytes_are_seen() -> None:
    assert rows_of(b"serial;room\nES\0H746;1\n")[1][1] == ["ES\ufffdH746", "1"]


def test_a_cell_of_a_megabyte_is_read() -> None:
    assert len(rows_of(b"a;b\n1;" + b"x" * 2**20)[1][1][1]) == 2**20


def test_of_a_row_of_100_000_columns_so_much_is_read_as_tells_that_it_is_too_wide() -> None:
    row = rows_of(b"a;b\n1" + b";" * 100_000 + b"x; ;y")[1][1]
    assert (row[0], row[-1], len(row)) == ("1", "x", MAX_COLUMNS + 1)


def test_an_open_quotation_mark_is_told_with_its_row() -> None:
    with pytest.raises(Refused) as refused:
        rows_of(b'serial;room\n\nESH746;"1\nG7B03A;2\n')
    assert refused.value.values == {"row": 3}


def test_the_file_stays_open_for_who_opened_it() -> None:
    file = BytesIO(TEXT.encode())
    list(read_sheet(file))
    assert not file.closed
