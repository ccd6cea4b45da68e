"""An internal note with a file leaves no trace for the customer, in whatever they look at."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import FilePayload, Page, expect

from portal.base.references import reference
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal

LIST, WORD = "/service-requests", "zyxwvutsrq"  # the word is in all that is written for staff
FILE: FilePayload = {"name": f"{WORD}.log", "mimeType": "text/plain", "buffer": WORD.encode()}
WORDS = {
    "nb": ("Intern merknad", "Lagre intern merknad", "Den interne merknaden er lagret."),
    "en": ("Internal note", "Save the internal note", "The internal note is saved."),
}


def a_request(portal: Portal) -> str:
    """Kari's, which Anna has: so she is told when a colleague notes something on it."""
    query = "SELECT id FROM service_request WHERE escalated AND subject LIKE '%driftssentralen%'"
    with closing(portal.connect()) as database:
        return reference("SR", database.execute(query).fetchone()[0])


def mails(portal: Portal) -> dict[str, list[str]]:
    """What was sent, to those outside and to staff."""
    found: dict[str, list[str]] = {"outside": [], "staff": []}
    with closing(portal.connect()) as database:
        for row in database.execute("SELECT address, subject, text, html FROM mail ORDER BY id"):
            found["staff" if "@poly." in row[0] else "outside"].append(" ".join(row))
    return found


def all_told(portal: Portal, page: Page) -> None:
    """The worker has told everybody of everything so far."""
    query = (
        "SELECT count(*) FROM job WHERE parked_at IS NULL"
        " AND (name LIKE '%.tell' OR name LIKE 'mail.%')"
    )
    with closing(portal.connect()) as database:
        for _ in range(200):
            if not database.execute(query).fetchone()[0]:
                return
            page.wait_for_timeout(100)
    raise AssertionError("There is still somebody to tell.")


def packed(body: bytes) -> Iterator[bytes]:
    """As it came, and what is packed into it."""
    yield body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as sheet:
            for name in sheet.namelist():
                yield sheet.read(name)


def drawn(paper: bytes) -> int:
    """How much is drawn on a PDF, in bytes."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL)
    plain = [zlib.decompressobj().decompress(it) for it in streams if it[:1] == b"x"]
    return sum(len(it) for it in plain if b"BT" in it)


def seen(page: Page, number: str) -> dict[str, bytes]:
    """All that a customer comes by around a request."""
    asked = f"{LIST}?q=bordtelefonene"
    found = ("/", "/notices", f"{LIST}/{number}", LIST, f"{LIST}?sort=changed", asked)
    papers = (f"{LIST}/{number}/request.pdf", f"{LIST}/requests.csv", f"{LIST}/requests.xlsx")
    return {path: page.request.get(path).body() for path in (*found, *papers)}


def told(body: bytes) -> tuple[list[str], list[str]]:
    """How many a list says there are, and which, one after the other."""
    text = body.decode()
    return re.findall(r'<h2 id="found"[^>]*>(.*?)</h2>', text), re.findall(r"/(SR-\d{7})", text)


@pytest.mark.parametrize("language", WORDS)
def test_a_note_and_its_file_are_nowhere_that_the_customer_looks(
    portal: Portal, visit: Visit, language: str
) -> None:
    number, (choice, button, saved) = a_request(portal), WORDS[language]
    kari = visit("kari@nordlys", language=language)
    kari.clock.install()
    kari.goto(f"{LIST}/{number}")
    all_told(portal, kari)
    before, sent = seen(kari, number), mails(portal)

    erik = visit("erik@poly", language=language)
    erik.goto(f"/desk/service-requests/{number}")
    erik.locator("label[for=to-staff]").filter(has_text=choice).click()
    erik.locator("#note").fill(f"Kunden er rasende, {WORD}.")
    erik.locator("#note_files").set_input_files([FILE])
    expect(erik.locator(".to-staff .sent-files > li")).to_have_attribute("data-state", "ready")
    erik.get_by_role("button", name=button).click()
    expect(erik.get_by_text(saved)).to_be_focused()
    note = erik.locator(".story .internal").first
    expect(note).to_contain_text(WORD)
    link = note.get_by_role("link", name=FILE["name"])
    expect(link).to_be_visible()
    assert violations(erik) == []

    all_told(portal, erik)
    assert any(WORD in it for it in mails(portal)["staff"])
    # Others may be told of what else there is meanwhile, and of this request nothing.
    new = mails(portal)["outside"][len(sent["outside"]) :]
    assert [it for it in new if number in it or WORD in it] == []
    with kari.expect_response(lambda it: "/news" in it.url) as news:
        kari.clock.fast_forward(21_000)
    assert WORD not in news.value.text()
    expect(kari.locator("#request-news a")).to_have_count(0)
    after = seen(kari, number)
    traces = {
        path for path, body in after.items() if any(WORD.encode() in it for it in packed(body))
    }
    assert traces == set()
    for path in (LIST, f"{LIST}?sort=changed", f"{LIST}?q=bordtelefonene"):
        assert told(after[path]) == told(before[path])
    assert after[f"{LIST}/requests.csv"] == before[f"{LIST}/requests.csv"]
    paper = f"{LIST}/{number}/request.pdf"
    # The time of printing is in it, whose digits take more room or less; the shortest note, with
    # its author and time, takes ten times as much.
    assert abs(drawn(after[paper]) - drawn(before[paper])) < 100
    kari.goto(f"{LIST}?q={WORD}")
    expect(kari.get_by_role("rowheader")).to_have_count(0)
    file = (link.get_attribute("href") or "").removeprefix("/desk")
    assert kari.request.get(file).status == 404
    assert kari.request.get(f"/desk{file}").status == 403
    assert erik.request.get(f"/desk{file}").body() == FILE["buffer"]
