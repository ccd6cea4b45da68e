"""A browser, a portal to visit, and people who have signed in to it through its own form."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.browser.importing import WORDS, Clicks, import_devices
from tests.browser.serving import PASSWORD, Portal, running
from tests.browser.watching import Watch, left_behind

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = f"No browser: install one of {', '.join(NAMES)} to run what is tried in a browser."
LANGUAGES = {"nb": "nb-NO", "en": "en-US"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(MISSING in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"NOT TRIED: {MISSING}", red=True, bold=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class House:
    """The portal, and the cookies of those who have signed in to it."""

    portal: Portal
    browser: Browser
    cookies: dict[str, StorageState] = field(default_factory=dict)

    def cookies_of(self, person: str) -> StorageState:
        """Sign a person in by the form, once: whoever comes later has their cookies."""
        if person not in self.cookies:
            with self.browser.new_context(locale="nb-NO") as context:
                sign_in(context.new_page(), self.portal.url, person)
                self.cookies[person] = context.storage_state()
            self.portal.remember_sign_in()
        return self.cookies[person]


def sign_in(page: Page, url: str, person: str, *, password: str = PASSWORD) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_role("textbox", name="E-post").fill(f"{person}.example.com")
    page.get_by_label("Passord").fill(password)
    page.get_by_role("button", name="Logg inn", exact=True).click()


@pytest.fixture(scope="session")
def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("portal")) as portal:
        portal.keep("new")
        yield House(portal, chromium)


@pytest.fixture
def portal(house: House) -> Portal:
    """The portal as on its first day: people, models and agreements, and not one device."""
    house.portal.put_back("new")
    return house.portal


@pytest.fixture
def stocked(portal: Portal, house: House) -> Portal:
    """The portal after Kari has registered her devices."""
    if not portal.has("stocked"):
        cookies = house.cookies_of("kari@nordlys")
        with house.browser.new_context(
            base_url=portal.url, storage_state=cookies, locale="nb-NO"
        ) as context:
            import_devices(context.new_page(), WORDS["nb"], Clicks())
        portal.keep("stocked")
    portal.put_back("stocked")
    return portal


Visit = Callable[..., Page]


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    """Open a browser of someone's own. At the end nothing may have gone wrong in any of them."""
    watch = Watch(house.portal.url)
    contexts: list[BrowserContext] = []

    def as_person(
        person: str = "", *, language: str = "nb", width: int = 1280, **more: Any
    ) -> Page:
        context = house.browser.new_context(
            base_url=house.portal.url,
            locale=LANGUAGES[language],
            viewport={"width": width, "height": 900},
            storage_state=house.cookies_of(person) if person else None,
            **more,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield as_person
    for context in contexts:
        for page in context.pages:
            if page.url.startswith(house.portal.url) and not page.is_closed():
                watch.troubles += [f"left on the device: {each}" for each in left_behind(page)]
        context.close()
    assert watch.troubles == []
