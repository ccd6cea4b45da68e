"""A partner sees what all its customers have not sent back, and opens one of them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.test_returning import delivered
from tests.browser.watching import is_wide

SIRI = "siri@vestnett"
WORDS = {
    "nb": ("Returer over fristen", "Åpne byttet", "skulle vært sendt inn innen"),
    "en": ("Overdue returns", "Open the replacement", "should have been sent back by"),
}


@pytest.mark.parametrize(
    ("language", "width", "scripts"),
    [
        *(("nb", 1280, True), ("en", 1280, True), ("nb", 360, True), ("en", 360, True)),
        ("nb", 1280, False),
    ],
)
def test_an_overdue_return_of_any_customer_is_two_clicks_away(
    language: str, width: int, scripts: bool, stocked: Portal, visit: Visit
) -> None:
    first, _faulty = delivered(stocked, "8G2241A1C201FX")
    second, _faulty = delivered(stocked, "8G2241A1C202FX", customer="Fjordhelse HF")
    returns, opens, says = WORDS[language]
    page = visit(SIRI, language=language, width=width, java_script_enabled=scripts)
    page.goto("/")
    effort = Effort(page)

    effort.click(page.get_by_role("main").get_by_role("link", name=returns))
    rows = page.get_by_role("main").get_by_role("row")
    expect(rows.filter(has_text=first)).to_contain_text("Nordlys Kraft AS")
    row = rows.filter(has_text=second)
    expect(row).to_contain_text("Fjordhelse HF")
    if scripts:
        assert violations(page) == []
        assert not is_wide(page)
    effort.click(row.get_by_role("button", name=opens))
    expect(page).to_have_url(re.compile(f"/replacements/{second}$"))
    expect(page.get_by_role("main")).to_contain_text(says)
    assert effort.spent == (2, 0, 2)
    if scripts:
        assert violations(page) == []
