"""A manager looks after what is escalated, and sees in figures whether support answers in time."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide


def test_a_manager_promises_records_a_workaround_and_ends(stocked: Portal, visit: Visit) -> None:
    page = visit("erik@poly")
    page.goto(f"{stocked.url}/desk/escalations")
    row = page.get_by_role("row").filter(has_text="driftssentralen")
    expect(row).to_contain_text("Kritisk")
    expect(row).to_contain_text("Erik Leder")
    assert violations(page) == []
    row.get_by_role("link").click()

    page.get_by_label("Kunden hører fra oss").select_option(label="Innen 4 timer")
    page.get_by_role("button", name="Lov neste oppdatering").click()
    expect(page.get_by_text("Neste oppdatering er lovet.")).to_be_focused()
    page.get_by_role("button", name="Noter det du fant").click()
    expect(page.get_by_role("group", name="Du må rette")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("radio", name="Midlertidig løsning").check()
    page.get_by_label("Hva som er gjort").fill("Telefonene er satt om til reserven.")
    page.get_by_label("Kunden godtar den midlertidige løsningen").check()
    page.get_by_role("button", name="Noter det du fant").click()
    expect(page.get_by_role("main")).to_contain_text("Godtatt av kunden")
    expect(page.get_by_role("main")).to_contain_text("Høy")
    page.get_by_role("button", name="Avslutt eskaleringen").click()
    expect(page.get_by_text("Denne eskaleringen er avsluttet")).to_be_visible()
    page.goto("/desk/escalations")
    expect(page.get_by_role("main")).to_contain_text("Ingenting er eskalert")


@pytest.mark.parametrize("width", [1280, 360])
def test_figures_follow_what_is_chosen_and_can_be_read_on_a_phone(
    stocked: Portal, visit: Visit, width: int
) -> None:
    page = visit("anna@poly", width=width)
    page.goto(f"{stocked.url}/desk/figures")
    expect(page.get_by_role("img", name="Mål som er nådd")).to_be_visible()
    assert violations(page) == []
    assert not is_wide(page)
    page.get_by_label("Kunde", exact=True).fill("fjord")
    expect(page.get_by_role("link", name="Kunde: fjord")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Nordlys Kraft AS")).to_have_count(0)
    page.get_by_text("Vis tallene: Mål som er nådd").click()
    expect(page.get_by_role("table", name="Mål som er nådd")).to_be_visible()
    assert violations(page) == []
