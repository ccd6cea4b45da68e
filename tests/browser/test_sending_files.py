"""Files are dropped on a form or chosen, seen on their way, and go on when the line is back."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    expect,
)

from tests.browser.axe import violations
from tests.browser.conftest import sign_in
from tests.browser.serving import Portal, running
from tests.browser.watching import WITNESS, has_focus, is_wide, press_until, said
from tests.uploads import cable
from tests.uploads.cable import Cable

MB = 1_000_000
# Dropped as from a folder: files of so many letters, by their names.
DROP = """(zone, files) => {
  const held = new DataTransfer();
  for (const [name, size] of files) {
    held.items.add(new File(["x".repeat(size)], name, { lastModified: 7 }));
  }
  const told = { dataTransfer: held, bubbles: true, cancelable: true };
  zone.dispatchEvent(new DragEvent("drop", told));
}"""
# What each row has said of itself, one after the other.
LISTEN = """window.told = [];
new MutationObserver(() => { for (const it of document.querySelectorAll(".sent-files [data-says]"))
  if (!window.told.includes(it.textContent)) window.told.push(it.textContent); })
  .observe(document.querySelector("[data-uploads]"),
    { childList: true, subtree: true, characterData: true });"""
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def served(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("sending")
    with running(folder, command=("tests.uploads.serving",)) as portal:
        yield portal


@pytest.fixture
def line(served: Portal) -> Iterator[tuple[str, Cable]]:
    with cable.laid_to(served.url) as laid:
        yield laid


@pytest.fixture
def opened(line: tuple[str, Cable], chromium: Browser) -> Iterator[Opened]:
    """The form, before somebody who has signed in at the near end of the cable."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def note(message: Any) -> None:
        lost = ("Failed to load resource", "net::ERR")
        if message.type == "error" and not message.text.startswith(lost):
            troubles.append(message.text)

    def as_ola(*, width: int = 1280, **more: Any) -> Page:
        context = chromium.new_context(
            base_url=line[0], locale="nb-NO", viewport={"width": width, "height": 900}, **more
        )
        context.set_default_timeout(20_000)
        context.add_init_script(WITNESS)
        context.on("console", note)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        contexts.append(context)
        page = context.new_page()
        sign_in(page, line[0], "ola@nordlys")
        page.wait_for_url(f"{line[0]}/")
        page.goto("/messages")
        return page

    yield as_ola
    for context in contexts:
        context.close()
    assert troubles == []


def drop(page: Page, *files: tuple[str, int]) -> None:
    page.locator("[data-drop-zone]").evaluate(DROP, [list(each) for each in files])


def small(name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"hei"}


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-uploads] .sent-files > li").filter(has_text=name)


def hashes(served: Portal) -> dict[str, str]:
    with closing(served.connect()) as database:
        return dict(database.execute("SELECT name, sha256 FROM stored_file ORDER BY id").fetchall())


def test_files_go_on_where_they_stopped_when_the_line_was_cut(
    served: Portal, line: tuple[str, Cable], opened: Opened
) -> None:
    page = opened()
    page.evaluate(LISTEN)
    offsets: list[str] = []
    page.on(
        "request",
        lambda it: offsets.append(it.headers["upload-offset"]) if it.method == "PATCH" else None,
    )
    line[1].cut_after(12 * MB)

    drop(page, ("lang.log", 40 * MB), ("kort.txt", 3))

    expect(row(page, "lang.log")).to_contain_text("Forbindelsen er brutt")
    assert line[1].cut.is_set()
    line[1].mend()
    expect(row(page, "lang.log")).to_contain_text("Sendt", timeout=60_000)
    expect(row(page, "kort.txt")).to_contain_text("Sendt")
    told = page.evaluate("window.told")
    assert any(re.fullmatch(r"\d+\s% sendt", it) for it in told), told
    numbers = [int(it) for it in offsets]
    assert sum(1 for it in numbers if it == 0) <= 3  # two files, and at most one that was cut
    assert max(numbers) > 12 * MB
    assert "«lang.log» er sendt." in said(page)
    page.get_by_label("Text").fill("Her er loggen")
    page.get_by_role("button", name="Send", exact=True).click()
    sent = page.get_by_role("list", name="Sent along").get_by_role("link")
    expect(sent.filter(has_text=re.compile("kort|lang"))).to_have_text(["kort.txt", "lang.log"])
    assert hashes(served)["lang.log"] == sha256(b"x" * 40 * MB).hexdigest()


def test_a_form_that_is_sent_too_soon_waits_for_its_files(opened: Opened) -> None:
    page = opened()
    page.get_by_label("Text").fill("Hei")
    drop(page, ("venter.log", 25 * MB))

    page.get_by_role("button", name="Send", exact=True).click()

    assert "Skjemaet sendes så snart filene er sendt." in said(page)
    sent = page.get_by_role("list", name="Sent along")
    expect(sent.get_by_role("link", name="venter.log")).to_be_visible(timeout=60_000)


