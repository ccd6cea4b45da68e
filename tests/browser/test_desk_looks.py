"""The desk by eye: what stands where, what is told apart, and what is in sight of who writes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import has_focus, is_wide

ESCALATED, FREE = (f"/desk/service-requests/SR-{it}" for it in ("1000044", "1000053"))


def box(page: Page, selector: str, at: int = 0) -> dict[str, float]:
    found: Any = page.locator(selector).nth(at).bounding_box()
    assert found, selector
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


def styled(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).first.evaluate(f"it => getComputedStyle(it)['{name}']"))


@pytest.mark.parametrize("width", [1280, 1000])
def test_alerts_end_where_the_columns_end_and_each_column_begins_at_the_top(
    portal: Portal, visit: Visit, width: int
) -> None:
    page = visit("erik@poly", width=width)
    page.goto(ESCALATED)
    assert box(page, ".ds-alert")["right"] == box(page, ".at-desk")["right"]
    tops = {box(page, it)["y"] for it in ("#reply", "#standing")}
    assert len(tops) == 1
    # What is told above the box stands in room that is there anyway.
    news = box(page, "#request-news")
    assert box(page, ".ds-alert")["bottom"] <= news["y"] + 1
    assert news["bottom"] <= box(page, "#reply")["y"]
    contact = box(page, "#contact")
    assert contact["y"] - box(page, "#standing")["bottom"] == pytest.approx(24, abs=1)
    assert contact["x"] == box(page, "#standing")["x"]


def test_on_a_phone_status_and_deadlines_come_first_and_no_keys_are_told_of(
    portal: Portal, visit: Visit
) -> None:
    page = visit("erik@poly", width=360)
    page.goto(ESCALATED)
    standing = box(page, "#standing")
    assert standing["bottom"] <= box(page, "#reply")["y"]
    assert standing["height"] < 340  # a weekday with a long name takes one line more
    expect(page.locator(".writing kbd").first).to_be_hidden()
    assert not is_wide(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator(".writing kbd").first).to_be_visible()


def test_charts_stand_in_pairs_and_one_without_numbers_says_so(
    portal: Portal, visit: Visit
) -> None:
    page = visit("erik@poly", width=1280)
    page.goto("/desk/figures")
    tops = [box(page, ".charted", at)["y"] for at in range(4)]
    assert tops[0] == tops[1] < tops[2] == tops[3]
    expect(page.get_by_label("Fornøyde kunder").locator("svg")).to_contain_text(
        "Ingen har vurdert hjelpen."
    )


def test_what_the_tags_of_the_marked_row_say_stands_out_from_it(
    portal: Portal, visit: Visit
) -> None:
    page = visit("anna@poly", width=1280)
    page.goto("/desk")
    page.keyboard.press("j")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert "inset" in styled(page, "tr.marked .ds-tag", "box-shadow")
        assert styled(page, "tr:not(.marked) .ds-tag", "box-shadow") == "none"


def test_to_print_is_a_deed_like_its_neighbors(portal: Portal, visit: Visit) -> None:
    page = visit("kari@nordlys", width=1280)
    page.goto("/service-requests/SR-1000044")
    weights = {styled(page, f"#deeds {it}", "font-weight") for it in (".ds-link", "[data-print]")}
    assert len(weights) == 1


def test_another_request_is_chosen_by_words_and_seen_before_it_is_merged_into(
    portal: Portal, visit: Visit
) -> None:
    page = visit("anna@poly", width=360)
    page.goto(f"{FREE}/merger")
    page.get_by_role("combobox", name="Den andre saken").press_sequentially("bordtelefonene")
    option = page.locator("#other-options [role=option]")
    expect(option).to_contain_text("Under arbeid · Kritisk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Slå sammen og lukk denne").click()
    expect(page.locator("#other-one")).to_be_focused()
    expect(page.locator("#other-one")).to_contain_text("Alle bordtelefonene på driftssentralen")
    assert violations(page) == []

    page.goto(f"{FREE}/known-issue")
    page.get_by_role("combobox", name="Kjent feil").press_sequentially("tone")
    option = page.locator("#number-options [role=option]").last
    expect(option).to_be_visible()
    inside = option.evaluate(
        "it => { const at = it.getBoundingClientRect();"
        " return it.contains(document.elementFromPoint(at.x + 9, at.bottom - 4)); }"
    )
    assert inside  # the list is not cut off where the card ends


def test_who_else_writes_is_told_in_sight_and_their_answer_is_read_before_ones_own_goes_out(
    portal: Portal, visit: Visit
) -> None:
    erik, anna = visit("erik@poly", width=1280), visit("anna@poly", width=1280)
    erik.set_viewport_size({"width": 1280, "height": 900})
    erik.clock.install()
    for page in (erik, anna):
        page.goto(ESCALATED)
    field = erik.get_by_label("Svar til kunden", exact=True).and_(erik.locator("textarea"))
    field.fill("Her er Eriks svar.")
    before = box(erik, "textarea#text")["y"]
    anna.locator("textarea#text").press_sequentially("Her er Annas svar.")
    expect(anna.locator("#draft-saved")).to_contain_text("Utkast lagret", timeout=15_000)
    erik.clock.fast_forward(21_000)
    writing = erik.get_by_text("Anna Agent skriver et svar")
    expect(writing).to_be_in_viewport()
    assert box(erik, "textarea#text")["y"] == before

    send = "Send svar til kunden"
    anna.get_by_role("button", name=send).click()
    expect(anna.get_by_text("Svaret er sendt til kunden.")).to_be_visible()
    erik.get_by_role("button", name=send).click()
    expect(erik.get_by_role("heading", name="1 melding kom mens du skrev")).to_be_visible()
    assert has_focus(erik).startswith("1 melding kom mens du skrev")
    expect(erik.locator(".at-desk .ds-alert")).to_contain_text("Her er Annas svar.")
    assert violations(erik) == []

    anna.locator("textarea#text").fill("Og en ting til.")
    anna.get_by_role("button", name=send).click()
    expect(anna.locator(".story .message").first).to_contain_text("Og en ting til.")
    erik.clock.fast_forward(21_000)
    erik.get_by_role("link", name="1 nytt svar. Vis").click()
    expect(erik.locator(".story .message").first).to_contain_text("Og en ting til.")
    expect(erik.locator("#show-news")).to_have_count(0)
    expect(field).to_have_value("Her er Eriks svar.")
    erik.get_by_role("button", name=send).click()  # what was shown is read
    expect(erik.get_by_text("Svaret er sendt til kunden.")).to_be_visible()
