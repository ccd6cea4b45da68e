"""Files that somebody sends by mistake or on purpose, each with the smallest of means."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

HEAD = "Serienummer;Modell;Lokasjon;Rom;Innehaver\n"
RIGHT = "ABC123;Savi 7310;Oslo;Fløyen;Kari\n"
_SHEET = "xl/worksheets/sheet1.xml"
_LINK = '<Relationship Id="{0}" Type="x/{1}" Target="{2}"/>'
_LINKS = "<Relationships>{}</Relationships>"
_PARTS = {
    "_rels/.rels": _LINKS.format(_LINK.format(1, "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": '<workbook><sheets><sheet name="A" r:id="1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": _LINKS.format(
        _LINK.format(1, "worksheet", "worksheets/sheet1.xml")
        + _LINK.format(2, "sharedStrings", "sharedStrings.xml")
    ),
}
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\2\0\0\0\x90wS\xde"


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def nothing(size: int) -> Iterator[bytes]:
    """So many bytes, made on the way."""
    piece = b"ABC123;Savi 7310;;;\n" * 50_000
    while size > 0:
        yield piece[:size]
        size -= len(piece)


def workbook(rows: str | bytes, texts: list[str] | None = None) -> bytes:
    """A workbook of rows of XML, which point into these texts."""
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts or [])
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/sharedStrings.xml", f"<sst>{shared}</sst>")
        with archive.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(b"<worksheet><sheetData>")
            sheet.write(rows if isinstance(rows, bytes) else rows.encode())
            sheet.write(b"</sheetData></worksheet>")
    return file.getvalue()


def bomb(megabytes: int) -> bytes:
    """A workbook that unpacks to a thousand times what it is."""
    return workbook(b" " * (megabytes * 2**20))


def overlapping_bomb() -> bytes:
    """A workbook whose directory names the same bytes again and again."""
    small = bytearray(workbook("<row/>"))
    start = small.rindex(b"PK\x01\x02")
    end = small.rindex(b"PK\x05\x06")
    entry, number = bytes(small[start:end]), 5_000
    names = [entry.replace(b"sheet1.xml", f"{each:06}.xml".encode()) for each in range(number)]
    tail = bytearray(small[end:])
    total = int.from_bytes(tail[10:12], "little") + number
    tail[8:10] = tail[10:12] = total.to_bytes(2, "little")
    directory = bytes(small[int.from_bytes(tail[16:20], "little") : end]) + b"".join(names)
    tail[12:16] = len(directory).to_bytes(4, "little")
    return bytes(small[: int.from_bytes(tail[16:20], "little")]) + directory + bytes(tail)


def wide_workbook(columns: int) -> bytes:
    return workbook(b'<row r="1">' + b"<c><v>1</v></c>" * columns + b"</row>")


def long_text_in_many_rows(rows: int) -> bytes:
    """A megabyte that a thousand rows point to; the blank makes a copy of it for each."""
    head = "".join(f'<c t="s"><v>{at}</v></c>' for at in range(3))
    text = f" {'=' * 2**20}\U0001f600"
    row = '<row><c t="inlineStr"><is><t>ABC123</t></is></c><c t="s"><v>3</v></c></row>'
    return workbook(f"<row>{head}</row>{row * rows}", ["Serienummer", "Rom", "Modell", text])


def long_cells(rows: int) -> bytes:
    """A megabyte of characters that take four bytes each in memory, in one cell of each row."""
    cell = "\U0001f600" + "x" * 2**20
    return csv(*[f"ABC{at:03};Savi 7310;Oslo;{cell};\n" for at in range(rows)])


def wide_rows(rows: int) -> bytes:
    """Two million blank cells in each row, and one that is not."""
    return csv(*[f"ABC{at:03};Savi 7310{';' * 2_000_000}x\n" for at in range(rows)])
