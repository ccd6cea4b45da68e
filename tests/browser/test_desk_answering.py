"""Journey 11: an agent takes the next request and answers it with a standard answer, by keys."""

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from portal.base.references import reference
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

FORMS = ("severity", "split", "copy", "ownership", "link", "followers")
WORDS = {
    "nb": {
        "answer": "Svar til kunden",
        "sent": "Svaret er sendt til kunden.",
        "note": "Intern merknad",
        "public": "Kunden ser dette",
        "internal": "Bare for ansatte",
        "send": "Send svar til kunden",
        "keep": "Lagre intern merknad",
        "waits": "Venter på kunden",
        "draft": "Utkast lagret",
        "taken": "%s er din nå",
        "yours": "Venter på deg",
    },
    "en": {
        "answer": "Answer to the customer",
        "sent": "Your answer is sent to the customer.",
        "note": "Internal note",
        "public": "The customer sees this",
        "internal": "Staff alone",
        "send": "Send the answer to the customer",
        "keep": "Save the internal note",
        "waits": "Waiting for the customer",
        "draft": "Draft saved",
        "taken": "%s is yours now",
        "yours": "Waiting for you",
    },
}


def a_request(portal: Portal) -> str:
    """Somebody's who has no answer yet."""
    with closing(portal.connect()) as database:
        query = "SELECT min(id) FROM service_request WHERE status = 'new'"
        return reference("SR", database.execute(query).fetchone()[0])


def most_urgent(portal: Portal) -> str:
    """That request has come to be the next in line."""
    with closing(portal.connect()) as database:
        database.execute(
            "UPDATE service_request SET due_at = (SELECT datetime(min(due_at), '-1 minute')"
            " || '.000000' FROM service_request)"
            " WHERE id = (SELECT min(id) FROM service_request WHERE status = 'new')"
        )
    return a_request(portal)


class Keys:
    """Somebody who counts what they press."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed: list[str] = []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed.append(key)


@pytest.mark.parametrize("language", WORDS)
def test_an_agent_takes_the_next_and_answers_it_by_keys_alone(
    portal: Portal, visit: Visit, language: str
) -> None:
    number, words = most_urgent(portal), WORDS[language]
    page = visit("anna@poly", language=language)
    page.goto("/")
    expect(page).to_have_url(f"{portal.url}/desk")
    effort, keys = Effort(page), Keys(page)

    keys.press("j", "a")
    notice = page.locator("p.ds-alert").filter(has_text=words["taken"] % number)
    expect(notice).to_be_focused()
    expect(page.locator("tr.marked")).to_contain_text(number)
    expect(page.locator("tr.marked")).to_contain_text("Anna Agent")
    keys.press("r")
    page.wait_for_url(f"**/desk/service-requests/{number}#reply")
    expect(page.locator("#text")).to_be_focused()
    picking = "Alt+KeyS", "Enter"
    keys.press(picking[0])
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.type("Be om")
    keys.press(picking[1])

    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).not_to_have_value("")
    expect(page.locator("#status option:checked")).to_have_text(words["waits"])
    keys.press("Control+Enter")

    expect(page.get_by_text(words["sent"])).to_be_focused()
    expect(page.locator("#standing")).to_contain_text(words["waits"])
    expect(page.locator(".story")).to_contain_text("Anna")
    # Four keys beside those that pick the answer; no click, no field, one page beside the queue.
    assert [it for it in keys.pressed if it not in picking] == ["j", "a", "r", "Control+Enter"]
    assert (effort.clicks, effort.typed) == (0, 0)
    assert effort.pages - {"/desk"} == {f"/desk/service-requests/{number}"}
    ola = visit("ola@nordlys", language=language)
    ola.goto(f"/service-requests/{number}")
    expect(ola.locator(".standing dl")).to_contain_text(words["yours"])


def test_what_is_written_for_staff_never_stands_in_the_form_for_the_customer(
    portal: Portal, visit: Visit
) -> None:
    number, words = a_request(portal), WORDS["nb"]
    page = visit("anna@poly")
    page.goto(f"/desk/service-requests/{number}")
    expect(page.get_by_text(words["public"])).to_be_visible()
    expect(page.get_by_role("button", name=words["keep"])).to_be_hidden()
    page.get_by_label(words["answer"], exact=True).last.fill("Til kunden")
    page.locator("label[for=to-staff]").click()
    expect(page.get_by_text(words["internal"], exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=words["send"])).to_be_hidden()
    page.locator("#note").fill("Bare for oss")
    expect(page.locator("#note-saved")).to_contain_text(words["draft"])

    page.reload()
    expect(page.locator("#note")).to_have_value("Bare for oss")
    expect(page.locator("#text")).to_have_value("Til kunden")
    page.locator("label[for=to-staff]").click()
    page.get_by_role("button", name=words["keep"]).click()
    expect(page.locator(".story .internal").first).to_contain_text("Bare for oss")
    expect(page.locator("#text")).to_have_value("Til kunden")


def test_without_scripts_a_standard_answer_is_chosen_and_sent_all_the_same(
    portal: Portal, visit: Visit
) -> None:
    number = a_request(portal)
    page = visit("anna@poly", java_script_enabled=False)
    page.goto(f"/desk/service-requests/{number}")
    page.locator("#answer").select_option(label="Be om logg")
    page.locator("#insert").click()
    expect(page.locator("#text")).not_to_have_value("")
    page.get_by_role("button", name=WORDS["nb"]["send"]).click()
    expect(page.get_by_text(WORDS["nb"]["sent"])).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_and_its_forms_are_for_everyone(
    portal: Portal, visit: Visit, scheme: str, width: int
) -> None:
    number = a_request(portal)
    page = visit("erik@poly", width=width, color_scheme=scheme)
    for path in ("", *(f"/{it}" for it in FORMS), "?write=note"):
        page.goto(f"/desk/service-requests/{number}{path}")
        assert violations(page) == []
        assert not is_wide(page)
    for path in ("/desk/standard-answers", "/desk/standard-answers/new"):
        page.goto(path)
        assert violations(page) == []
        assert not is_wide(page)
