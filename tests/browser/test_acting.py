"""Partners act for the customers that let them, and for nobody else."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.serving import Portal


def test_a_partner_acts_for_a_customer_that_granted_it(stocked: Portal, visit: Visit) -> None:
    page = visit("siri@vestnett")
    page.goto("/")
    expect(page).to_have_url(f"{stocked.url}/partner")
    row = page.get_by_role("row").filter(has_text="Nordlys Kraft AS")
    row.get_by_role("button").click()

    expect(page.get_by_text("Du handler på vegne av Nordlys Kraft AS")).to_be_visible()
    page.goto("/products?q=6d07e")
    page.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_label("Rom").fill("Fløyen")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Endringene er lagret")).to_be_visible()

    signed = "Siri Berg (Vestnett Forhandler AS) på vegne av Nordlys Kraft AS"
    expect(page.get_by_role("main")).to_contain_text(signed)
    page.get_by_role("button", name="Avslutt").click()
    expect(page).to_have_url(f"{stocked.url}/partner")
    expect(page.get_by_text("Du handler på vegne av")).to_have_count(0)


def test_a_partner_without_grants_is_told_how_to_get_one(stocked: Portal, visit: Visit) -> None:
    page = visit("jonas@sornett")
    page.goto("/products")

    expect(page).to_have_url(f"{stocked.url}/partner")
    expect(page.get_by_role("main")).to_contain_text("Ingen kunder har gitt dere tilgang ennå")
    expect(page.get_by_text("Nordlys")).to_have_count(0)


def test_staff_see_that_they_look_at_a_customer(stocked: Portal, visit: Visit) -> None:
    page = visit("anna@poly")
    page.goto("/products")
    expect(page).to_have_url(f"{stocked.url}/desk/accounts")
    page.get_by_role("row").filter(has_text="Nordlys Kraft AS").get_by_role("button").click()

    expect(page.get_by_text("Nordlys Kraft AS").first).to_be_visible()
    page.goto("/products")
    expect(page.get_by_role("rowheader")).to_have_count(26)
