"""Small files of every kind, as their makers begin them, and some that nobody should open."""

import io
import struct
import zipfile
import zlib

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def zipped(**names: bytes) -> bytes:
    return archive({name.replace("__", "."): content for name, content in names.items()})


def archive(content: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, each in content.items():
            info = zipfile.ZipInfo(name.replace("\0", "?"))
            info.filename = name
            packed.writestr(info, each, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def office(folder: str, **more: bytes) -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", f"{folder}/document.xml": b"<w/>"}
    return archive(parts | {name.replace("__", "/"): each for name, each in more.items()})


def bomb(megabytes: int = 100) -> bytes:
    """Noughts: a thousandth of them is left when packed."""
    return zipped(a__txt=b"\0" * (megabytes * 1_000_000))


def overlapping(copies: int = 200) -> bytes:
    """Every entry of the list is the same bytes, which are there once."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    noughts = b"\0" * 1_000_000
    body = packed.compress(noughts) + packed.flush()
    crc = zlib.crc32(noughts)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(body), 1_000_000, 1, 0)
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(body), 1_000_000, 1, 0, 0, 0, 0, 0, 0
    )
    data, listing = local + b"a" + body, (entry + b"a") * copies
    return data + listing + end(copies, len(listing), len(data))


def end(number: int, length: int, at: int) -> bytes:
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, number, number, length, at, 0)


def in_64_bits(content: bytes) -> bytes:
    """The same archive with the end of its list written as those over 4 GB have it."""
    number, length, at = struct.unpack("<H2I", content[-12:-2])
    body, here = content[:-22], len(content) - 22
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, length, at)
    where = struct.pack("<4sIQI", b"PK\6\7", 0, here, 1)
    last = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + record + where + last


def two_lists() -> bytes:
    """To one program it holds what the first list says, to another what the second does."""
    first, second = zipped(a__txt=b"hei"), zipped(b__txt=b"du")
    number, length, at = struct.unpack("<H2I", first[-12:-2])
    return first + second[:-22] + end(number, length, at)


TAR = b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300
GOOD = {
    "bilde.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "BILDE.JPEG": b"\xff\xd8\xff\xe1\0\x10Exif",
    "skjerm.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a.gif": b"GIF89a\1\0\1\0",
    "a.webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "IMG_0001.HEIC": b"\0\0\0\x24ftypheic\0\0\0\0mif1heic",
    "rapport.pdf": b"%PDF-1.7\n",
    "logg.txt": "Møterom Østlandet\n".encode(),
    "logg.log": b"2026-11-22 14:30 <html> is what the device answered\n",
    "gammel.log": "Møte".encode("latin-1"),
    "windows.log": b"\xff\xfe" + "Møterom".encode("utf-16-le"),
    "a.csv": b"\xef\xbb\xbfa;b\n",
    "a.json": b'{"a": "<script>"}',
    "a.xml": b'<?xml version="1.0"?><config><svgs/></config>',
    "a.cfg": b"[net]\nip=10.0.0.1\n",
    "a.yaml": b"a: 1\n",
    "hei.eml": b"From: ola@example.com\r\n\r\n<html>",
    "hei.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a.docx": office("word"),
    "a.xlsx": office("xl"),
    "a.pptx": office("ppt"),
    "a.zip": zipped(a__txt=b"hei", b__exe=b"MZ"),
    "64.zip": in_64_bits(zipped(a__txt=b"hei", b__txt=b"du")),
    "tom.zip": end(0, 0, 0),
    "a.7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "a.log.gz": b"\x1f\x8b\x08" + b"\0" * 20,
    "a.tar": TAR,
    "a.pcap": b"\xd4\xc3\xb2\xa1\2\0\4\0",
    "a.pcapng": b"\x0a\x0d\x0d\x0a\x1c\0\0\0",
    "a.mp4": b"\0\0\0\x18ftypmp42",
    "a.mov": b"\0\0\0\x14ftypqt  ",
    "a.webm": b"\x1a\x45\xdf\xa3\1",
    "a.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "a.mp3": b"ID3\3\0",
}
# What it is, what it is called, and a few words of what is said about it.
BAD: list[tuple[str, bytes, str]] = [
    ("side.html", b"<html></html>", "program"),
    ("tegning.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "program"),
    ("a.exe", b"MZ", "program"),
    ("a.EXE ", b"MZ", "program"),
    ("a.ps1", b"#", "program"),
    ("a\u202egpj.exe", b"MZ", "program"),
    ("bilde.jpg\u200b.js", b"x", "program"),
    ("a\uff0eexe", b"MZ", "program"),
    ("a.docm", office("word"), "program"),
    (".htaccess", b"x", "Vi kan ikke ta imot"),
    ("uten-ending", b"x", "Vi kan ikke ta imot"),
    ("a.xyz", b"x", "Vi kan ikke ta imot"),
    ("a.", b"x", "Vi kan ikke ta imot"),
    ("bilde.jpg", b"\x89PNG\r\n\x1a\n", "stemmer ikke"),
    ("bilde.png", b"<svg onload=alert(1)>", "program"),
    ("bilde.gif", b"MZ\x90\0", "stemmer ikke"),
    ("a.txt", b"<!DOCTYPE html><script>", "program"),
    ("a.txt", b" \r\n\t<!-- x --><HTML >", "program"),
    ("a.txt", b"\xef\xbb\xbf<script>", "program"),
    ("a.log", b"\xff\xfe" + "<html>".encode("utf-16-le"), "program"),
    ("a.xml", b"<?xml version='1.0'?><svg xmlns='x'/>", "program"),
    ("a.xml", b"<?xml version='1.0'?><s:svg xmlns:s='x'/>", "program"),
    ("a.xml", b"<?xml version='1.0'?><?xml-stylesheet href='x'?><a/>", "program"),
    ("a.cfg", b"#!/bin/sh\nrm -rf /\n", "program"),
    ("a.txt", b"MZ\x90\0\3", "stemmer ikke"),
    ("a.txt", b"\x7fELF\2\1\1\0", "stemmer ikke"),
    ("a.pdf", b"<html>%PDF-", "program"),
    ("a.zip", b"Rar!\x1a\7\0", "stemmer ikke"),
    ("a.zip", zipped(a__txt=b"hei")[:-5], "skadet"),
    ("a.zip", zipped(a__txt=b"hei") + b"\0", "skadet"),
    ("a.zip", b"PK\3\4" + b"\0" * 60, "skadet"),
    ("a.zip", archive({"../../etc/passwd": b"x"}), "ut av mappen"),
    ("a.zip", archive({"/etc/passwd": b"x"}), "ut av mappen"),
    ("a.zip", archive({"C:\\a.txt": b"x"}), "ut av mappen"),
    ("a.zip", archive({"a\\..\\..\\b": b"x"}), "ut av mappen"),
    ("a.zip", archive({str(n): b"" for n in range(10_001)}), "mer enn 10 000 filer"),
    ("a.zip", bomb(), "altfor stor"),
    ("a.zip", overlapping(), "altfor stor"),
    ("a.zip", overlapping(2), "altfor stor"),
    ("a.zip", two_lists(), "skadet"),
    ("a.zip", in_64_bits(two_lists()), "skadet"),
    ("a.docx", zipped(a__txt=b"hei"), "skadet"),
    ("a.docx", office("word", word__vbaProject=b"x", **{"word__vbaProject.bin": b"x"}), "makroer"),
    ("a.gz", b"\x1f\x8b\x08" + b"\0" * 20 + struct.pack("<I", 2_000_000_000), "altfor stor"),
    ("a.gz", b"\x1f\x8b\x08", "skadet"),
]
