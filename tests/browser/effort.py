"""What a journey costs: clicks, fields that are typed in, scans, and pages that are come to."""

from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page

from tests.browser.watching import press_until


class Effort:
    """Somebody who counts what they do on a page, from here on; by hand, or by keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks, self.typed, self.scans = 0, 0, 0
        self.pages: set[str] = set()
        page.on("framenavigated", self._come)

    @property
    def spent(self) -> tuple[int, int, int]:
        """Clicks, fields, pages: the same page drawn anew is no further one."""
        return self.clicks, self.typed, len(self.pages)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def type(self, field: Locator, text: str) -> None:
        self.typed += 1
        field.fill(text)

    def scan(self, text: str) -> None:
        """Read a code where the focus is, as a scanner that is a keyboard does, with Enter."""
        self.scans += 1
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def press(self, name: str, key: str) -> None:
        """Tab to what has this name, and press it: a click of those who have no mouse."""
        press_until(self.page, name)
        self.clicks += 1
        self.page.keyboard.press(key)

    def write(self, name: str, text: str) -> None:
        """Tab to the field of this name, and type."""
        press_until(self.page, name)
        self.typed += 1
        self.page.keyboard.type(text)

    def _come(self, frame: Frame) -> None:
        self.pages.add(urlsplit(frame.url).path)
