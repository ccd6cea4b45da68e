"""What a customer can say of every device: where it is, and whether it is covered and why."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import has_focus, said

KARI = "kari@nordlys"
FORMULA = '=HYPERLINK("http://evil.example","x")'
HEADING = {"nb": "Produkter", "en": "Products"}


def search(page: Page, text: str) -> None:
    page.get_by_role("main").get_by_role("searchbox").fill(text)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_device_is_found_by_half_its_serial_number(
    stocked: Portal, visit: Visit, width: int
) -> None:
    page = visit(KARI, width=width)
    page.goto("/products")

    search(page, "6d07e")

    expect(page.get_by_role("rowheader")).to_have_text(["8G18256D07EFEN"])
    expect(page).to_have_url(re.compile(r"\?q=6d07e&status=active&sort=newest$"))
    assert said(page)[-1] == "1 enhet"
    assert page.evaluate("document.activeElement.id") == "q"
    page.get_by_role("link", name="8G18256D07EFEN").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("TC10")


@pytest.mark.parametrize(
    ("language", "reason"),
    [
        ("nb", "Støtten for modellen er avsluttet. Siste dag var 31. oktober 2024."),
        ("en", "31 October 2024"),
    ],
)
def test_why_a_device_is_not_covered_is_said_in_a_sentence(
    stocked: Portal, visit: Visit, language: str, reason: str
) -> None:
    page = visit(KARI, language=language)
    page.goto("/products?q=group+310")
    page.get_by_role("rowheader").first.get_by_role("link").click()

    expect(page.get_by_role("main")).to_contain_text(reason)


def test_the_selection_is_taken_along_as_a_workbook(
    stocked: Portal, visit: Visit, tmp_path: Path
) -> None:
    page = visit(KARI)
    page.goto("/products")
    search(page, "HYPERLINK")
    expect(page.get_by_role("rowheader")).to_have_count(1)

    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned som Excel").click()

    file = tmp_path / "enheter.xlsx"
    download.value.save_as(file)
    rows = list(openpyxl.load_workbook(file).active.iter_rows())  # type: ignore[union-attr]
    assert len(rows) == 2
    formulas = [cell for cell in rows[1] if str(cell.value).lstrip("'") == FORMULA]
    assert [cell.data_type for cell in formulas] == ["s"]


def test_filters_can_be_set_and_taken_away_and_the_focus_stays(
    stocked: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/products")
    all_of_them = page.locator("#found").inner_text()

    page.get_by_label("Dekning").select_option("not_covered")

    expect(page.locator("#found")).not_to_have_text(all_of_them)
    assert page.evaluate("document.activeElement.id") != ""
    page.get_by_role("link", name="Nullstill filtre").click()
    expect(page.locator("#found")).to_have_text(all_of_them)
    assert has_focus(page)
    assert said(page)[-1] == all_of_them


def test_a_filter_that_is_taken_away_is_gone_from_the_form_too(
    stocked: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/products?q=studio&coverage=not_covered&category=video&category=voice")

    page.get_by_role("link", name="Ikke dekket").click()

    expect(page.get_by_role("link", name="Ikke dekket")).to_have_count(0)
    expect(page.locator("#coverage")).to_have_value("")
    page.locator("#sort").select_option("oldest")  # the next question is without it
    expect(page).to_have_url(re.compile("sort=oldest"))
    assert "coverage" not in page.url
    page.get_by_role("link", name="Tale").click()
    expect(page).not_to_have_url(re.compile("category=voice"))
    assert "category=video" in page.url
    expect(page.get_by_role("checkbox", name="Tale")).not_to_be_checked()
    page.get_by_role("link", name="Nullstill filtre").click()
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator(".chip")).to_have_count(0)


def test_what_is_typed_while_a_filter_is_taken_away_is_asked_for_with_it(
    stocked: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/products?coverage=not_covered")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.locator("#q").fill("6d07e")
    page.get_by_role("link", name="Ikke dekket").click()

    expect(page).to_have_url(re.compile("q=6d07e"))
    expect(page.get_by_role("rowheader")).to_have_text(["8G18256D07EFEN"])
    assert [url for url in asked if "coverage" in url] == []


def test_one_page_of_the_list_after_another_is_told_and_focused(
    stocked: Portal, visit: Visit
) -> None:
    page = visit(KARI)
    page.goto("/products")
    first = page.get_by_role("rowheader").last.inner_text()

    page.get_by_role("link", name="Neste").click()

    expect(page.get_by_role("link", name="Forrige")).to_be_visible()
    expect(page.get_by_text(first)).to_have_count(0)
    assert has_focus(page)
    page.go_back()
    expect(page.get_by_text(first)).to_have_count(1)


def test_an_observer_can_look_and_not_touch(stocked: Portal, visit: Visit) -> None:
    page = visit("mette@nordlys")
    page.goto("/products")
    expect(page.get_by_role("rowheader")).to_have_count(26)
    for name in ("Registrer produkter", "Importer en enhetsliste", "Flytt enhetene"):
        expect(page.get_by_text(name)).to_have_count(0)

    page.get_by_role("rowheader").nth(1).get_by_role("link").click()

    expect(page.get_by_role("main").get_by_role("button", name="Lagre")).to_have_count(0)
    expect(page.get_by_role("button", name="Ta ut av bruk")).to_have_count(0)
    page.goto("/products/import")
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har ikke tilgang til denne siden")
