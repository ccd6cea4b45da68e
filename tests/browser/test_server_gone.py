"""The portal is killed while somebody writes: they read a sentence, and lose nothing by it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from portal.base import clock
from portal.base.tenancy import Scope
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.opening import open_request
from tests.browser.axe import violations
from tests.browser.watching import WITNESS, has_focus
from tests.lives import WEB, Lives, living
from tests.product_imports.serving import House, house
from tests.product_imports.visiting import Visitor
from tests.service_requests.world import By, said

GONE = "Vi fikk ikke kontakt med tjenesten. Det du har skrevet, står fortsatt i skjemaet."
TEXT = "Loggen viser at den starter på nytt hvert tiende minutt."


@dataclass
class Portal:
    home: House
    lives: Lives
    kari: Visitor

    def request(self) -> str:
        """A request of Kari's; its page."""
        here = Scope(frozenset({self.kari.account_id}), self.kari.account_id)
        with self.home.sessions(scope=here) as session:
            asked = open_request(session, said(), by=By(self.kari.user_id), now=clock.now())
            session.commit()
            return f"/service-requests/{asked.reference}"

    def written(self, text: str) -> int:
        with self.home.session() as session:
            same = select(ServiceRequestMessage.id).where(ServiceRequestMessage.text == text)
            return len(session.scalars(same).all())

    def subjects(self) -> list[str]:
        with self.home.session() as session:
            return list(session.scalars(select(ServiceRequest.subject)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Portal]:
    with (
        house(tmp_path_factory.mktemp("gone"), f"gone_{worker_id}") as home,
        living(home) as lives,
    ):
        lives.start(WEB)
        yield Portal(home, lives, home.visitor())


@pytest.fixture
def page(served: Portal, chromium: Browser) -> Iterator[Page]:
    url, troubles = served.home.settings.portal_url, []
    context: BrowserContext = chromium.new_context(base_url=url, locale="nb-NO")
    context.set_default_timeout(20_000)
    context.add_init_script(WITNESS)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    for name, value in served.kari.cookies.items():
        context.add_cookies([{"name": name, "value": value, "url": url}])
    yield context.new_page()
    context.close()
    assert troubles == []


def test_what_is_typed_stays_and_is_sent_when_the_portal_is_back(
    served: Portal, page: Page
) -> None:
    page.goto(served.request())
    field = page.get_by_label("Svaret ditt")
    field.fill("Loggen")
    expect(page.locator("#draft-kept")).to_contain_text("Utkastet er lagret")

    served.lives.kill(WEB)
    field.fill(TEXT)
    alert = page.get_by_role("alert").filter(has_text=GONE)
    expect(alert).to_be_visible()
    expect(field).to_have_value(TEXT)
    assert violations(page) == []

    served.lives.start(WEB)
    alert.get_by_role("button", name="Prøv igjen").click()
    expect(alert).to_have_count(0)
    expect(page.locator("#draft-kept")).to_contain_text("Utkastet er lagret")
    page.get_by_role("button", name="Send svaret").click()

    expect(page.locator(".story .message").first).to_contain_text(TEXT)
    assert served.written(TEXT) == 1


def test_a_form_that_is_sent_to_nobody_stays_on_the_page(served: Portal, page: Page) -> None:
    asked, text = served.request(), TEXT + " Alltid."
    page.goto(asked)
    field, send = page.get_by_label("Svaret ditt"), page.get_by_role("button", name="Send svaret")
    field.fill(text)
    served.lives.kill(WEB)

    send.click()
    alert = page.locator("#reply form > .failure")
    expect(alert).to_contain_text(GONE)
    expect(page).to_have_url(f"{served.home.settings.portal_url}{asked}")
    expect(field).to_have_value(text)
    assert has_focus(page) == "Prøv igjen"
    assert violations(page) == []

    served.lives.start(WEB)
    page.keyboard.press("Enter")
    expect(page.locator(".story .message").first).to_contain_text(text)
    assert served.written(text) == 1


def test_a_request_that_is_sent_to_nobody_stays_on_the_page_and_its_draft_is_kept(
    served: Portal, page: Page
) -> None:
    page.goto("/service-requests/new")
    page.get_by_role("radio", name="Lav").check()
    page.get_by_label("Emne", exact=True).fill("Ulyd i rom 8")
    field = page.get_by_label("Beskrivelse")
    field.fill(TEXT)
    served.lives.kill(WEB)

    page.get_by_role("button", name="Send inn saken").click()
    expect(page.locator("#opening > .failure")).to_contain_text(GONE)
    expect(field).to_have_value(TEXT)

    served.lives.start(WEB)
    expect(page.locator("#draft-said")).to_contain_text("Utkastet er lagret", timeout=20_000)
    page.get_by_role("button", name="Send inn saken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saken er sendt inn")
    assert served.subjects().count("Ulyd i rom 8") == 1


def unanswered(page: Page, path: str) -> Callable[[], int]:
    """The next form that is sent there arrives, and its answer does not. How many arrived."""
    arrived: list[int] = []

    def pull(route: Route) -> None:
        arrived.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    page.route(f"**{path}", pull, times=1)
    return lambda: len(arrived)


def test_an_answer_that_was_taken_just_before_is_not_written_twice(
    served: Portal, page: Page
) -> None:
    asked, text = served.request(), TEXT + " Nå også i natt."
    page.goto(asked)
    page.get_by_label("Svaret ditt").fill(text)
    arrived = unanswered(page, f"{asked}/replies")
    page.get_by_role("button", name="Send svaret").click()
    expect(page).to_have_url(re.compile("^chrome-error:"))  # too late for a sentence of ours
    served.lives.kill(WEB)
    assert (arrived(), served.written(text)) == (1, 1)

    served.lives.start(WEB)
    page.reload()  # sends the same form

    expect(page.locator(".story .message").first).to_contain_text(text)
    assert served.written(text) == 1


def test_a_request_that_was_taken_just_before_is_not_opened_twice(
    served: Portal, page: Page
) -> None:
    page.goto("/service-requests/new")
    page.get_by_role("radio", name="Lav").check()
    page.get_by_label("Emne", exact=True).fill("Ulyd i rom 7")
    page.get_by_label("Beskrivelse").fill(TEXT)
    arrived = unanswered(page, "/service-requests/new")
    page.get_by_role("button", name="Send inn saken").click()
    expect(page).to_have_url(re.compile("^chrome-error:"))  # too late for a sentence of ours
    served.lives.kill(WEB)
    assert (arrived(), served.subjects().count("Ulyd i rom 7")) == (1, 1)

    served.lives.start(WEB)
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("Saken er sendt inn")
    assert served.subjects().count("Ulyd i rom 7") == 1
