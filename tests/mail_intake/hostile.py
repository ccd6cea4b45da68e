"""Mails that mean no good or that no program should have written, by the name of each.

`python -m tests.mail_intake.hostile` writes them to `messages/`, where they are kept as files. A
name begins with what becomes of the mail: `taken`, `parked` or `noted`. In them ADDRESS stands for
the genuine reply address of the one who is told of the request, and SENDER for their own.
"""

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.uploads.contents import EICAR, archive, overlapping

FOLDER = Path(__file__).parent / "messages"
ADDRESS, SENDER = b"support+TOKEN@portal.example", b"ola-SENDER@nordlys.example.com"
BIDI, ZERO = "\u202e", "\u200b"
_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
Mails = Iterator[tuple[str, bytes]]
# From whom the reply address belongs to, and so perhaps written by them.
SEEMS_AUTOMATIC = frozenset(
    {
        *("list", "newsletter", "out-of-office", "fravar", "automatisk-svar"),
        *("autosvar-encoded", "undeliverable"),
    }
)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def mail(
    body: bytes | str = "Det virker ikke.\n",
    *more: bytes | str,
    to: bytes = ADDRESS,
    sender: bytes | None = SENDER,
    number: str = "",
    ends: bytes = b"\r\n",
) -> bytes:
    """`more`: further header lines. Without a `number`, the Message-ID is made of the rest."""
    lines = [_bytes(each) for each in more]
    named = {line.split(b":")[0].strip().lower() for line in lines}
    if sender is not None and b"from" not in named:
        lines.insert(0, b"From: " + sender)
    if b"to" not in named:
        lines.append(b"To: " + to)
    if b"subject" not in named:
        lines.append(b"Subject: SV: Ingen lyd")
    if b"message-id" not in named and number != "none":
        made = number or f"{zlib.crc32(b''.join(lines) + _bytes(body)):08x}"
        lines.append(f"Message-ID: <{made}@nordlys.example.com>".encode())
    return ends.join(lines) + ends + ends + _bytes(body)


def parts(*inside: bytes, kind: str = "mixed", boundary: str = "b", end: bool = True) -> bytes:
    mark = b"--" + boundary.encode()
    text = b"".join(mark + b"\r\n" + each + b"\r\n" for each in inside)
    return text + (mark + b"--\r\n" if end else b"")


def part(content: bytes | str, *lines: bytes | str) -> bytes:
    return b"".join(_bytes(each) + b"\r\n" for each in lines) + b"\r\n" + _bytes(content)


