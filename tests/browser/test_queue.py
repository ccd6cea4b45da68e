"""The queue of staff: by single keys, by many at once, and while others add to it."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide, said, shows_focus

ANNA = "anna@poly"
FILTERS = {
    "nb": {"customer": "Kunde", "owner": "Behandler"},
    "en": {"customer": "Customer", "owner": "Handled by"},
}
FREE = "Skurring i hodesett når to sitter nær hverandre"


def marked(page: Page) -> str:
    """The request whose row is marked."""
    name: str | None = page.evaluate(
        "document.querySelector('tr.marked')?.querySelector('th a').innerText"
    )
    return name or ""


def open_another(portal: Portal, subject: str) -> None:
    """As if a customer had opened it meanwhile: the newest one, once more."""
    with closing(portal.connect()) as database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM service_request ORDER BY id DESC").fetchone())
        row |= {"id": row["id"] + 1, "subject": subject, "status": "new", "owner_id": None}
        row |= {"due_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), "closed_at": None}
        places = ",".join("?" * len(row))
        names = ",".join(row)
        database.execute(
            f"INSERT INTO service_request ({names}) VALUES ({places})", list(row.values())
        )


def test_the_queue_is_worked_by_single_keys(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA)
    page.goto("/desk")
    keys = page.keyboard

    keys.press("j")
    first = marked(page)
    assert shows_focus(page)
    keys.press("j")
    assert marked(page) not in {"", first}
    keys.press("k")
    assert marked(page) == first
    while marked(page) != FREE:
        keys.press("j")
    keys.press("a")
    expect(page.locator("p.ds-alert")).to_be_focused()
    expect(page.locator("p.ds-alert")).to_contain_text(f"er din nå: «{FREE}».")
    row = page.get_by_role("row").filter(has_text=FREE)
    expect(row).to_contain_text("Anna Agent")
    expect(row).to_contain_text("Under arbeid")
    assert marked(page) == FREE
    keys.press("a")
    expect(page.locator("#live .ds-alert")).to_have_text("Du har denne saken.")
    assert marked(page) == FREE
    keys.press("r")
    expect(page).to_have_url(re.compile(r"/desk/service-requests/SR-\d+#reply$"))


@pytest.mark.parametrize("by", ["key", "button", "form"])
def test_the_answer_goes_to_what_was_taken_though_its_row_leaves_the_list(
    portal: Portal, visit: Visit, by: str
) -> None:
    page = visit(ANNA)
    page.goto("/desk?view=unassigned")
    names = page.locator("th a").all_inner_texts()
    row = page.locator("tr[data-request]").first
    number = row.get_attribute("data-request")
    page.keyboard.press("j")
    assert marked(page) == names[0]

    if by == "key":
        page.keyboard.press("a")
    elif by == "button":
        page.keyboard.press("j")  # the mark is on another one when the button is pressed
        row.get_by_role("button").click()
    else:  # as where the page is drawn as a whole
        page.goto("/desk?view=unassigned")
        page.evaluate("document.getElementById('picked-requests').removeAttribute('hx-post')")
        row.get_by_role("button").click()
    notice = page.locator("p.ds-alert")
    expect(notice).to_have_text(f"{number} er din nå: «{names[0]}».")
    expect(page.locator(f"tr[data-request={number}]")).to_have_count(0)

    assert marked(page) == ""  # and on no other one
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="1 sak")).to_be_visible()
    page.keyboard.press("r")
    expect(page).to_have_url(f"{portal.url}/desk/service-requests/{number}#reply")


def test_after_what_was_taken_the_next_row_is_marked_by_a_key_alone(
    portal: Portal, visit: Visit
) -> None:
    page = visit(ANNA)
    page.goto("/desk?view=unassigned")
    names = page.locator("th a").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("a")
    notice = page.get_by_role("link", name=re.compile("^SR-"))
    expect(notice).to_be_visible()
    number = notice.inner_text()

    page.keyboard.press("j")
    assert marked(page) == names[1]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/service-requests/SR-\d+$"))
    assert not page.url.endswith(number)
    page.go_back()
    expect(page.locator("tr.marked")).to_have_count(0)


def test_a_row_that_somebody_else_took_leaves_no_mark_behind(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA)
    page.goto("/desk?view=unassigned")
    names = page.locator("th a").all_inner_texts()
    page.keyboard.press("j")
    with closing(portal.connect()) as database:
        query = (
            "UPDATE service_request SET owner_id = (SELECT id FROM user WHERE email LIKE 'tor%')"
        )
        database.execute(f"{query} WHERE subject = ?", [names[0]])
    page.keyboard.press("a")
    expect(page.locator("#queue-list .ds-alert")).to_have_text(re.compile("^Tor .* har SR-"))

    assert marked(page) == ""
    page.keyboard.press("r")
    page.wait_for_timeout(300)
    assert "/service-requests/" not in page.url
    page.keyboard.press("j")
    assert marked(page) == names[1]


def test_keys_are_letters_in_a_field_and_are_listed(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA)
    page.goto("/desk")

    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jakr?/")
    expect(page.locator("#q")).to_have_value("jakr?/")
    assert marked(page) == ""
    page.goto("/desk")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Hurtigtaster i køen")
    expect(dialog).to_contain_text("Ta den merkede saken")
    cross = dialog.get_by_role("button", name="Lukk")  # one, not two
    assert cross.locator("svg").count() == 1
    assert cross.evaluate("it => getComputedStyle(it, '::before').content") == "none"
    assert violations(page) == []
    page.keyboard.press("j")
    assert marked(page) == ""
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_keys_do_nothing_for_those_who_switched_them_off(portal: Portal, visit: Visit) -> None:
    with closing(portal.connect()) as database:
        database.execute("UPDATE user SET shortcuts = 0 WHERE email LIKE 'anna@poly%'")
    page = visit(ANNA)
    page.goto("/desk")

    page.keyboard.press("j")
    page.keyboard.press("?")

    assert marked(page) == ""
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 360])
def test_what_came_is_told_and_moves_nothing(portal: Portal, visit: Visit, width: int) -> None:
    page = visit(ANNA, width=width)
    page.clock.install()
    page.goto("/desk")
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    where, rows = table.bounding_box(), page.locator("th a").all_inner_texts()
    open_another(portal, "Alt er stille")

    page.clock.fast_forward(31_000)

    news = page.locator("#queue-news")
    expect(news).to_have_text(re.compile("1 ny sak. Oppdater"))
    assert news.get_attribute("aria-live") == "polite"
    assert (table.bounding_box(), page.locator("th a").all_inner_texts()) == (where, rows)
    assert not is_wide(page)
    assert violations(page) == []
    page.get_by_role("link", name="Oppdater", exact=True).click()
    expect(page.locator("th a").filter(has_text="Alt er stille")).to_be_visible()
    expect(news).to_be_empty()


def test_nothing_is_asked_while_nobody_looks(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA)
    page.clock.install()
    page.goto("/desk")
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if "/queue/news" in it.url else None)
    look = "Object.defineProperty(document, 'hidden', { value: %s, configurable: true })"

    page.evaluate(look % "true")
    page.clock.fast_forward(95_000)
    page.wait_for_timeout(300)
    assert asked == []
    page.evaluate(look % "false")
    with page.expect_request(re.compile("/queue/news")):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_several_are_handed_out_at_once(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA)
    page.goto("/desk?view=unassigned")

    page.get_by_role("checkbox", name="Velg alle på denne siden").check()
    page.get_by_role("combobox", name="Kollega").fill("tor")
    page.get_by_role("option").filter(has_text="Tor").click()
    page.get_by_role("button", name="Tildel").click()

    told = page.locator("p.ds-alert").filter(has_text=re.compile("^Tor .* har fått 2 saker: SR-"))
    expect(told).to_be_focused()
    expect(page.get_by_role("heading", name="Alle åpne saker er tildelt.")).to_be_visible()
    assert said(page)


def test_without_scripts_it_can_all_be_done(portal: Portal, visit: Visit) -> None:
    page = visit(ANNA, java_script_enabled=False)
    page.goto("/desk?view=unassigned")

    page.get_by_role("row").filter(has_text=FREE).get_by_role("button").click()
    expect(page.locator("p.ds-alert")).to_contain_text(f"er din nå: «{FREE}».")
    page.get_by_role("button", name="Ta neste sak").click()
    expect(page).to_have_url(re.compile(r"/desk/service-requests/SR-\d+$"))


@pytest.mark.parametrize("language", FILTERS)
def test_a_customer_and_a_colleague_are_searched_for_and_never_all_listed(
    portal: Portal, visit: Visit, language: str
) -> None:
    words = FILTERS[language]
    page = visit(ANNA, language=language)
    page.goto("/desk")
    page.get_by_role("combobox", name=words["customer"]).press_sequentially("fjord")
    page.locator("#customer-options").get_by_text("Fjordhelse HF").click()
    chip = page.get_by_role("link", name=re.compile(f"^{words['customer']}: Fjordhelse HF, "))
    expect(chip).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Nordlys")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("combobox", name=words["owner"]).press_sequentially("anna")
    expect(page.locator("#owner-options [role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"{words['owner']}: Anna Agent")).to_be_visible()
    for cell in page.locator(f"td[data-label='{words['owner']}']").all():
        expect(cell).to_have_text("Anna Agent")
    assert re.search(r"/desk\?customer=Fjordhelse%20HF.*&owner=Anna%20Agent$", page.url)
    chip.click()
    expect(page.get_by_role("row").filter(has_text="Nordlys").first).to_be_visible()
    expect(page.get_by_role("combobox", name=words["customer"])).to_have_value("")
