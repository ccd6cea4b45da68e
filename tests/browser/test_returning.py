"""A return that runs over, is extended and comes in; one that is destroyed; one dead on arrival."""

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.base import clock
from portal.base.references import reference
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal

KARI, LARS = "kari@nordlys", "lars@poly"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DELIVERED = """
    INSERT INTO replacement (account_id, stage, returned, liability, product_id, model_id,
    fault, tried, untried, description, recipient, phone, street, postal_code, city, country,
    hours, asked_at, on_behalf, declined_because, carrier, tracking_number, shipped_at,
    hand_over_on, promised_on, delivered_on, return_due_on, retain_and_destroy, return_window,
    new_serial_number, received_serial_number, condition, people, changed_at, version, at_risk,
    currency, held, waits_for_stock)
    SELECT product.account_id, 'delivered', :returned, :liability, product.id, product.model_id,
    'other', '[0]', '', '', 'Kari Nordmann', '+4722222222', 'Storgata 1', '0155', 'Oslo', 'NO', '',
    datetime('now', '-30 days'), 0, '', 'Posten', '3707', datetime('now', '-25 days'),
    date('now', '-25 days'), date('now', '-24 days'), date('now', '-24 days'), :due, :keeps, 10,
    :serial, '', '', '', datetime('now', '-24 days'), 1, :risk, 'NOK', '[]', 0
    FROM product JOIN account
    ON account.id = product.account_id WHERE account.name = :customer
    AND product.serial_number IS NOT NULL
    AND product.id NOT IN (SELECT product_id FROM replacement WHERE product_id IS NOT NULL)
    ORDER BY product.id DESC LIMIT 1"""
# Of a customer that has none.
A_DEVICE = """
    INSERT INTO product (account_id, serial_number, identifier, model_id, room, asset_tag, holder,
    installed_version, status, registered_at, changed_at, version)
    SELECT account.id, '8G22107FHF0021', '8G22107FHF0021', product_model.id, '', '', '', '',
    'active', datetime('now', '-99 days'), datetime('now', '-99 days'), 1
    FROM account JOIN product_model ON product_model.name = 'Studio X30'
    WHERE account.name = :customer
    AND NOT EXISTS (SELECT 1 FROM product WHERE account_id = account.id)"""


def delivered(
    portal: Portal, serial: str, *, keeps: bool = False, customer: str = "Nordlys Kraft AS"
) -> tuple[str, str]:
    """A replacement whose new device has come; its number, and that of the faulty device."""
    told: dict[str, Any] = {
        "returned": "not_due" if keeps else "label_ready",
        "liability": "none" if keeps else "at_risk",
        "keeps": int(keeps),
        "serial": serial,
        "customer": customer,
        "risk": None if keeps else 4190,
    }
    with closing(portal.connect()) as database:
        due = database.execute("SELECT date('now', '-10 days')").fetchone()[0]
        database.execute(A_DEVICE, {"customer": customer})
        database.execute(DELIVERED, told | {"due": None if keeps else due})
        database.commit()
        last = "SELECT replacement.id, product.serial_number FROM replacement JOIN product"
        last += " ON product.id = product_id ORDER BY replacement.id DESC LIMIT 1"
        number, faulty = database.execute(last).fetchone()
    return reference("RMA", number), faulty


