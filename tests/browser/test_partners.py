"""An administrator gives a partner access until Friday, and takes it back with its page open."""

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import PASSWORD, Portal
from tests.browser.watching import is_wide

TOLD = "Tilgangen til Nordlys Kraft AS er trukket tilbake"


def test_access_is_given_used_and_withdrawn(stocked: Portal, visit: Visit) -> None:
    kari, jonas = visit("kari@nordlys"), visit("jonas@sornett")
    _give(kari)
    expect(kari.get_by_role("heading", name="Sørnett AS")).to_be_visible()

    # The partner does what it may, and is stopped where it may not.
    jonas.goto("/partner")
    jonas.get_by_role("row").filter(has_text="Nordlys Kraft AS").get_by_role("button").click()
    jonas.goto("/products")
    expect(jonas.get_by_role("rowheader")).to_have_count(26)
    jonas.goto("/products/registration")
    expect(jonas.get_by_role("heading", level=1)).to_have_text(
        "Du har ikke tilgang til denne siden"
    )
    jonas.goto("/products")

    # It is out the moment the access is withdrawn, with its page open.
    kari.get_by_role("link", name="Trekk tilgangen tilbake").click()
    kari.get_by_role("dialog").get_by_role("button", name="Trekk tilgangen tilbake").click()
    expect(kari.get_by_text("Sørnett AS har ikke lenger tilgang.")).to_be_visible()
    jonas.get_by_role("main").get_by_role("searchbox").fill("savi")
    expect(jonas).to_have_url(f"{stocked.url}/partner")
    expect(jonas.get_by_role("heading", name=TOLD)).to_be_visible()
    assert violations(jonas) == []
    assert not is_wide(jonas)
    jonas.get_by_role("button", name="Lukk meldingen").click()
    expect(jonas.get_by_text(TOLD)).to_have_count(0)

    # And it is all there to be read.
    kari.reload()
    expect(kari.get_by_role("main")).to_contain_text(
        "Jonas Vik (Sørnett AS) på vegne av Nordlys Kraft AS"
    )


def test_sites_and_customers_are_asked_for_where_only_some_are_chosen(
    stocked: Portal, visit: Visit
) -> None:
    kari, siri = visit("kari@nordlys"), visit("siri@vestnett")
    _begin(kari)
    sites = kari.get_by_role("group", name="Lokasjoner")
    expect(sites).to_be_hidden()
    kari.get_by_label("Bare på noen lokasjoner").check()
    expect(sites.get_by_role("checkbox").first).to_be_visible()

    siri.goto("/partner/users")
    siri.get_by_role("link", name="Pål Dahl").click()
    customers = siri.get_by_role("group", name="Kunder")
    expect(customers).to_be_hidden()
    siri.get_by_label("Bare noen kunder").check()
    expect(customers.get_by_role("checkbox").first).to_be_visible()


def _begin(kari: Page) -> None:
    kari.goto("/organization/partners/new")
    if "/sign-in/again" in kari.url:
        kari.get_by_label("Passord").fill(PASSWORD)
        kari.get_by_role("main").get_by_role("button").first.click()


def _give(kari: Page) -> None:
    _begin(kari)
    kari.get_by_role("combobox", name="Partner").press_sequentially("sør")
    kari.get_by_role("option", name="Sørnett AS").click()
    kari.get_by_label("Se enheter og dekning").check()
    kari.get_by_label("Siste dag").fill("31.12.2099")
    kari.get_by_role("button", name="Gi tilgang").click()
