import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.sheet_cells import guarded, tidy
from portal.base.sheets import read_sheet
from portal.base.words import Refused

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MB = 2**20


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        list(read_sheet(BytesIO(content)))
    return refused.value.message % refused.value.values


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\r\n;;;\r\n  \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "picture"),
        (b"%PDF-1.7\n", "document"),
        (b"MZ\x90\0" + bytes(99), "program"),
        (b"\x7fELF" + bytes(99), "program"),
        (b"\x1f\x8b\x08" + bytes(99), "archive"),
        (b"PK\x05\x06" + bytes(18), "no Excel workbook"),
        (b"PK\x03\x04" + bytes(99), "damaged"),
        (OLD_EXCEL, "old Office format"),
        (OLD_EXCEL + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"<!DOCTYPE html><table><tr><td>ESH746", "web page"),
        (bytes(range(1, 32)) * 40, "not a table"),
        (bytes(5000), "not a table"),
    ],
)
def test_what_is_no_table_is_refused_for_what_it_is(content: bytes, says: str) -> None:
    assert says in refusal_of(content)


def test_a_serial_number_may_begin_as_a_program_does() -> None:
    assert read_sheet(BytesIO(b"MZ4R7A\r\n")).head == [(1, ["MZ4R7A"])]


def test_the_first_rows_are_kept_and_come_again() -> None:
    sheet = read_sheet(BytesIO(b"\n".join(b"a%d;b" % number for number in range(1, 31))))
    assert (sheet.format, len(sheet.head)) == ("csv", 10)
    assert [number for number, _cells in sheet] == list(range(1, 31))


def test_rows_can_be_asked_for_below_the_headings() -> None:
    sheet = read_sheet(BytesIO(b"Devices\n\nserial;room\nESH746;1\n"))
    assert list(sheet.below(3)) == [(4, ["ESH746", "1"])]
    assert sheet.progress() == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 64167f69355d ", "64167f69355d"),
        ("\xa0Oslo\xa0S\u202f", "Oslo S"),
        ("ES\0H7\u200b46\ufeff", "ES\ufffdH746"),
        ('="8G18042FB3A1CV"', "8G18042FB3A1CV"),
        ('=HYPERLINK("http://x","y")', '=HYPERLINK("http://x","y")'),
        ("'=1+1", "=1+1"),
        ("'t Hof", "'t Hof"),
        ("'", "'"),
        ("a=b", "a=b"),
    ],
)
def test_what_spreadsheets_leave_around_a_cell_is_taken_off(written: str, read: str) -> None:
    assert tidy([written]) == [read]


@pytest.mark.parametrize("sign", [*"=+-@\t\r\0＝＋－＠", " ="])
def test_no_text_is_written_as_a_formula(sign: str) -> None:
    assert guarded(f"{sign}1+1") == f"'{sign}1+1"


@given(st.text())
def test_what_is_guarded_is_read_back_as_it_was(text: str) -> None:
    assert tidy([guarded(text)]) == tidy([text]) or text.startswith("'")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Refused):
        for number, cells in read_sheet(BytesIO(content)):
            assert number >= 1
            assert any(cells)


MEASURE = """
import resource, sys
from portal.base.sheets import read_sheet
from portal.base.words import Refused

def peak():
    if sys.platform == "darwin":  # in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    # Linux would count what the process that started this one once took.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

before = peak()
with open(sys.argv[1], "rb") as file:
    try:
        print(sum(1 for _ in read_sheet(file)))
    except Refused as refused:
        print(refused.message)
print((peak() - before) // 1024)
"""


def long_list(path: Path) -> None:
    with path.open("wb") as file:
        for number in range(40):
            file.write(b"64167f%06x;ESH746;CCX 500;M\xf8terom;Oslo\r\n" % number * 25_000)


def one_long_line(path: Path) -> None:
    path.write_bytes(b"ESH746 " * 6 * MB)


def open_quotation_mark(path: Path) -> None:
    path.write_bytes(b'serial;room\nESH746;"1\n' + b"ESH746;1\n" * 4 * MB)


def quotation_marks_without_end(path: Path) -> None:
    path.write_bytes(b"serial;room\n" + b'"\n";' * 8 * MB)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (long_list, "1000000"),
        (one_long_line, "far too long"),
        (open_quotation_mark, "far too long"),
        (quotation_marks_without_end, "far too long"),
    ],
)
def test_a_file_of_40_megabytes_takes_a_tenth_of_the_memory_we_allow(
    make: Callable[[Path], None], says: str, tmp_path: Path, root: Path
) -> None:
    make(tmp_path / "list.csv")
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "list.csv")]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    result, megabytes = run.stdout.splitlines()
    assert says in result
    assert int(megabytes) <= 30