def attached(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    return part(
        base64.encodebytes(content),
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"'.encode(),
    )


MIXED = 'Content-Type: multipart/mixed; boundary="b"'
TEXT = part("Se vedlegg.", "Content-Type: text/plain; charset=utf-8")


def with_file(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    return mail(parts(TEXT, attached(name, content, kind)), MIXED)


def every() -> Mails:
    for source in (
        *(plain, encodings, headers, structures, files, machines, forgeries, sealed, quotations),
        hidden,
    ):
        yield from source()


def plain() -> Mails:
    yield "parked-empty-file", b""
    yield "parked-one-newline", b"\n"
    yield "parked-only-nuls", b"\0" * 500
    yield "parked-only-headers", mail("")
    yield "parked-only-spaces", mail(" \r\n\t\r\n \xa0\r\n")
    yield (
        "parked-only-invisible",
        mail("\u200b\u200e\u202e\ufeff\r\n", "Content-Type: text/plain; charset=utf-8"),
    )
    yield "parked-no-headers-at-all", b"Hei, det virker ikke.\r\n"
    yield "parked-binary", bytes(range(256)) * 20
    yield "parked-html-page", b"<!doctype html><html><body>Hei</body></html>"
    yield "parked-jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)) * 4
    yield "taken-bare-line-feeds", mail(ends=b"\n")
    yield "taken-bare-carriage-returns", mail("Det virker ikke.\r", ends=b"\r")
    yield "taken-mixed-line-ends", mail("En\rto\ntre\r\nfire")
    yield "taken-nul-in-text", mail("Det virker\0 ikke.\r\n")
    yield "taken-controls-in-text", mail("\x07\x1b[31mRødt\x1b[0m \x08\x7f\r\n")
    yield (
        "taken-from-line-of-a-mailbox",
        b"From ola Fri Nov 20 10:00:00 2026\n" + mail("Fra en postkasse\n", ends=b"\n"),
    )
    yield "taken-no-date", mail("Uten dato\r\n")
    yield "taken-no-message-id", mail(number="none")
    yield "taken-no-subject", mail("Uten emne\r\n", "Subject:")
    yield "parked-no-from", mail("Uten avsender\r\n", sender=None)
    yield "parked-empty-from", mail("Tom avsender\r\n", "From:")
    yield "parked-two-froms", mail("To avsendere\r\n", b"From: " + SENDER, "From: x@example.net")
    yield "taken-dot-lines", mail(".\r\n..\r\n.\r\nslutt\r\n")
    yield "taken-one-long-line", mail("a" * 20_000)
    yield "taken-no-newline-at-the-end", mail("Hei")
    yield "taken-a-thousand-newlines", mail("Hei\r\n" + "\r\n" * 1_000 + "der\r\n")


def encodings() -> Mails:
    utf8 = "Content-Type: text/plain; charset=utf-8"
    yield "taken-utf8-unsaid", mail("Møterommet på Østlandet\r\n")
    yield "taken-latin1-said-to-be-utf8", mail("Møterommet".encode("latin-1"), utf8)
    yield (
        "taken-utf8-said-to-be-ascii",
        mail("Møterommet", "Content-Type: text/plain; charset=us-ascii"),
    )
    yield (
        "taken-windows",
        mail("«Møterom» – 5 €".encode("cp1252"), "Content-Type: text/plain; charset=windows-1252"),
    )
    yield (
        "taken-utf16",
        mail("Møterommet".encode("utf-16"), "Content-Type: text/plain; charset=utf-16"),
    )
    yield (
        "taken-utf16-in-base64",
        mail(
            base64.encodebytes("Møterommet".encode("utf-16")),
            "Content-Type: text/plain; charset=utf-16",
            "Content-Transfer-Encoding: base64",
        ),
    )
    for name in (
        "zlib",
        "bz2",
        "hex",
        "rot13",
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
        "utf-7",
        "base64",
        "mbcs",
        "x-unknown",
        "",
        "utf-8; drop",
        "../../etc/passwd",
        "a" * 500,
        "utf 8",
        "%s%n",
        "cp65001",
        "raw_unicode_escape",
        "uu",
    ):
        shown = "".join(each if each.isalnum() else "-" for each in name)[:20] or "empty"
        line = f'Content-Type: text/plain; charset="{name}"'
        yield f"taken-charset-{shown}", mail("Det virker ikke 123.", line)
    yield "taken-overlong-utf8", mail(b"\xc0\xaf\xe0\x80\xaf hei \xf8\x88\x80\x80\x80", utf8)
    yield "taken-half-surrogates", mail(b"\xed\xa0\x80\xed\xb0\x80 hei", utf8)
    yield (
        "taken-base64-broken",
        mail("RGV0IHZpcmtlciBpa2tl!!!Lg=\r\n", utf8, "Content-Transfer-Encoding: base64"),
    )
    yield (
        "taken-base64-one-sign-too-many",
        mail("RGV0IHZpcmtlciBpa2tlLgA", utf8, "Content-Transfer-Encoding: base64"),
    )
    yield "parked-base64-of-nothing", mail("====\r\n", utf8, "Content-Transfer-Encoding: base64")
    yield (
        "taken-quoted-printable-broken",
        mail(
            "Det =ZZ virker =\r\nikke =F8=\r\n", utf8, "Content-Transfer-Encoding: quoted-printable"
        ),
    )
    yield (
        "taken-unknown-transfer",
        mail("Det virker ikke.", utf8, "Content-Transfer-Encoding: x-nothing"),
    )
    yield (
        "taken-uuencoded",
        mail("begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n", "Content-Transfer-Encoding: x-uuencode"),
    )
    yield (
        "taken-two-transfers",
        mail("RGV0", utf8, "Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: base64"),
    )


def headers() -> Mails:
    yield "taken-8bit-headers", mail("Hei\r\n", "Subject: Møterom på Østlandet".encode("latin-1"))
    yield "taken-utf8-headers", mail("Hei\r\n", "Subject: Møterom 日本 \U0001f600")
    yield (
        "taken-encoded-newline-in-subject",
        mail("Hei\r\n", "Subject: =?utf-8?q?a=0D=0ABcc:_x@example.com?="),
    )
    yield "taken-encoded-nul-in-subject", mail("Hei\r\n", "Subject: =?utf-8?b?AAAA?=")
    yield "taken-encoded-word-unended", mail("Hei\r\n", "Subject: =?utf-8?q?aaa")
    yield "taken-encoded-word-of-zlib", mail("Hei\r\n", "Subject: =?zlib?b?eJzT0yMAAGTvBe8=?=")
    yield (
        "taken-encoded-words-nested",
        mail("Hei\r\n", "Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?="),
    )
    yield "taken-a-thousand-encoded-words", mail("Hei\r\n", "Subject: " + "=?utf-8?q?a?= " * 1_000)
    yield "taken-bidi-subject", mail("Hei\r\n", f"Subject: Faktura {BIDI}gpj.exe")
    yield (
        "taken-markup-in-subject",
        mail("Hei\r\n", "Subject: <script>alert(1)</script>{{ 7*7 }}%(name)s"),
    )
    yield (
        "taken-bidi-name",
        mail("Hei\r\n", f"From: {BIDI}Anna Agent ".encode() + b"<" + SENDER + b">"),
    )
    yield (
        "taken-name-that-says-staff",
        mail("Hei\r\n", b'From: "Anna Agent (Poly)" <' + SENDER + b">"),
    )
    yield (
        "taken-name-that-is-an-address",
        mail("Hei\r\n", b'From: "anna@poly.example.com" <' + SENDER + b">"),
    )
    yield "parked-group-from", mail("Hei\r\n", "From: undisclosed-recipients:;")
    yield "parked-route-from", mail("Hei\r\n", "From: <@a,@b:x@example.net>")
    yield (
        "parked-name-and-address-of-two",
        mail("Hei\r\n", b"From: " + SENDER + b" <evil@example.net>"),
    )
    yield (
        "parked-name-of-whom-it-belongs-to",
        mail("Hei\r\n", b'From: "' + SENDER + b'" <evil@example.net>'),
    )
    yield "parked-from-outside", mail("Hei\r\n", "From: evil@example.net")
    yield "parked-from-two", mail("Hei\r\n", b"From: " + SENDER + b", evil@example.net")
    yield "parked-from-of-two", mail("Hei\r\n", b"From: evil@example.net\r\nFrom: " + SENDER)
    yield "parked-sender-alone", mail("Hei\r\n", b"Sender: " + SENDER, "From: evil@example.net")
    yield "parked-comments-in-from", mail("Hei\r\n", "From: " + "(" * 300 + "x@example.net")
    yield "taken-long-name", mail("Hei\r\n", b"From: " + b"a" * 900 + b" <" + SENDER + b">")
    yield "parked-endless-name", mail("Hei\r\n", b"From: " + b"a" * 3_000 + b" <" + SENDER + b">")
    yield "parked-from-without-at", mail("Hei\r\n", "From: ola")
    yield (
        "taken-from-with-newline",
        mail("Hei\r\n", b"From: =?utf-8?q?Ola=0ABcc=3A?= <" + SENDER + b">"),
    )
    yield "taken-folded-to", mail("Hei\r\n", b"To: Support\r\n\t<" + ADDRESS + b">")
    yield (
        "taken-among-many",
        mail(
            "Hei\r\n",
            b"To: " + b", ".join(b"a%d@example.net" % n for n in range(100)) + b", " + ADDRESS,
        ),
    )
    yield "taken-shouted-address", mail("Hei\r\n", b"To: " + b"ADDRESS-IN-CAPITALS")
    yield (
        "taken-delivered-to",
        mail("Hei\r\n", b"Delivered-To: " + ADDRESS, "To: undisclosed-recipients:;"),
    )
    yield (
        "parked-address-in-subject-only",
        mail("Hei\r\n", b"Subject: " + ADDRESS, "To: x@portal.example"),
    )
    yield "parked-address-in-text-only", mail(b"Svar til " + ADDRESS, "To: x@portal.example")
    yield "taken-long-message-id", mail("Hei\r\n", f"Message-ID: <{'a' * 800}@x>")
    yield "taken-message-id-without-brackets", mail("Hei\r\n", "Message-ID: abc")
    yield "taken-message-id-of-markup", mail("Hei\r\n", 'Message-ID: <"><script>@x>')
    yield "taken-message-id-not-ascii", mail("Hei\r\n", "Message-ID: <Møterom@x>")
    yield (
        "taken-message-id-twice",
        mail("Hei\r\n", "Message-ID: <one-of-two@x>", "Message-ID: <two-of-two@x>"),
    )
    yield (
        "taken-references-of-others",
        mail("Hei\r\n", "In-Reply-To: <SR-9999999@localhost>", "References: " + "<a@b> " * 300),
    )
    yield "taken-line-without-colon", mail("Hei\r\n", "This is no header at all")
    yield "taken-space-before-colon", mail("Hei\r\n", "X-Odd : yes", "Subject : Hei")
    yield "taken-empty-header-name", mail("Hei\r\n", ": nothing")
    yield "taken-begins-with-a-fold", b" folded\r\n" + mail("Hei\r\n")
    yield "parked-two-thousand-headers", mail("Hei\r\n", *(f"X-{n}: {n}" for n in range(2_000)))
    yield "taken-date-of-nonsense", mail("Hei\r\n", "Date: Thu, 99 Foo 99999 99:99:99 +9999")
    yield "taken-nul-in-header", mail("Hei\r\n", b"X-Nul: a\0b", b"Subject: Hei\0 du")
    yield (
        "taken-says-to-be-internal",
        mail("Hei\r\n", "X-Internal: true", "X-Portal-Staff: 1", "X-Author: anna"),
    )
    yield "taken-date-missing-and-spam-words", mail("Hei\r\n", "X-Spam-Flag: YES")


def structures() -> Mails:
    yield "parked-multipart-without-parts", mail("Ingen deler\r\n", MIXED)
    yield (
        "taken-multipart-without-boundary",
        mail("Det virker ikke.", "Content-Type: multipart/mixed"),
    )
    yield (
        "taken-multipart-with-empty-boundary",
        mail("Det virker ikke.", 'Content-Type: multipart/mixed; boundary=""'),
    )
    yield "taken-multipart-cut-off", mail(parts(TEXT, end=False), MIXED)
    yield (
        "taken-boundary-begins-another",
        mail(parts(TEXT, part("--bb\r\n--b \r\n", "Content-Type: text/plain")), MIXED),
    )
    yield (
        "taken-boundary-of-signs",
        mail(
            parts(TEXT, boundary="=_.*+?()[]{}|^$\\"),
            'Content-Type: multipart/mixed; boundary="=_.*+?()[]{}|^$\\\\"',
        ),
    )
    yield "taken-text-after-the-end", mail(parts(TEXT) + b"Etterpaa <script>\r\n", MIXED)
    yield (
        "taken-text-before-the-first",
        mail(b"This is a multi-part message.\r\n" + parts(TEXT), MIXED),
    )
    yield (
        "taken-html-only",
        mail("<p>Det <b>virker</b> ikke.</p>", "Content-Type: text/html; charset=utf-8"),
    )
    yield (
        "taken-html-script",
        mail(
            "<script>alert(1)</script><p>Hei</p><img src=x onerror=alert(1)><style>p{}</style>",
            "Content-Type: text/html",
        ),
    )
    yield (
        "parked-html-only-a-picture",
        mail("<img src='https://example.net/track.gif'>", "Content-Type: text/html"),
    )
    yield (
        "taken-html-unclosed",
        mail("<div><p>Hei <b>du <table><tr><td>der", "Content-Type: text/html"),
    )
    yield (
        "taken-html-entities",
        mail("&#0;&#x202e;&lt;script&gt;&#99999999;&amp;amp; hei", "Content-Type: text/html"),
    )
    yield (
        "taken-html-deep",
        mail("<div>" * 3_000 + "Hei" + "</div>" * 3_000, "Content-Type: text/html"),
    )
    yield (
        "taken-html-comment-unclosed",
        mail("<p>Hei</p><!-- " + "x" * 5_000, "Content-Type: text/html"),
    )
    yield (
        "taken-html-conditional",
        mail("<!--[if mso]><p>Word</p><![endif]--><p>Hei</p>", "Content-Type: text/html"),
    )
    yield (
        "taken-alternative",
        mail(
            parts(
                part("Ren tekst", "Content-Type: text/plain"),
                part("<p>Annet</p>", "Content-Type: text/html"),
            ),
            "Content-Type: multipart/alternative; boundary=b",
        ),
    )
    yield (
        "taken-alternative-with-empty-text",
        mail(
            parts(
                part("", "Content-Type: text/plain"),
                part("<p>Bare HTML</p>", "Content-Type: text/html"),
            ),
            "Content-Type: multipart/alternative; boundary=b",
        ),
    )
    deep = TEXT
    for number in range(15):
        deep = part(
            parts(deep, boundary=f"n{number}"), f"Content-Type: multipart/mixed; boundary=n{number}"
        )
    yield "taken-15-deep", mail(parts(deep), MIXED)
    for number in range(15, 100):
        deep = part(
            parts(deep, boundary=f"n{number}"), f"Content-Type: multipart/mixed; boundary=n{number}"
        )
    yield "parked-100-deep", mail(parts(deep), MIXED)
    same = TEXT
    for _ in range(100):
        same = part(parts(same), MIXED)
    yield "taken-100-deep-with-one-boundary", mail(same, MIXED)
    yield "parked-500-parts", mail(parts(*[part("x", "Content-Type: text/plain")] * 500), MIXED)
    inner = mail("Videresendt\r\n")
    for _ in range(50):
        inner = part(inner, "Content-Type: message/rfc822")
    yield "taken-50-forwarded", mail(parts(TEXT, inner), MIXED)
    yield (
        "taken-digest",
        mail(parts(part(mail("En"))), "Content-Type: multipart/digest; boundary=b"),
    )
    yield "taken-kind-of-nonsense", mail("Det virker ikke.", "Content-Type: ;;;===")
    yield "taken-kind-without-slash", mail("Det virker ikke.", "Content-Type: text")
    yield (
        "taken-two-kinds",
        mail("Det virker ikke.", "Content-Type: text/plain", "Content-Type: application/x-evil"),
    )
    yield (
        "taken-external-body",
        mail(
            parts(
                TEXT,
                part(
                    "",
                    "Content-Type: message/external-body; access-type=local-file; name=/etc/passwd",
                ),
            ),
            MIXED,
        ),
    )
    yield (
        "taken-partial",
        mail("Halv\r\n", "Content-Type: message/partial; id=x; number=1; total=3"),
    )
    yield (
        "taken-parameters-of-nonsense",
        mail("Det virker ikke.", "Content-Type: text/plain; " + "a=b; " * 500),
    )
    yield (
        "taken-xml-bomb-attached",
        with_file("a.xml", b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', "text/xml"),
    )


def files() -> Mails:
    names = {
        "up": "../../../etc/passwd.txt",
        "windows": "C:\\\\Windows\\\\system32\\\\a.txt",
        "bidi": f"faktura{BIDI}txt.exe",
        "long": "a" * 600 + ".txt",
        "empty": "",
        "dots": "....txt",
        "device": "CON.txt",
        "double": "a.txt.exe",
        "spaces": " a .txt ",
        "zero": f"a{ZERO}.exe",
        "markup": "<img src=x onerror=alert(1)>.txt",
    }
    for name, called in names.items():
        yield f"taken-file-name-{name}", with_file(called, b"Linje\n", "text/plain")
    yield (
        "taken-file-name-in-rfc2231",
        mail(
            parts(
                TEXT,
                part(
                    "Linje",
                    "Content-Type: text/plain",
                    "Content-Disposition: attachment; filename*0*=utf-8''M%C3%B8te;"
                    " filename*1=rom.txt",
                ),
            ),
            MIXED,
        ),
    )
    yield (
        "taken-file-name-rfc2231-broken",
        mail(
            parts(
                TEXT, part("Linje", "Content-Disposition: attachment; filename*=zlib'en'%GG%00%FF")
            ),
            MIXED,
        ),
    )
    yield (
        "taken-file-name-encoded-word",
        mail(
            parts(
                TEXT,
                part(
                    "Linje", 'Content-Disposition: attachment; filename="=?utf-8?q?a=0D=0Ab.txt?="'
                ),
            ),
            MIXED,
        ),
    )
    yield "taken-eicar", with_file("logg.txt", EICAR, "text/plain")
    yield "taken-eicar-as-the-text", mail(EICAR)
    yield (
        "taken-eicar-in-a-zip",
        with_file("a.zip", archive({"eicar.com": EICAR}), "application/zip"),
    )
    yield "taken-zip-bomb", with_file("a.zip", overlapping(200), "application/zip")
    yield (
        "taken-zip-that-climbs",
        with_file("a.zip", archive({"../../a.txt": b"x"}), "application/zip"),
    )
    yield (
        "taken-zip-cut-off",
        with_file("a.zip", archive({"a.txt": b"hei"})[:-9], "application/zip"),
    )
    yield "taken-program", with_file("oppdatering.exe", b"MZ\x90\0\3", "application/x-msdownload")
    yield "taken-program-as-picture", with_file("bilde.png", b"MZ\x90\0\3", "image/png")
    yield "taken-script", with_file("kjor.ps1", b"Remove-Item C:\\", "text/plain")
    yield "taken-svg", with_file("tegning.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")
    yield "taken-html-file", with_file("faktura.html", b"<script>alert(1)</script>", "text/html")
    yield (
        "taken-macros",
        with_file("a.docm", archive({"word/vbaProject.bin": b"x"}), "application/vnd.ms-word"),
    )
    yield (
        "taken-winmail",
        with_file("winmail.dat", b"\x78\x9f\x3e\x22" + b"\0" * 100, "application/ms-tnef"),
    )
    yield (
        "taken-calendar-invitation",
        mail(
            parts(
                TEXT,
                part(
                    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR",
                    "Content-Type: text/calendar; method=REQUEST",
                ),
            ),
            MIXED,
        ),
    )
    yield (
        "taken-only-a-calendar",
        mail(
            "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
            "Content-Type: text/calendar; method=REQUEST",
        ),
    )
    yield (
        "taken-only-a-picture",
        mail(
            base64.encodebytes(_PNG),
            'Content-Type: image/png; name="a.png"',
            "Content-Transfer-Encoding: base64",
        ),
    )
    yield (
        "taken-forty-files",
        mail(parts(TEXT, *(attached(f"{n}.txt", b"Linje %d" % n) for n in range(40))), MIXED),
    )
    yield (
        "taken-the-same-file-twice",
        mail(parts(TEXT, attached("a.txt", b"Linje"), attached("a.txt", b"Linje")), MIXED),
    )
    yield "taken-empty-attachment", with_file("tom.txt", b"", "text/plain")
    yield (
        "taken-gzip-bomb",
        with_file("a.gz", zlib.compress(b"\0" * 5_000_000, 9, 31), "application/gzip"),
    )


def machines() -> Mails:
    for name, line in {
        "loop": "X-Portal-Loop: localhost",
        "vacation": "Auto-Submitted: auto-replied",
        "vacation-of-old": "Precedence: junk",
        "autoreply": "X-Autoreply: yes",
        "autorespond": "X-Autorespond: Fravær",
        "list": "List-Id: <a.example.net>",
        "newsletter": "List-Unsubscribe: <mailto:a@example.net>",
        "generated": "Auto-Submitted: auto-generated (x)",
        "null-return-path": "Return-Path: <>",
        "postmaster": "From: postmaster@example.net",
        "daemon": "From: Mail Delivery System <MAILER-DAEMON@example.net>",
        "no-reply": "From: no-reply@example.net",
        "out-of-office": "Subject: Out of Office: Ingen lyd",
        "fravar": "Subject: Fravær: Ola Hansen",
        "automatisk-svar": "Subject: Automatisk svar: Ingen lyd",
        "autosvar-encoded": "Subject: =?utf-8?q?Automatisk_svar?=: Hei",
        "undeliverable": "Subject: Undeliverable: Ingen lyd",
        "bulk-in-capitals": "Precedence: BULK",
        "loop-shouted": "X-PORTAL-LOOP: LOCALHOST",
        "folded": "Auto-Submitted:\r\n auto-replied",
    }.items():
        becomes = "parked" if name in SEEMS_AUTOMATIC else "noted"
        yield f"{becomes}-{name}", mail(f"Jeg er ikke til stede ({name}).", line)
    report = parts(
        part("It could not be delivered.", "Content-Type: text/plain"),
        part(
            "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed"
            "\r\nStatus: 5.1.1",
            "Content-Type: message/delivery-status",
        ),
        part(mail("Den opprinnelige"), "Content-Type: message/rfc822"),
    )
    yield (
        "noted-bounce",
        mail(report, "Content-Type: multipart/report; report-type=delivery-status; boundary=b"),
    )
    yield "noted-bounce-as-mixed", mail(report, MIXED)
    yield (
        "noted-read-receipt",
        mail(
            parts(
                part("Lest", "Content-Type: text/plain"),
                part("Disposition: displayed", "Content-Type: message/disposition-notification"),
            ),
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        ),
    )
    yield "taken-auto-submitted-no", mail("Jeg skrev dette selv.", "Auto-Submitted: no")
    yield "taken-loop-of-others", mail("Ikke vår", "X-Portal-Loop: other.example")


def forgeries() -> Mails:
    for name, to in {
        "no-token": b"support@portal.example",
        "empty-token": b"support+@portal.example",
        "short-token": b"support+abc@portal.example",
        "noughts": b"support+1" + b"0" * 50 + b"@portal.example",
        "nines": b"support+" + b"z" * 56 + b"@portal.example",
        "other-domain": b"support+TOKEN@portal.example.evil.example",
        "other-prefix": b"admin+TOKEN@portal.example",
        "sql": b"support+'OR'1'='1@portal.example",
        "percent": b"support+%00@portal.example",
        "quoted": b'"support+TOKEN"@portal.example',
    }.items():
        yield f"parked-forged-{name}", mail(f"Forfalsket {name}", to=to)
    yield (
        "parked-forged-thread",
        mail(
            "Slipp meg inn",
            "In-Reply-To: <SR-1000015.1.u1@localhost>",
            "References: <SR-1000015@localhost>",
            to=b"support@portal.example",
        ),
    )
    yield (
        "parked-forged-subject",
        mail("Slipp meg inn igjen", "Subject: Re: SR-1000015: Ingen lyd", to=b"x@portal.example"),
    )
    yield "parked-token-changed", mail("Endret", to=b"support+CHANGED@portal.example")
    yield "parked-from-staff", mail("Vi lukker saken.", "From: STAFF-SENDER")
    yield "parked-from-colleague", mail("Hei fra Mette.", "From: COLLEAGUE-SENDER")


def sealed() -> Mails:
    blob = base64.encodebytes(bytes(range(200)))
    yield (
        "parked-smime-encrypted",
        mail(
            blob,
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
            "Content-Transfer-Encoding: base64",
        ),
    )
    yield (
        "parked-pgp-encrypted",
        mail(
            parts(
                part("Version: 1", "Content-Type: application/pgp-encrypted"),
                part("-----BEGIN PGP MESSAGE-----", "Content-Type: application/octet-stream"),
            ),
            "Content-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b",
        ),
    )
    yield (
        "parked-pgp-inline",
        mail("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"),
    )
    yield (
        "taken-smime-signed",
        mail(
            parts(
                TEXT,
                part(
                    blob,
                    "Content-Type: application/pkcs7-signature; name=smime.p7s",
                    "Content-Transfer-Encoding: base64",
                ),
            ),
            "Content-Type: multipart/signed; protocol=application/pkcs7-signature; boundary=b",
        ),
    )
    yield (
        "taken-pgp-signed",
        mail(
            parts(
                TEXT,
                part("-----BEGIN PGP SIGNATURE-----", "Content-Type: application/pgp-signature"),
            ),
            "Content-Type: multipart/signed; protocol=application/pgp-signature; boundary=b",
        ),
    )
    yield (
        "taken-smime-opaque-signed",
        mail(
            blob,
            "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
            "Content-Transfer-Encoding: base64",
        ),
    )


def quotations() -> Mails:
    told = "– Skriv svaret ditt over denne linjen –\r\n\r\nHei, Ola!\r\n"
    yield "parked-only-a-quotation", mail("> Hei\r\n> du\r\n")
    yield "parked-nothing-above-the-line", mail(told, "Content-Type: text/plain; charset=utf-8")
    yield (
        "taken-quoted-a-hundred-times",
        mail("Hei\r\n" + "\r\n".join(">" * n + " sitat" for n in range(1, 100))),
    )
    yield "taken-on-on-on", mail("On " * 3_000 + "\r\nHei\r\n")
    yield "taken-den-den-den", mail("Den 1 " * 1_500 + "skrev\r\nHei\r\n")
    yield "taken-from-from-from", mail("Hei\r\n" + "From: a\r\nSubject: b\r\n" * 400)
    yield "taken-dashes", mail("Hei\r\n" + "-" * 10_000 + "\r\n" + "_" * 10_000)
    yield "taken-disclaimer", mail("Hei\r\n\r\nDisclaimer: " + "this e-mail " * 800)
    yield "taken-spaces-and-tabs", mail("Hei\r\n" + (" " * 200 + "\t" * 200 + "\r\n") * 50)


def hidden() -> Mails:
    yield (
        "taken-template-signs",
        mail("{{ config }} {% include '/etc/passwd' %} ${7*7} %(name)s %s\r\n"),
    )
    yield "taken-sql", mail("'; DROP TABLE service_request; --\r\n")
    yield "taken-formula", mail("=cmd|' /C calc'!A0\r\n+1+1\r\n@SUM(A1)\r\n")
    yield "taken-links", mail("javascript:alert(1) file:///etc/passwd https://evil.example/\r\n")
    yield (
        "taken-right-to-left",
        mail(f"{BIDI}מרחבא \u2066hei\u2069\r\n", "Content-Type: text/plain; charset=utf-8"),
    )
    yield (
        "taken-combining",
        mail("Z" + "\u0336\u0317" * 500 + "\r\n", "Content-Type: text/plain; charset=utf-8"),
    )
    yield (
        "taken-emoji",
        mail(
            "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1f3\U0001f1f4\r\n",
            "Content-Type: text/plain; charset=utf-8",
        ),
    )


def large() -> Mails:
    """Too large to be kept as files: made when they are needed."""
    one = part("x", "Content-Type: text/plain")
    yield "parked-10000-parts", mail(parts(*[one] * 10_000), MIXED)
    yield "parked-million-boundaries", mail(b"--b\r\n" * 1_000_000, MIXED)
    yield "parked-near-boundaries", mail(b"--bx\r\n" * 2_000_000, MIXED)
    deep = TEXT
    for number in range(3_000):
        deep = (
            b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n" % (number, number)
            + deep
        )
    yield "parked-3000-deep", mail(deep, "Content-Type: multipart/mixed; boundary=n2999")
    yield "parked-huge-header", mail("Hei", "X-Huge: " + "a" * 5_000_000)
    yield "parked-million-headers", mail("Hei", "\r\n".join(f"X-{n}: {n}" for n in range(500_000)))
    yield "parked-huge-fold", mail("Hei", "X-Fold: a" + "\r\n b" * 1_000_000)
    yield "taken-short-lines", mail("a\r\n" * 11_000_000)
    yield "taken-one-line-of-30-mb", mail("a" * 30_000_000)
    yield "taken-quoted-million", mail("Hei\r\n" + "> > > sitat\r\n" * 1_000_000)
    yield "taken-on-million", mail("On 1 Jan " * 1_000_000)
    yield "taken-newlines", mail("Hei" + "\r\n" * 10_000_000)
    yield "taken-html-tags", mail("<p>Hei</p>" + "<div><b>" * 1_000_000, "Content-Type: text/html")
    yield "taken-html-angles", mail("<p>Hei</p>" + "<" * 5_000_000, "Content-Type: text/html")
    yield (
        "parked-html-attributes",
        mail("<p " + "a=b " * 1_000_000 + ">Hei</p>", "Content-Type: text/html"),
    )
    yield "parked-html-quotes", mail("<blockquote>" * 4_000 + "Hei", "Content-Type: text/html")
    yield (
        "taken-large-file",
        mail(parts(TEXT, attached("a.pdf", b"%PDF-1.7\n" + b"0" * 24_000_000)), MIXED),
    )
    yield (
        "parked-base64-of-noise",
        mail("!" * 20_000_000 + "SGVp", "Content-Transfer-Encoding: base64"),
    )
    yield (
        "taken-quoted-printable-large",
        mail("=41" * 10_000_000, "Content-Transfer-Encoding: quoted-printable"),
    )
    yield "parked-recipients", mail("Hei", b"Cc: " + b"a@b.example, " * 500_000)
    yield "parked-from-comments", mail("Hei", "From: " + "(" * 500_000)
    yield "parked-subject-words", mail("Hei", "Subject: " + "=?utf-8?q?a?= " * 100_000)
    yield "taken-disclaimers", mail("Hei\r\n" + "Disclaimer: mail mail mail\r\n" * 50_000)
    yield "taken-fields", mail("Hei\r\n" + "Fra: a\r\nTil: b\r\n" * 200_000)


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.eml"):
        old.unlink()
    for name, content in every():
        (FOLDER / f"{name}.eml").write_bytes(content)


if __name__ == "__main__":
    write()
