"""Journey 4: support waits for something, and whoever is asked answers: two clicks, one field, one
page; with the keys alone as well; and without scripts the same comes of it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import has_focus

WAITING = "/service-requests/SR-1000031"
SUBJECT = "Ingen lyd i møterom Aurora etter oppdatering"
BUDGET = (2, 1, 1)  # clicks, fields, pages
SAID = "Her er loggen."
WORDS = {
    "nb": ("Svaret ditt", "Send svaret", "Svaret ditt er sendt.", "Under arbeid"),
    "en": ("Your answer", "Send the answer", "Your answer is sent.", "In progress"),
}


def task(page: Page) -> Locator:
    """The first page tells what support waits for, and leads there."""
    return page.locator(".tasks > li", has_text=SUBJECT).get_by_role("link")


def answered(page: Page, language: str) -> None:
    """It stands there, and the ball is with support again."""
    expect(page.locator(".story .message").first).to_contain_text(SAID)
    expect(page.locator(".standing dl")).to_contain_text(WORDS[language][3])


@pytest.mark.parametrize("language", WORDS)
def test_two_clicks_and_one_field_answer_what_support_asks(
    portal: Portal, visit: Visit, language: str
) -> None:
    field, button, sent, _status = WORDS[language]
    page = visit("kari@nordlys", language=language)
    page.goto("/")
    effort = Effort(page)

    effort.click(task(page))
    page.wait_for_url(f"**{WAITING}")
    expect(page.locator("#standing")).to_contain_text("send loggfilen")
    effort.type(page.get_by_label(field), SAID)
    effort.click(page.get_by_role("button", name=button))

    expect(page.locator("#live")).to_contain_text(sent)
    answered(page, language)
    assert effort.spent == BUDGET
    assert violations(page) == []


@pytest.mark.parametrize("language", WORDS)
def test_the_same_by_keys_alone(portal: Portal, visit: Visit, language: str) -> None:
    field, button, _sent, _status = WORDS[language]
    page = visit("kari@nordlys", language=language)
    page.goto("/")
    effort = Effort(page)

    name = task(page).inner_text()
    effort.press(name, "Enter")
    page.wait_for_url(f"**{WAITING}")
    effort.write(field, SAID)
    effort.press(button, "Enter")

    answered(page, language)
    assert has_focus(page)
    assert effort.spent == BUDGET


@pytest.mark.parametrize("language", WORDS)
def test_the_same_comes_of_it_without_scripts(portal: Portal, visit: Visit, language: str) -> None:
    field, button, _sent, _status = WORDS[language]
    page = visit("kari@nordlys", language=language, java_script_enabled=False)
    page.goto("/")
    task(page).click()
    page.get_by_label(field).fill(SAID)
    page.get_by_role("button", name=button).click()

    answered(page, language)
