"""Journey 3: a critical request with a log file. Four clicks, two fields, two pages; with the keys
alone on a phone no more of them; and without scripts the same comes of it."""

import re
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import is_wide, press_until

BUDGET = (4, 2, 2)  # clicks, fields, pages
LOG: FilePayload = {"name": "feil.log", "mimeType": "text/plain", "buffer": b"12:00 krasj\n" * 99}
FIRST = ("Alle rom er nede", "Ingen kan ringe siden i dag tidlig. Vi har startet alt på nytt.")


@dataclass(frozen=True, slots=True)
class Words:
    """What the journey looks for, in one language."""

    open_one: str
    title: str
    kind: str
    critical: str
    promise: str
    subject: str
    text: str
    files: str
    sent: str
    send: str
    receipt: str
    next_up: str
    wrong: str
    describe: str


WORDS = {
    "nb": Words(
        open_one="Opprett sak",
        title="Ny sak",
        kind="Feil på en enhet",
        critical="Kritisk",
        promise="Sender du saken nå, ringer vi deg innen",
        subject="Emne",
        text="Beskrivelse",
        files="Vedlegg",
        sent="Sendt",
        send="Send inn saken",
        receipt="Saken er sendt inn",
        next_up="Vi ringer +47 90",
        wrong="Du må rette",
        describe="Beskriv hva som",
    ),
    "en": Words(
        open_one="Open a request",
        title="New request",
        kind="A fault in a device",
        critical="Critical",
        promise="Send it now, and we call you by",
        subject="Subject",
        text="Description",
        files="Attachments",
        sent="Sent",
        send="Send in the request",
        receipt="The request is sent",
        next_up="We call +47 90",
        wrong="Correct this",
        describe="Describe what",
    ),
}


def asked(portal: Portal) -> list[tuple[Any, ...]]:
    """What was asked with these words, and the files that came along."""
    with closing(portal.connect()) as database:
        found = database.execute(
            "SELECT service_request.severity, stored_file.name FROM service_request"
            " LEFT JOIN service_request_file ON request_id = service_request.id"
            " LEFT JOIN stored_file ON stored_file.id = service_request_file.file_id"
            " WHERE subject = ?",
            FIRST[:1],
        )
        return [tuple(row) for row in found.fetchall()]


def arrived(page: Page, words: Words) -> str:
    """The number that the receipt tells; what happens next is told beside it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words.receipt)
    expect(page.get_by_role("main")).to_contain_text(words.next_up)
    found = re.search(r"SR-\d{7}", page.get_by_role("main").inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("language", WORDS)
def test_it_takes_four_clicks_two_fields_and_two_pages(
    portal: Portal, visit: Visit, language: str
) -> None:
    words = WORDS[language]
    page = visit("ola@nordlys", language=language)
    page.goto("/")
    effort, began = Effort(page), time.monotonic()

    effort.click(page.get_by_role("main").get_by_role("link", name=words.open_one))
    expect(page.get_by_text(words.promise)).to_be_hidden()
    effort.click(page.get_by_role("radio", name=words.critical))
    expect(page.get_by_text(words.promise)).to_be_visible()
    expect(page.get_by_role("link", name="+47 22 00 00 00").first).to_be_visible()
    effort.type(page.get_by_label(words.subject, exact=True), FIRST[0])
    effort.type(page.get_by_label(words.text), FIRST[1])
    with page.expect_file_chooser() as chooser:
        effort.click(page.get_by_label(words.files))
    chooser.value.set_files([LOG])
    row = page.locator(".sent-files > li").filter(has_text="feil.log")
    expect(row).to_contain_text(words.sent, timeout=20_000)
    assert violations(page) == []
    effort.click(page.get_by_role("button", name=words.send))

    number = arrived(page, words)
    assert violations(page) == []
    assert effort.spent == BUDGET
    assert time.monotonic() - began < 120
    assert asked(portal) == [("critical", "feil.log")]
    address = page.url
    page.goto("/")
    page.goto(address)
    assert arrived(page, words) == number


@pytest.mark.parametrize("language", WORDS)
def test_the_same_by_keys_alone_on_a_phone(portal: Portal, visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = visit("ola@nordlys", language=language, width=360)
    page.goto("/")
    effort = Effort(page)

    effort.press(words.open_one, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.title)
    press_until(page, words.kind)
    effort.press(words.critical, "Space")
    expect(page.get_by_text(words.promise)).to_be_visible()
    effort.write(words.subject, FIRST[0])
    effort.write(words.text, FIRST[1])
    with page.expect_file_chooser() as chooser:
        effort.press(words.files, "Space")
    chooser.value.set_files([LOG])
    expect(page.locator(".sent-files > li")).to_contain_text(words.sent, timeout=20_000)
    assert not is_wide(page)
    effort.press(words.send, "Enter")

    arrived(page, words)
    assert not is_wide(page)
    assert effort.spent == BUDGET
    assert asked(portal) == [("critical", "feil.log")]


@pytest.mark.parametrize("language", WORDS)
def test_the_same_comes_of_it_without_scripts(portal: Portal, visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = visit("ola@nordlys", language=language, width=360, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name=words.open_one).click()
    page.get_by_role("radio", name=words.critical).check()
    expect(page.get_by_text(words.promise)).to_be_visible()
    page.get_by_label(words.files).set_input_files([LOG])
    page.get_by_role("button", name=words.send).click()
    expect(page.get_by_role("group", name=words.wrong)).to_contain_text(words.describe)
    expect(page.get_by_role("radio", name=words.critical)).to_be_checked()
    expect(page.get_by_role("checkbox", name="feil.log")).to_be_checked()
    page.get_by_label(words.subject, exact=True).fill(FIRST[0])
    page.get_by_label(words.text).fill(FIRST[1])
    page.get_by_role("button", name=words.send).click()

    arrived(page, words)
    assert asked(portal) == [("critical", "feil.log")]
