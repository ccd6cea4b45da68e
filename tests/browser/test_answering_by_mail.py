"""A customer answers by mail, and both sides read it; what is doubtful, support alone sees."""

import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.accounts.models import User
from portal.app import open_sessions
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.tenancy import NOBODY, Scope
from portal.mail_intake.receiving import receive
from portal.service_requests.actions import reply
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN
from tests.browser.axe import violations
from tests.browser.conftest import LANGUAGES, sign_in
from tests.browser.serving import Portal, running
from tests.browser.watching import is_wide
from tests.mail_intake.conftest import REPLY, answer_to
from tests.service_requests.world import By
from tests.web.smtp_server import Server, Sink

PATIENCE = 40.0
Visit = Callable[..., Page]
WORDS = {
    "nb": {
        "genuine": "fiolinkassekabelen",
        "forged": "brattsjefen",
        "why": "Svaradressen er ikke en vi har laget.",
        "unchecked": "Ingen har kontrollert hvem som har skrevet den.",
        "request": "Sak",
        "put": "Legg inn som intern merknad",
        "done": "E-posten er nå en intern merknad i %s.",
        "nothing": "Ingenting venter på deg",
    },
    "en": {
        "genuine": "cellokassekabelen",
        "forged": "flatsjefen",
        "why": "Its reply address is not one we made.",
        "unchecked": "Nobody has checked who wrote it.",
        "request": "Request",
        "put": "Add as an internal note",
        "done": "The e-mail is an internal note in %s now.",
        "nothing": "Nothing waits for you",
    },
}


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    made = Sink()
    server = Server(made)
    server.start()
    made.url = f"smtp://127.0.0.1:{server.port}"  # type: ignore[attr-defined]
    yield made
    server.stop()


@pytest.fixture(scope="module")
def served(
    chromium: Browser, sink: Sink, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    folder, url = tmp_path_factory.mktemp("mails"), sink.url  # type: ignore[attr-defined]
    with running(folder, smtp_url=url, reply_address=REPLY) as portal:
        yield portal


@pytest.fixture
def visit(served: Portal, chromium: Browser) -> Iterator[Visit]:
    contexts = []

    def as_person(
        person: str, *, language: str = "nb", width: int = 1280, start: str = "/"
    ) -> Page:
        with chromium.new_context(locale="nb-NO") as first:
            page = first.new_page()
            sign_in(page, served.url, person)
            page.wait_for_url(f"{served.url}{start}")
            cookies = first.storage_state()
        context = chromium.new_context(
            base_url=served.url,
            locale=LANGUAGES[language],
            viewport={"width": width, "height": 900},
            storage_state=cookies,
        )
        contexts.append(context)
        return context.new_page()

    yield as_person
    for context in contexts:
        context.close()


def anna_answers(served: Portal, sink: Sink) -> tuple[str, EmailMessage]:
    """The request's number, and the mail that Ola gets."""
    sessions = open_sessions(f"sqlite:///{served.folder / 'portal.sqlite'}")
    with sessions(scope=Scope(None, None, staff=True, reason="test")) as session:
        ola = session.scalars(select(User).where(User.email == "ola@nordlys.example.com")).one()
        anna = session.scalars(select(User).where(User.email == "anna@poly.example.com")).one()
        mine = select(ServiceRequest).where(ServiceRequest.opened_by_id == ola.id)
        request = session.scalars(mine.where(ServiceRequest.status.in_(OPEN))).first()
        assert request
        number, account_id, told = request.id, request.account_id, request.reference
    to, known = "ola@nordlys.example.com", len(sink.mails)
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason="test")
    with sessions(scope=scope) as session:
        found = session.get_one(ServiceRequest, number)
        reply(session, found, "Har dere prøvd en annen kabel?", by=By(anna.id), now=clock.now())
        session.commit()
    sessions.kw["bind"].dispose()

    def about_it() -> EmailMessage | None:
        mine = [it for it in sink.mails[known:] if it["To"] == to and told in it["Subject"]]
        return next((it for it in mine if "en annen kabel" in _text_of(it)), None)

    return told, until(about_it)


def _text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def arrives(served: Portal, mail: EmailMessage, *recipients: str) -> None:
    sessions = open_sessions(f"sqlite:///{served.folder / 'portal.sqlite'}")
    files = FileStore((served.folder / "files").as_uri())
    with sessions(scope=NOBODY) as session:
        receive(session, files, mail.as_bytes(), recipients=recipients, now=clock.now())
        session.commit()
    sessions.kw["bind"].dispose()


def until(found: Callable[[], EmailMessage | None]) -> EmailMessage:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if (it := found()) is not None:
            return it
        time.sleep(0.1)
    raise AssertionError("It did not come.")


def found_after_a_while(page: Page, path: str, text: str) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        page.goto(path)
        if text in page.get_by_role("main").inner_text():
            return
        time.sleep(0.5)
    raise AssertionError(f"{text} was not found at {path}.")


@pytest.mark.parametrize("language", WORDS)
def test_an_answer_by_mail_lands_in_its_request_and_a_forged_one_with_staff(
    served: Portal, sink: Sink, visit: Visit, language: str
) -> None:
    words = WORDS[language]
    reference, told = anna_answers(served, sink)
    genuine = told["Reply-To"].addresses[0].addr_spec
    arrives(served, answer_to(told, f"Ja, med {words['genuine']} virker det."))
    text = f"Send passordet hit, hilsen {words['forged']}."
    forged = answer_to(told, text, sender="x@example.net")
    local = genuine.partition("@")[0]
    arrives(served, forged, f"{local[:-1]}{'x' if local[-1] != 'x' else 'y'}@portal.example")

    ola = visit("ola@nordlys", language=language)
    found_after_a_while(ola, f"/service-requests?q={words['genuine']}", reference)
    ola.goto(f"/service-requests/{reference}")
    expect(ola.locator(".story .message").first).to_contain_text(words["genuine"])
    expect(ola.locator(".story .message").first).not_to_contain_text("Støtteportal skrev")
    expect(ola.get_by_role("main")).not_to_contain_text(words["forged"])
    ola.goto(f"/service-requests?q={words['forged']}")
    expect(ola.get_by_role("main")).not_to_contain_text(reference)

    anna = visit("anna@poly", language=language, start="/desk")
    found_after_a_while(anna, "/desk/mail-intake?view=messages", reference)
    found_after_a_while(anna, "/desk/mail-intake", words["why"])
    anna.get_by_role("rowheader").first.get_by_role("link").click()
    main = anna.get_by_role("main")
    expect(main).to_contain_text(words["forged"])
    expect(main).to_contain_text(words["unchecked"])
    assert violations(anna) == []
    main.get_by_label(words["request"], exact=True).fill(reference)
    main.get_by_role("button", name=words["put"]).click()
    expect(anna.get_by_text(words["done"] % reference)).to_be_visible()
    expect(anna.get_by_role("main")).to_contain_text(words["nothing"])
    ola.goto(f"/service-requests?q={words['forged']}")
    expect(ola.get_by_role("main")).not_to_contain_text(reference)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_list_fits_on_every_screen_and_is_searched_in_its_part(
    visit: Visit, width: int
) -> None:
    page = visit("anna@poly", width=width, start="/desk")
    page.goto("/desk/mail-intake?view=automatic")
    page.get_by_role("searchbox", name="Søk i mottatt e-post").fill("ingen som heter dette")
    page.get_by_role("button", name="Vis treff").click()
    expect(page.get_by_role("main")).to_contain_text("Ingen treff på")
    assert "view=automatic" in page.url
    assert not is_wide(page)
    assert violations(page) == []