def test_what_cannot_be_sent_is_said_in_its_row(opened: Opened) -> None:
    page = opened()

    drop(page, ("farlig.exe", 3), ("falsk.png", 3), ("tom.txt", 0), ("fin.txt", 3))

    expect(row(page, "farlig.exe")).to_contain_text("er et program, et skript eller en nettside")
    expect(row(page, "falsk.png")).to_contain_text("Innholdet i «falsk.png» stemmer ikke")
    expect(row(page, "tom.txt")).to_contain_text("«tom.txt» er tom.")
    expect(row(page, "fin.txt")).to_contain_text("Sendt")
    assert violations(page) == []
    page.get_by_role("button", name="Send", exact=True).click()  # without a text
    expect(page.get_by_role("group", name="Du må rette")).to_contain_text("Write something.")
    expect(row(page, "fin.txt")).to_contain_text("Sendt")
    expect(page.locator("[data-uploads] .sent-files > li")).to_have_count(1)
    assert violations(page) == []


@pytest.mark.parametrize("width", [360, 320])
def test_the_same_by_keys_alone_on_a_narrow_screen(opened: Opened, width: int) -> None:
    page = opened(width=width)
    with page.expect_file_chooser() as chooser:
        press_until(page, "Files")
        page.keyboard.press("Space")
    names = ("en-fil-med-et-langt-navn-fra-møterommet-i-Forsyningstunnelen.txt", "to.txt")
    chooser.value.set_files([small(name) for name in names])
    for name in names:
        expect(row(page, name)).to_contain_text("Sendt")
    assert not is_wide(page)
    press_until(page, f"Slett {names[0]}")
    page.keyboard.press("Enter")

    expect(page.locator("[data-uploads] .sent-files > li")).to_have_count(1)
    assert has_focus(page) == "Slett to.txt"
    assert f"«{names[0]}» er slettet." in said(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-uploads] .sent-files > li")).to_have_count(0)
    assert has_focus(page) == "Files"


def test_whoever_is_signed_out_signs_in_and_goes_on(
    line: tuple[str, Cable], opened: Opened
) -> None:
    page = opened()
    line[1].cut_after(6 * MB)
    drop(page, ("lang.log", 40 * MB))
    expect(row(page, "lang.log")).to_contain_text("Forbindelsen er brutt")
    page.context.clear_cookies()
    line[1].mend()
    expect(row(page, "lang.log")).to_contain_text("Du er logget ut.", timeout=40_000)

    other = page.context.new_page()
    sign_in(other, line[0], "ola@nordlys")
    other.wait_for_url(f"{line[0]}/")
    row(page, "lang.log").get_by_role("button", name="Fortsett med lang.log").click()

    expect(row(page, "lang.log")).to_contain_text("Sendt", timeout=60_000)
    page.get_by_label("Text").fill("Hei")
    page.get_by_role("button", name="Send", exact=True).click()
    sent = page.get_by_role("list", name="Sent along")
    expect(sent.get_by_role("link", name="lang.log").first).to_be_visible()


def test_a_file_chosen_once_more_goes_on_where_it_stopped(
    line: tuple[str, Cable], opened: Opened
) -> None:
    page = opened()
    line[1].cut_after(9 * MB)
    drop(page, ("halv.log", 30 * MB))
    expect(row(page, "halv.log")).to_contain_text("Forbindelsen er brutt")
    # The form goes as it is, though not all of it was sent.
    page.evaluate("for (const it of document.querySelectorAll('form')) it.novalidate = true")
    line[1].mend()
    page.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('main form'))")
    page.on("dialog", lambda dialog: dialog.accept())
    expect(page.get_by_role("group", name="Du må rette")).to_contain_text("er bare delvis sendt")
    expect(row(page, "halv.log")).to_contain_text("Velg filen på nytt for å fortsette.")
    offsets: list[int] = []
    page.on(
        "request",
        lambda it: (
            offsets.append(int(it.headers["upload-offset"])) if it.method == "PATCH" else None
        ),
    )

    drop(page, ("halv.log", 30 * MB))

    expect(row(page, "halv.log")).to_contain_text("Sendt", timeout=60_000)
    assert offsets
    assert offsets[0] > 0
    expect(page.locator("[data-uploads] .sent-files > li")).to_have_count(1)


def test_without_scripts_files_come_with_the_form_and_can_be_left_out(opened: Opened) -> None:
    page = opened(java_script_enabled=False, width=360)
    names = ("uten-skript-a.txt", "uten-skript-b.txt")
    page.get_by_label("Files").set_input_files([small(name) for name in names])
    page.get_by_role("button", name="Send", exact=True).click()
    for name in names:
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    page.get_by_role("checkbox", name=names[0]).uncheck()
    page.get_by_label("Text").fill("Hei")
    page.get_by_role("button", name="Send", exact=True).click()
    sent = page.get_by_role("list", name="Sent along")
    expect(sent.get_by_role("link", name=names[1])).to_be_visible()
    expect(sent.get_by_role("link", name=names[0])).to_have_count(0)