def fine(page: Page) -> None:
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_return_that_runs_over_is_extended_and_comes_in(
    width: int, stocked: Portal, visit: Visit
) -> None:
    number, faulty = delivered(stocked, f"8G2241A1B{width % 1000:03}FX")
    kari, lars = visit(KARI, width=width), visit(LARS, width=width)
    kari.goto(f"/replacements/{number}")
    expect(kari.get_by_role("main")).to_contain_text("skulle vært sendt inn innen")
    expect(kari.get_by_role("main")).to_contain_text("4 190,00 kr")
    fine(kari)
    with kari.expect_download() as label:
        kari.get_by_role("link", name="Skriv ut returetikett").click()
    assert Path(label.value.path()).read_bytes().startswith(b"%PDF-")

    kari.get_by_role("link", name="Be om mer tid").click()
    fine(kari)
    kari.get_by_role("button", name="Be om mer tid").click()
    expect(kari.get_by_role("main")).to_contain_text("Skriv inn dagen.")
    fine(kari)
    kari.get_by_label("Til hvilken dag?").fill(day(7))
    kari.get_by_label("Hvorfor trenger du mer tid?").fill("Ferie")
    kari.get_by_role("button", name="Be om mer tid").click()
    expect(kari.get_by_role("main")).to_contain_text("Du har bedt om tid til")

    lars.goto("/desk/returns")
    fine(lars)
    lars.get_by_role("link", name=number).click()
    fine(lars)
    lars.get_by_role("button", name="Innvilg mer tid").click()
    expect(lars.get_by_role("main")).to_contain_text("Mer tid er innvilget")
    kari.reload()
    expect(kari.get_by_role("main")).to_contain_text("Mer tid innvilget")

    lars.goto("/desk/logistics?view=returns")
    for text in (number, faulty):
        lars.keyboard.type(text)
        lars.keyboard.press("Enter")
    expect(lars.get_by_text(f"{number} har kommet tilbake.")).to_be_visible()
    kari.reload()
    expect(kari.locator("#track-return [aria-current]")).to_contain_text("Mottatt")
    expect(kari.locator("#track-liability [aria-current]")).to_contain_text("Oppgjort")
    fine(kari)


def test_what_is_kept_is_destroyed_with_a_certificate(
    stocked: Portal, visit: Visit, tmp_path: Path
) -> None:
    number, _faulty = delivered(stocked, "8G2241A1B2D0FX", keeps=True)
    kari, lars = visit(KARI, java_script_enabled=False), visit(LARS)
    paper = tmp_path / "bevis.pdf"
    paper.write_bytes(PDF)
    kari.goto(f"/replacements/{number}")
    kari.get_by_role("link", name="Send destruksjonsbeviset").click()
    kari.get_by_label("Kvernet").check()
    kari.get_by_label("Dato for destruksjon").fill(day(-1))
    kari.get_by_label("Signert av").fill("Per Vakt, Makulo AS")
    kari.locator('input[type="file"]').set_input_files(paper)
    kari.get_by_role("button", name="Send destruksjonsbeviset").click()
    expect(kari.get_by_role("main")).to_contain_text("Vi ser på destruksjonsbeviset")

    lars.goto(f"/desk/returns/{number}")
    fine(lars)
    lars.get_by_role("button", name="Godta beviset").click()
    expect(lars.get_by_role("main")).to_contain_text("Enheten er destruert")
    kari.reload()
    expect(kari.locator("#track-return [aria-current]")).to_contain_text("Destruert")


def test_one_click_says_that_the_new_one_does_not_work_either(
    stocked: Portal, visit: Visit
) -> None:
    number, _faulty = delivered(stocked, "8G2241A1B2E0FX")
    kari, lars = visit(KARI), visit(LARS)
    kari.goto(f"/replacements/{number}")
    kari.get_by_role("button", name="Den nye virker heller ikke").click()
    expect(kari.get_by_role("heading", level=1)).to_contain_text("Kommer ")
    fine(kari)
    found = re.search(r"RMA-[0-9]+", kari.url)
    assert found
    assert found[0] != number
    expect(kari.get_by_role("link", name=number)).to_be_visible()
    lars.goto("/desk/logistics")
    first = lars.get_by_role("row").nth(1)
    expect(first).to_contain_text(found[0])
    expect(first).to_contain_text("DOA")
    fine(lars)


def day(days: int) -> str:
    return f"{clock.today() + timedelta(days=days):%d.%m.%Y}"
