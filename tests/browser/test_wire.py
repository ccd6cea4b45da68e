"""What the list of devices costs on the wire, as a browser asks for it, and that nothing jumps."""

import re
from time import sleep

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal

KARI = "kari@nordlys"
Answers = list[tuple[str, int]]


@pytest.fixture
def page(stocked: Portal, visit: Visit) -> Page:
    return visit(KARI)


@pytest.fixture
def answers(page: Page) -> Answers:
    """Address and bytes, headers included, of each answer that came over the wire."""
    got: Answers = []
    addresses: dict[str, str] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on(
        "Network.requestWillBeSent",
        lambda it: addresses.update({it["requestId"]: it["request"]["url"]}),
    )

    def note(it: dict[str, object]) -> None:
        size = int(str(it["encodedDataLength"]).partition(".")[0])
        if size:  # nothing comes over the wire for what the browser has
            got.append((addresses[str(it["requestId"])], size))

    wire.on("Network.loadingFinished", note)
    return got


def weight(answers: Answers) -> int:
    return sum(size for address, size in answers if not address.endswith(".woff2"))


def test_the_list_is_light(page: Page, answers: Answers) -> None:
    page.goto("/products", wait_until="networkidle")
    first = list(answers)
    answers.clear()
    page.goto("/products?sort=newest", wait_until="networkidle")
    second = list(answers)
    answers.clear()
    page.get_by_role("main").get_by_role("searchbox").fill("savi")
    expect(page).to_have_url(re.compile("q=savi"))
    page.wait_for_load_state("networkidle")

    print(f"first {weight(first)} in {len(first)}, next {second}, partial {answers}")
    assert weight(first) <= 60_000
    assert len(first) <= 6
    assert len(second) == 1
    assert weight(second) <= 6_000
    assert len(answers) == 1
    assert weight(answers) <= 4_000


@pytest.mark.parametrize("path", ["/", "/products", "/products/import", "/organization/sites"])
def test_nothing_jumps(page: Page, path: str) -> None:
    wire = page.context.new_cdp_session(page)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 8})  # an old phone: reading in takes time
    page.route("**/*.woff2", _come_late)
    page.goto(path, wait_until="networkidle")

    assert page.evaluate("window.shifts") == 0


def _come_late(route: Route) -> None:
    sleep(0.2)
    route.continue_()
