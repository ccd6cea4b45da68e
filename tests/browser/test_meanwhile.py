"""What is typed in an answer is kept, news of others leave it alone, and the page fits a phone."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.test_answering import WAITING
from tests.browser.watching import has_focus, is_wide


def test_what_is_typed_is_kept_and_news_leave_it_and_the_focus_alone(
    portal: Portal, visit: Visit
) -> None:
    page, ola = visit("kari@nordlys"), visit("ola@nordlys")
    page.clock.install()
    page.goto(WAITING)
    field = page.get_by_label("Svaret ditt")
    field.click()
    page.keyboard.type("Jeg holder på å")
    page.clock.fast_forward(3_000)
    expect(page.locator("#draft-kept")).to_contain_text("Utkastet er lagret", timeout=15_000)
    assert has_focus(page) == "Svaret ditt"

    ola.goto(WAITING)
    ola.get_by_label("Svaret ditt").fill("Fra Ola.")
    ola.get_by_role("button", name="Send svaret").click()
    expect(ola.locator(".story .message").first).to_contain_text("Fra Ola.")
    page.clock.fast_forward(21_000)
    link = page.get_by_role("link", name="1 nytt svar. Vis")
    expect(link).to_be_visible()
    assert (
        page.evaluate(
            "() => document.querySelector('#story-part').getBoundingClientRect().top"
            " - document.querySelector('.fresh').getBoundingClientRect().bottom"
        )
        >= 8
    )  # it does not touch what was said
    assert has_focus(page) == "Svaret ditt"
    expect(page.locator(".story")).not_to_contain_text("Fra Ola.")

    link.click()
    expect(page.locator(".story .message").first).to_contain_text("Fra Ola.")
    expect(field).to_have_value("Jeg holder på å")
    assert has_focus(page).startswith("Ola Hansen")
    assert page.reload()
    expect(page.get_by_label("Svaret ditt")).to_have_value("Jeg holder på å")


def test_an_earlier_draft_that_is_late_takes_not_the_place_of_a_later_one(
    portal: Portal, visit: Visit
) -> None:
    page = visit("kari@nordlys")
    page.goto(WAITING)
    late: list[Route] = []
    page.route("**/draft", lambda it: it.continue_() if late else late.append(it))
    page.get_by_label("Svaret ditt").press_sequentially("Jeg holder på å", delay=20)
    page.wait_for_timeout(4_000)  # by then the later one was sent, if it waits for nothing
    with page.expect_response(lambda it: "holder" in (it.request.post_data or "")):
        late[0].continue_()

    page.reload()
    expect(page.get_by_label("Svaret ditt")).to_have_value("Jeg holder på å")


@pytest.mark.parametrize("width", [360, 320])
def test_the_page_fits_a_phone(portal: Portal, visit: Visit, width: int) -> None:
    page = visit("kari@nordlys", width=width)
    page.goto(WAITING)

    assert not is_wide(page)
    assert violations(page) == []
    page.get_by_role("link", name="Lukk, eskaler og mer du kan gjøre").click()
    expect(page.get_by_role("link", name="Eskaler saken")).to_be_in_viewport()


def test_each_target_stands_right_below_the_other(portal: Portal, visit: Visit) -> None:
    page = visit("kari@nordlys")
    page.goto("/service-requests/SR-1000044")

    expect(page.locator(".promises > .running")).to_have_css("margin-top", "0px")
    expect(page.get_by_role("link", name="Hva du kan gjøre")).to_be_hidden()
