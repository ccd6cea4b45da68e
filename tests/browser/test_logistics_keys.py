"""Logistics without a mouse: what comes back is received, and what waits is approved, by keys."""

from contextlib import closing

from playwright.sync_api import Page, expect

from portal.base.references import reference
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.test_returning import delivered

KARI, LARS = "kari@nordlys", "lars@poly"
WAITING = """
    INSERT INTO replacement (account_id, stage, returned, liability, model_id, fault, tried,
    untried, description, recipient, phone, street, postal_code, city, country, hours, asked_at,
    received_serial_number, condition,
    on_behalf, declined_because, carrier, tracking_number, retain_and_destroy, return_window,
    people, changed_at, version, held, waits_for_stock)
    SELECT account.id, 'requested', 'not_due', 'none', product_model.id, 'other', '[0]', '', '',
    'Kari Nordmann', '+4722222222', 'Storgata 1', '0155', 'Oslo', 'NO', '', datetime('now'),
    '', '', 0,
    '', '', '', 0, 10, '', datetime('now'), 1, :held, 0
    FROM account JOIN product_model ON product_model.name = 'Studio X30'
    WHERE account.name = 'Nordlys Kraft AS'"""


def waiting(portal: Portal, *held: str) -> str:
    with closing(portal.connect()) as database:
        row = database.execute(WAITING, {"held": str(list(held)).replace("'", '"')})
        database.commit()
        return reference("RMA", row.lastrowid or 0)


def fine(page: Page) -> None:
    assert violations(page) == []


def test_a_return_is_received_by_keys_alone(stocked: Portal, visit: Visit) -> None:
    number, faulty = delivered(stocked, "8G2241A1B900FX")
    page = visit(LARS)
    page.goto("/desk/logistics")
    effort = Effort(page)
    effort.press("Returer", "Enter")
    expect(page.get_by_role("heading", name="Registrer det som har kommet tilbake")).to_be_visible()
    expect(page.get_by_role("textbox", name="RMA-nummer")).to_be_focused()

    effort.scan(number)
    effort.scan("8G2241ZZZZZZZZ")  # another one lay in the parcel
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text(f"det er {faulty} som skal tilbake")
    expect(page.get_by_label("Serienummeret på enheten med feil")).to_be_focused()
    fine(page)
    page.keyboard.press("Control+A")
    page.keyboard.type(faulty)
    effort.write("Tilstand (valgfritt)", "Ripe i lokket")
    effort.press("Registrer returen", "Enter")

    expect(page.get_by_text(f"{number} har kommet tilbake.")).to_be_visible()
    kari = visit(KARI)
    kari.goto(f"/replacements/{number}")
    expect(kari.get_by_role("main")).to_contain_text("Ripe i lokket")


def test_several_are_approved_by_keys_alone(stocked: Portal, visit: Visit) -> None:
    first, second, left = (waiting(stocked, "week", "abroad") for _ in range(3))
    page = visit(LARS)
    page.goto("/desk/logistics?view=approve")
    effort = Effort(page)
    effort.press("Godkjenn flere", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Godkjenn flere")
    fine(page)
    for number in (first, second):
        effort.press(f"Velg {number}", "Space")
    expect(page.get_by_text("2 valgt")).to_be_visible()
    effort.press("Godkjenn de valgte", "Enter")

    expect(page.get_by_role("main")).to_contain_text("2 bytter er godkjent")
    expect(page.get_by_role("link", name=left)).to_be_visible()
    expect(page.get_by_role("link", name=first)).to_have_count(0)
    fine(page)


def test_several_are_approved_without_scripts_on_a_phone(stocked: Portal, visit: Visit) -> None:
    number = waiting(stocked, "many")
    page = visit(LARS, java_script_enabled=False, width=360)
    page.goto("/desk/logistics/approvals")
    page.get_by_role("button", name="Godkjenn de valgte").click()
    expect(page.get_by_role("main")).to_contain_text("Velg dem som skal godkjennes.")
    page.get_by_label(f"Velg {number}").check()
    page.get_by_role("button", name="Godkjenn de valgte").click()
    expect(page.get_by_role("main")).to_contain_text(f"1 bytte er godkjent: {number}.")


def test_all_of_one_reason_are_picked_at_once_and_no_others(stocked: Portal, visit: Visit) -> None:
    mine, other = [waiting(stocked, "abroad") for _ in range(2)], waiting(stocked, "address")
    page = visit(LARS)
    page.goto("/desk/logistics/approvals")
    group = page.locator("section", has=page.locator("#reason-abroad"))
    everyone = group.get_by_role("checkbox", name="Velg alle disse")
    everyone.click()
    for number in mine:
        expect(page.get_by_role("checkbox", name=number)).to_be_checked()
    expect(page.get_by_role("checkbox", name=other)).not_to_be_checked()
    expect(everyone).to_be_checked()
    expect(page.locator("[data-picked]")).to_have_text("2 valgt")
