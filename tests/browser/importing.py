"""The steps of importing a device list, as a person takes them."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

LENS = Path(__file__).parent.parent / "product_imports" / "lens_devices.csv"


@dataclass(frozen=True, slots=True)
class Words:
    """What the journey looks for, in one language."""

    overview: str
    import_list: str
    device_list: str
    check: str
    ready: str
    register: str
    registered: str
    see_devices: str


WORDS = {
    "nb": Words(
        overview="Oversikt",
        import_list="Importer en enhetsliste",
        device_list="Enhetsliste",
        check="Kontroller filen",
        ready="595 rader er klare",
        register="Registrer 595 rader",
        registered="Listen er registrert",
        see_devices="Se enhetene",
    ),
    "en": Words(
        overview="Overview",
        import_list="Import a device list",
        device_list="Device list",
        check="Check the file",
        ready="595 rows are ready",
        register="Register 595 rows",
        registered="The list is registered",
        see_devices="See the devices",
    ),
}


class Clicks:
    """A finger that counts."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, what: Locator) -> None:
        self.count += 1
        what.click()


def import_devices(page: Page, words: Words, clicks: Clicks) -> None:
    """From the overview until all the rows that are right are registered."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.overview)
    clicks.on(page.get_by_role("main").get_by_role("link", name=words.import_list).first)
    with page.expect_file_chooser() as chooser:
        clicks.on(page.get_by_label(words.device_list))
    chooser.value.set_files(LENS)
    clicks.on(page.get_by_role("button", name=words.check))
    wait_for_heading(page, words.ready)
    clicks.on(page.get_by_role("button", name=words.register))
    wait_for_heading(page, words.registered)


def wait_for_heading(page: Page, text: str) -> None:
    """A worker is at it; the page looks again by itself."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=60_000)
