import csv
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope
from portal.base.words import N_, LabelledEnum
from portal.web.locale import speaking
from portal.web.session import open_session
from portal.web.sheets import FORMATS, Column, Kind, Rows, Value, send_sheet, write_xlsx
from tests.factories import make_account

COLUMNS = [
    Column("Serienummer", Kind.CODE),
    Column("Rom"),
    Column("Antall", Kind.NUMBER),
    Column("Registrert", Kind.DATE),
    Column("Endret", Kind.MOMENT),
    Column("Status"),
]


class Light(LabelledEnum):
    ON = "on", N_("Search")


ROW: list[Value] = [
    "0042",
    "Møterom Ø",
    Decimal("1234.50"),
    date(2026, 11, 22),
    datetime(2026, 11, 22, 13, 30, tzinfo=UTC),
    Light.ON,
]


def sent(app: Flask, format: str, rows: Rows, columns: list[Column] = COLUMNS) -> bytes:
    with app.test_request_context(), speaking("nb"):
        return body_of(send_sheet(format, name="enheter", columns=columns, rows=rows))


def body_of(response: Response) -> bytes:
    with closing(response):
        return b"".join(response.iter_encoded())


def test_headings_have_no_places_to_break_the_word_at(app: Flask) -> None:
    columns = [Column("Organisasjons\N{SOFT HYPHEN}nummer")]
    assert sent(app, "csv", [["1"]], columns).startswith(b"\xef\xbb\xbfOrganisasjonsnummer\r\n")
    book = openpyxl.load_workbook(BytesIO(sent(app, "xlsx", [["1"]], columns)))
    assert book.worksheets[0].cell(1, 1).value == "Organisasjonsnummer"


def test_csv_is_as_excel_in_norwegian_opens_it(app: Flask) -> None:
    content = sent(app, "csv", [ROW, ["", None, 7, None, None, 'a;"b"']])
    assert content.startswith(b"\xef\xbb\xbfSerienummer;Rom;Antall;")
    assert content.decode("utf-8-sig").split("\r\n")[1:] == [
        "0042;Møterom Ø;1234,50;2026-11-22;2026-11-22 14:30;Søk",
        ';;7;;;"a;""b"""',
        "",
    ]


def test_xlsx_has_real_dates_and_numbers_and_headings_that_stay(app: Flask) -> None:
    book = openpyxl.load_workbook(BytesIO(sent(app, "xlsx", [ROW])))
    sheet = book.worksheets[0]
    row = [cell.value for cell in sheet[2]]
    assert row[:3] == ["0042", "Møterom Ø", 1234.5]
    assert row[3:] == [datetime(2026, 11, 22), datetime(2026, 11, 22, 14, 30), "Søk"]  # noqa: DTZ001
    assert sheet["D2"].number_format == "dd.mm.yyyy"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F2"


PAYLOADS = [
    *"=+-@\t\r＝＋－＠",
    "\0=1",
    "=cmd|' /C calc'!A0",
    "+47 22 22",
    '=HYPERLINK("x")',
    " =1",
]


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_nothing_that_people_wrote_is_run(app: Flask, format: str, text: str) -> None:
    content = sent(app, format, [[text]], [Column(text)])
    if format == "csv":
        reader = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        assert [cells[0][0] for cells in reader] == ["'", "'"]
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
        assert [(cell.data_type, str(cell.value)[0]) for cell in sheet["A"]] == [("s", "'")] * 2


@pytest.mark.parametrize("format", FORMATS)
def test_what_we_write_we_can_read(app: Flask, format: str) -> None:
    rows: list[list[Value]] = [
        ["ESH746", "=1+1", 3, date(2026, 11, 22), None, "'n"],
        ["G7B03A", "", 1, None, None, ""],
    ]
    _heading, *read = read_sheet(BytesIO(sent(app, format, rows)))
    assert read[0][1] == ["ESH746", "=1+1", "3", "2026-11-22", "", "'n"]
    assert read[1][1][:3] == ["G7B03A", "", "1"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_browser_saves_a_file_of_known_length(app: Flask, format: str) -> None:
    with app.test_request_context():
        response = send_sheet(format, name="lokasjoner-å", columns=COLUMNS, rows=[ROW])
        assert response.content_length
        assert response.content_length == len(body_of(response))
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "lokasjoner-%C3%A5-20" in disposition
    assert response.mimetype == FORMATS[format][1].partition(";")[0]


@pytest.mark.parametrize("format", FORMATS)
def test_a_long_list_is_never_held_in_memory(app: Flask, format: str) -> None:
    def rows() -> Iterator[list[Value]]:
        for number in range(20_000):
            yield [f"64167F{number:06X}", "Møterom " * 9, number, date(2026, 1, 1), None, ""]

    with app.test_request_context():
        tracemalloc.start()
        send_sheet(format, name="x", columns=COLUMNS, rows=rows()).close()
        _size, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4_000_000


def test_rows_come_straight_out_of_the_session(app: Flask, session: Session) -> None:
    make_account(session, "Nordlys Kraft AS")
    with app.test_request_context():
        reading = open_session(Scope(None, None, staff=True, reason="test"), reading=True)
        names = reading.execute(select(Account.name)).yield_per(100)
        response = send_sheet("csv", name="x", columns=[Column("Navn")], rows=names)
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        reading.close()  # before anyone has read the answer
        assert "Nordlys Kraft AS" in body_of(response).decode()


def test_more_rows_than_excel_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.web.sheets.LAST_ROW", 3)
    write_xlsx(BytesIO(), COLUMNS, [ROW] * 2)
    with pytest.raises(Exception, match="too long"):
        write_xlsx(BytesIO(), COLUMNS, [ROW] * 3)
