import io

import pytest

from portal.base.words import Refused
from portal.request_opening.rows import Column, Row, read_rows, written


def read(text: str) -> list[tuple[str, str, str]]:
    rows = read_rows(io.BytesIO(text.encode()))
    return [(it.device, it.subject, it.text) for it in rows]


@pytest.mark.parametrize(
    "text",
    [
        "A1\tLyd\tBorte\nB2\tBilde\tFryser\n",
        "A1;Lyd;Borte\r\nB2;Bilde;Fryser",
        "Enhet;Emne;Beskrivelse\nA1;Lyd;Borte\nB2;Bilde;Fryser",
        "Subject,Description,Serial number\nLyd,Borte,A1\nBilde,Fryser,B2",
        "\ufeffSerienummer;Emne;Beskrivelse\n\nA1;Lyd;Borte\n;;\nB2;Bilde;Fryser",
    ],
)
def test_rows_are_read_with_or_without_headings_in_any_order(text: str) -> None:
    assert read(text) == [("A1", "Lyd", "Borte"), ("B2", "Bilde", "Fryser")]


def test_a_cell_in_quotes_may_have_lines() -> None:
    assert read('A1;Lyd;"Linje 1\nLinje 2"') == [("A1", "Lyd", "Linje 1\nLinje 2")]


def test_what_is_written_is_read_again() -> None:
    rows = [Row(1, "A1", 'Lyd "borte"', "En\nTo\tTre"), Row(2, "", "Uten enhet", "Hei; du, der")]

    assert read(written(rows)) == [(it.device, it.subject, it.text) for it in rows]


def test_faults_are_told_by_row_and_column() -> None:
    rows = read_rows(io.BytesIO(b"A1;;Borte\nA1;" + b"x" * 161 + b";\nA1;Lyd;Borte;mer\n"))

    found = [(it.row, it.column) for row in rows for it in row.faults()]

    assert found == [
        (1, Column.SUBJECT),
        (2, Column.SUBJECT),
        (2, Column.TEXT),
        (3, None),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", ";;\n;;", "Enhet;Emne;Beskrivelse\n"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read(text)


def test_at_most_fifty_rows() -> None:
    fifty = "A;Lyd;Borte\n" * 50
    assert len(read(fifty)) == 50
    with pytest.raises(Refused):
        read(fifty + "A;Lyd;Borte\n")
