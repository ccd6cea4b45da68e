"""Kari follows a model, with scripts and without; a publisher publishes; she is told by mail and in
her feed; her calendar is downloaded."""

import re
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide
from tests.publishing.conftest import a_zip

KARI = "kari@nordlys"
WORDS = {
    "nb": {
        "follow": "Følg CCX 500",
        "stop": "Slutt å følge CCX 500",
        "list": "Det jeg følger",
        "weekly": "Samlet én gang i uken",
        "at once": "Med en gang",
        "save": "Lagre for CCX 500",
        "link": "Lag en lenke",
        "subject": "Nytt: Fastvare 9.9.1 for CCX 500",
        "entry": "Fastvare 9.9.1 for CCX 500",
        "new": "Raskere oppstart.",
        "calendar": "Last ned som kalender",
    },
    "en": {
        "follow": "Follow CCX 500",
        "stop": "Stop following CCX 500",
        "list": "What I follow",
        "weekly": "Once a week, together",
        "at once": "At once",
        "save": "Save for CCX 500",
        "link": "Make a link",
        "subject": "New: Firmware 9.9.1 for CCX 500",
        "entry": "Firmware 9.9.1 for CCX 500",
        "new": "Faster start.",
        "calendar": "Download as a calendar",
    },
}


def publish(visit: Visit, folder: Path) -> None:
    """Petra sends and proposes it, and Per publishes."""
    file = folder / "ccx-9.9.1.zip"
    file.write_bytes(a_zip())
    petra = visit("petra@poly", java_script_enabled=False)
    petra.goto("/desk/publish/releases/new")
    petra.get_by_label("Versjon", exact=False).first.fill("9.9.1")
    petra.locator("[name=models]").fill("CCX 500")
    petra.locator("[name=files]").set_input_files(file)
    petra.locator("[name=note_new_nb]").fill("Raskere oppstart.")
    petra.locator("[name=note_new_en]").fill("Faster start.")
    petra.locator("[name=channels][value=portal]").check()
    petra.locator("main form button.ds-button").last.click()
    petra.get_by_role("button", name="Foreslå").click()
    path = petra.url
    per = visit("per@poly", java_script_enabled=False)
    per.goto(path)
    per.get_by_role("button", name="Publiser", exact=True).click()


def await_mail(visit: Visit, subject: str) -> str:
    """The text of the mail, once the worker has written it."""
    staff = visit("admin@poly")
    mail = staff.get_by_role("link", name=subject)
    for _ in range(60):
        staff.goto("/desk/mailbox?q=kari@nordlys.example.com")
        if mail.count():
            break
        staff.wait_for_timeout(250)
    mail.first.click()
    return staff.get_by_role("main").inner_text()


def speak(page: Page, language: str) -> None:
    """As the profile says, mails and feeds speak as well."""
    page.goto("/profile")
    page.locator(f"main [name=language][value={language}]").check()
    page.locator("main form button.ds-button").first.click()


def model_page(page: Page) -> None:
    page.goto("/downloads?q=ccx+500")
    page.locator(".hits").get_by_role("link", name="CCX 500", exact=True).click()


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("en", 360)])
def test_a_model_is_followed_and_its_news_comes(
    portal: Portal, visit: Visit, tmp_path: Path, language: str, width: int
) -> None:
    says = WORDS[language]
    page = visit(KARI, language=language, width=width)
    speak(page, language)
    model_page(page)
    button = page.get_by_role("button", name=says["follow"], exact=True)
    button.focus()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name=says["stop"], exact=True)
    expect(stop).to_be_focused()
    assert violations(page) == []
    page.goto("/downloads/following")
    expect(page.locator("#followed")).to_contain_text("CCX 500")
    page.locator("#followed select").select_option(label=says["weekly"])
    page.get_by_role("button", name=says["save"]).click()
    expect(page.locator("#followed select")).to_have_value("weekly")
    page.locator("#followed select").select_option(label=says["at once"])
    page.get_by_role("button", name=says["save"]).click()
    expect(page.locator("#followed select")).to_have_value("at_once")
    page.get_by_role("button", name=says["link"]).click()
    found = re.search(r"/downloads/feed/\S+\.atom", page.locator("#feed").inner_text())
    assert found
    assert violations(page) == []
    assert not is_wide(page)

    publish(visit, tmp_path)

    text = await_mail(visit, says["subject"])
    assert says["new"] in text
    assert "/notices/stop/" in text
    with urlopen(portal.url + found[0]) as answer:
        feed = ET.fromstring(answer.read())
    titles = [it.text for it in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert says["entry"] in titles
    page.goto("/downloads/end-dates")
    assert violations(page) == []
    assert not is_wide(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name=says["calendar"]).click()
    assert coming.value.suggested_filename.endswith(".ics")
    assert Path(coming.value.path()).read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_without_scripts_it_is_followed_and_stopped_by_the_mail(
    portal: Portal, visit: Visit, tmp_path: Path, language: str
) -> None:
    says = WORDS[language]
    page = visit(KARI, language=language, width=360, java_script_enabled=False)
    speak(page, language)
    model_page(page)
    page.get_by_role("button", name=says["follow"], exact=True).click()
    expect(page.get_by_role("button", name=says["stop"], exact=True)).to_be_visible()
    page.goto("/downloads/following?q=ccx")
    expect(page.locator("#model-choices")).to_contain_text("CCX 500")
    publish(visit, tmp_path)
    text = await_mail(visit, says["subject"])
    found = re.search(r"/notices/stop/\S+", text)
    assert found
    stranger = visit(language=language, width=360, java_script_enabled=False)
    stranger.goto(found[0])
    stranger.get_by_role("main").get_by_role("button").click()
    page.goto("/downloads/following")
    expect(page.locator(".ds-alert")).to_be_visible()


def test_a_category_keeps_the_focus(portal: Portal, visit: Visit) -> None:
    page = visit(KARI)
    page.goto("/downloads")
    page.get_by_role("button", name="Følg Video", exact=True).click()
    stop = page.get_by_role("button", name="Slutt å følge Video", exact=True)
    expect(stop).to_be_focused()
    expect(page.locator("#live")).to_contain_text("Du følger Video.")
    stop.dblclick()
    expect(page.get_by_role("button", name="Følg Video", exact=True)).to_be_focused()
