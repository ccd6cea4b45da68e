"""A new request: a draft that is found again, what is like it, and many at once."""

import re

from playwright.sync_api import Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.importing import Clicks
from tests.browser.serving import Portal
from tests.browser.watching import said

SUBJECT = "Alle rom er nede"


def test_what_was_typed_is_found_again_in_another_browser(portal: Portal, visit: Visit) -> None:
    page = visit("ola@nordlys")
    page.goto("/service-requests/new")
    page.get_by_label("Emne", exact=True).fill(SUBJECT)
    expect(page.locator("#draft-said")).to_contain_text("Utkastet er lagret kl.", timeout=20_000)

    other = visit("ola@nordlys")
    other.goto("/service-requests/new")
    expect(other.get_by_role("heading", name="Du har et utkast fra kl.")).to_be_visible()
    assert violations(other) == []
    other.get_by_role("link", name="Fortsett på utkastet").click()
    expect(other.get_by_label("Emne", exact=True)).to_have_value(SUBJECT)
    other.goto("/service-requests/new")
    other.get_by_role("button", name="Slett utkastet").click()
    expect(other.get_by_text("Du har et utkast")).to_have_count(0)
    assert "Utkastet er slettet." in said(other)


def test_a_long_subject_of_a_draft_stays_on_the_page(portal: Portal, visit: Visit) -> None:
    page = visit("kari@nordlys")
    page.goto("/service-requests/new")
    page.get_by_label("Emne", exact=True).fill("W" * 160)
    with page.expect_event("load"):
        page.get_by_role("button", name="Lagre som utkast").click()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/service-requests/new")
        expect(page.get_by_role("heading", name="Du har et utkast fra kl.")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Slett utkastet").click()
    expect(page.get_by_text("Du har et utkast")).to_have_count(0)


def test_whoever_has_left_a_searched_field_is_shown_no_matches(
    portal: Portal, visit: Visit
) -> None:
    page = visit("ola@nordlys")
    page.goto("/service-requests/new")
    field, matches = page.locator("#contact_name"), page.get_by_role("option")
    field.fill("")
    with page.expect_response(re.compile("/colleagues")):
        field.press_sequentially("Ola")
        field.press("Tab")
    page.wait_for_timeout(500)
    expect(matches).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    field.fill("")
    field.press_sequentially("Ola")
    expect(matches).to_have_count(1)
    page.get_by_label("Emne", exact=True).focus()
    expect(matches).to_have_count(0)
    field.fill("")
    field.press_sequentially("Ola")
    matches.click()
    expect(field).to_have_value("Ola Hansen")
    expect(field).to_be_focused()


def test_nobody_is_offered_to_stay_when_the_sign_in_ends_for_good(
    portal: Portal, visit: Visit
) -> None:
    page = visit("ola@nordlys")
    told = {"left": "125", "at-most": "121"}

    def shorter(route: Route) -> None:
        answer = route.fetch()
        html = answer.text()
        for name, seconds in told.items():
            html = re.sub(rf'data-seconds-{name}="\d+"', f'data-seconds-{name}="{seconds}"', html)
        route.fulfill(response=answer, body=html)

    page.route("**/service-requests", shorter)
    page.goto("/service-requests")
    dialog = page.get_by_role("dialog", name="Du blir snart logget ut")
    expect(dialog).to_contain_text("så lenge det er tillatt")
    expect(dialog.get_by_role("button", name="Hold meg innlogget")).to_have_count(0)
    assert violations(page) == []
    dialog.get_by_role("button", name="Lukk").click()
    expect(dialog).to_have_count(0)
    told |= {"left": "121", "at-most": "40000"}
    page.goto("/service-requests")
    dialog.get_by_role("button", name="Hold meg innlogget").click()
    expect(dialog).to_have_count(0)


def test_what_may_be_the_same_is_told_below_and_opens_beside(portal: Portal, visit: Visit) -> None:
    page = visit("ola@nordlys")
    page.goto("/service-requests/new")
    asked_for: list[str] = []
    page.on("request", lambda it: asked_for.append(it.url) if "/similar" in it.url else None)
    field = page.get_by_label("Emne", exact=True)
    field.press_sequentially("Ingen lyd i møterom", delay=20)

    likes = page.get_by_role("heading", name="Er det en av disse?")
    expect(likes).to_be_visible()
    assert any("lign" in it or "passe" in it for it in said(page))
    assert violations(page) == []
    assert len(asked_for) == 1
    field.press("End")
    field.press("Space")
    page.wait_for_timeout(1_500)
    assert len(asked_for) == 1
    with page.context.expect_page() as beside:
        page.locator("#similar a").first.click()
    beside.value.close()
    expect(field).to_have_value("Ingen lyd i møterom ")


def test_ten_devices_of_the_list_become_ten_requests(stocked: Portal, visit: Visit) -> None:
    clicks = Clicks()
    page = visit("kari@nordlys")
    page.goto("/products")
    for at in range(10):
        page.get_by_role("checkbox", name="Velg ").nth(at + 1).check()
    clicks.on(page.get_by_role("button", name="Meld feil på enhetene"))
    expect(page.get_by_text("10 enheter")).to_be_visible()
    assert violations(page) == []
    clicks.on(page.get_by_role("radio", name="Middels"))
    page.get_by_label("Emne", exact=True).fill("Mikrofonen knitrer")
    page.get_by_label("Beskrivelse").fill("Etter oppdateringen i går.")
    clicks.on(page.get_by_role("button", name="Send inn sakene"))

    expect(page.get_by_role("heading", level=1)).to_have_text("10 saker er sendt inn")
    expect(page.get_by_role("rowheader")).to_have_count(10)
    assert clicks.count == 3
    assert violations(page) == []


def test_rows_that_are_pasted_are_corrected_and_sent(portal: Portal, visit: Visit) -> None:
    page = visit("ola@nordlys")
    page.goto("/service-requests/new/several")
    rows = page.get_by_label("Eller lim inn radene her")
    rows.fill("\tIngen lyd\tBorte\nUKJENT1\tBildet fryser\t")
    page.get_by_role("radio", name="Lav").check()
    page.get_by_role("button", name="Kontroller radene").click()
    expect(page.get_by_role("heading", name="2 feil i radene")).to_be_visible()
    assert violations(page) == []
    rows.fill("\tIngen lyd\tBorte\n\tBildet fryser\tHver gang")
    page.get_by_role("button", name="Kontroller radene").click()
    expect(page.get_by_role("heading", name="2 saker er klare")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Send inn 2 saker").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 saker er sendt inn")
