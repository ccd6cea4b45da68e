"""What every journey must keep to, whatever else it shows: seen from inside the browser."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

# Runs before the page's own scripts. What it finds is said on the console, which outlives the page.
WITNESS = """
window.said = [];
window.shifts = 0;
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI}`));
let focused = false;
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement !== document.body;
});
document.addEventListener("htmx:afterSettle", () => setTimeout(() => {
  if (focused && document.activeElement === document.body) console.error("the focus is lost");
}, 20));
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("DOMContentLoaded", () => {
  const live = document.getElementById("live");
  if (!live) return;
  const note = () => { const text = live.textContent.trim(); if (text) window.said.push(text); };
  new MutationObserver(note).observe(live, { childList: true, subtree: true, characterData: true });
});
"""
REFUSALS = ("400", "401", "403", "404", "410", "422", "429")  # answers that a journey may be about
_LOOKS, _PAUSE = 10, 100  # how often it is seen whether a page is wide, and milliseconds between


@dataclass
class Watch:
    """Everything that went wrong behind a visitor's back."""

    home: str
    troubles: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(WITNESS)
        context.on("console", self._note)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        context.on("request", self._note_request)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if message.text.startswith("Failed to load resource") and any(
            f"status of {code}" in message.text for code in REFUSALS
        ):
            return
        self.troubles.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.troubles.append(f"asks another site: {request.url}")


def left_behind(page: Page) -> list[str]:
    """What the portal keeps on the device beside its cookies: there must be nothing."""
    kept: list[str] = page.evaluate(
        "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
    )
    return kept


def has_focus(page: Page) -> str:
    """The name of what has the focus, as its label or its text; nothing for the page itself."""
    name: str = page.evaluate(
        """(() => { const it = document.activeElement;
        if (!it || it === document.body) return "";
        return (it.getAttribute("aria-label") || (it.labels && it.labels[0] || it).innerText
          || it.id).trim(); })()"""
    )
    return name


def shows_focus(page: Page) -> bool:
    """Whether one can see where the focus is: around it, or around the frame it fills."""
    seen: bool = page.evaluate(
        """(() => { for (let it = document.activeElement; it; it = it.parentElement) {
          const style = getComputedStyle(it);
          if (parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none") return true;
          if (style.boxShadow !== "none" && it === document.activeElement) return true;
          if (it !== document.activeElement && !it.matches(":has(:focus-visible)")) return false;
        } return false; })()"""
    )
    return seen


def press_until(page: Page, name: str, *, most: int = 60) -> None:
    """Tab to what has this name. On the way, the focus is always somewhere, and seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = has_focus(page)
        if focused:
            assert shows_focus(page), f"the focus on {focused!r} is not seen"
        if focused == name:
            return
    raise AssertionError(f"{name!r} cannot be reached by Tab")


def said(page: Page) -> list[str]:
    """What the live region has said on this page."""
    words: list[str] = page.evaluate("window.said")
    return words


def is_wide(page: Page) -> bool:
    """Whether the page must be moved sideways to be read, once it has come to rest: it is laid out
    anew when its font is there."""
    # By a locator, which waits: a page that is just coming has no element yet.
    html = page.locator("html")
    for _ in range(_LOOKS):
        if not html.evaluate("it => it.scrollWidth > it.clientWidth"):
            return False
        page.wait_for_timeout(_PAUSE)
    return True
