"""The newest firmware for a model with its checksum; a fleet that is behind; what is withdrawn; a
download that is cut off ten times."""

import re
import secrets
import socket
import time
from contextlib import ExitStack
from hashlib import sha256
from random import Random
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.app import open_sessions
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.tenancy import NOBODY, Scope
from portal.catalogue.catalogue import catalogue_of
from portal.demo import NORDLYS
from portal.demo_papers import INSTALLED
from portal.downloads.models import PublishedDocument
from portal.downloads.rules import Audience
from portal.products.actions import Place, register_product
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.effort import Effort
from tests.browser.serving import Portal
from tests.browser.watching import is_wide

KARI = "kari@nordlys"
WORDS = {
    "nb": {
        "downloads": "Nedlastinger",
        "copy": "Kopier sjekksummen til 7.2.1.1707",
        "copied": "Kopiert",
        "get": "Last ned 7.2.1.1707",
        "accept": "Godta og last ned 7.2.1.1707",
        "behind": "6 enheter henger etter",
        "order": "Installer i denne rekkefølgen",
        "withdrawn": "Versjon 7.1.3.0991 er trukket tilbake",
    },
    "en": {
        "downloads": "Downloads",
        "copy": "Copy the checksum of 7.2.1.1707",
        "copied": "Copied",
        "get": "Download 7.2.1.1707",
        "accept": "Accept and download 7.2.1.1707",
        "behind": "6 devices behind",
        "order": "Install in this order",
        "withdrawn": "Version 7.1.3.0991 is withdrawn",
    },
}


def give_phones(portal: Portal) -> None:
    """Nordlys has phones of three versions, and some that nobody knows the version of."""
    sessions = open_sessions(f"sqlite:///{portal.folder / 'portal.sqlite'}")
    with sessions(scope=NOBODY) as session:
        account = session.scalars(select(Account.id).where(Account.name == NORDLYS)).one()
        kari = Person(session.scalars(select(User.id).order_by(User.id).limit(1)).one())
        model = catalogue_of(session).named("CCX 500")
    assert model
    with sessions(scope=Scope(frozenset({account}), account)) as session, session.begin():
        for number in range(18):
            it = register_product(
                session,
                model_id=model.id,
                serial_number=f"64167FNK{number:04}",
                mac="",
                place=Place(),
                by=kari,
                now=clock.now(),
            )
            it.installed_version = (*INSTALLED["CCX 500"], "")[number % 4 if number < 12 else 3]
    sessions.kw["bind"].dispose()


def open_downloads(page: Page, effort: Effort, says: dict[str, str]) -> None:
    """By the menu; on a phone it is folded, which is no choice of anything."""
    if not page.locator("header .rail > .menu").is_visible():
        page.locator("header .burger > summary").click()
    link = page.get_by_role("banner").get_by_role("link", name=says["downloads"])
    effort.click(link.last)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_newest_firmware_is_found_with_its_checksum(
    portal: Portal, visit: Visit, language: str, width: int
) -> None:
    page, says = visit(KARI, language=language, width=width), WORDS[language]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    effort = Effort(page)

    open_downloads(page, effort, says)
    effort.type(page.get_by_role("main").get_by_role("searchbox"), "ccx 500")
    model = page.locator(".hits").get_by_role("link", name="CCX 500", exact=True)
    expect(model).to_be_visible()
    assert violations(page) == []
    effort.click(model)
    expect(page.locator("#firmware")).to_be_visible()
    assert violations(page) == []
    effort.click(page.get_by_role("button", name=says["copy"]))

    expect(page.locator("#firmware .copy.done")).to_contain_text(says["copied"])
    checksum = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch("[0-9a-f]{64}", checksum)
    expect(page.locator("#firmware")).to_contain_text(checksum)
    assert not is_wide(page)
    clicks, typed, pages = effort.spent
    assert (clicks, typed) == (3, 1)
    assert pages <= 2


@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_fleet_that_is_behind_is_told_the_steps(
    portal: Portal, visit: Visit, language: str
) -> None:
    give_phones(portal)
    page, says = visit(KARI, language=language, width=360), WORDS[language]
    page.goto("/downloads")
    row = page.get_by_role("row").filter(has_text="CCX 500")

    expect(row).to_contain_text(says["behind"])
    steps = row.locator(".path > li")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("6.2.23.0202")
    expect(steps.nth(1)).to_contain_text("7.0.3.0515")
    expect(steps.nth(2)).to_contain_text("7.2.1.1707")
    assert not is_wide(page)
    page.get_by_role("rowheader").get_by_role("link", name="CCX 500").click()
    expect(page.get_by_role("heading", name=says["order"])).to_be_visible()


@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_withdrawn_release_says_so_and_why(portal: Portal, visit: Visit, language: str) -> None:
    page, says = visit(KARI, language=language), WORDS[language]
    page.goto("/downloads?q=7.1.3.0991")
    page.locator(".hits").get_by_role("link", name=re.compile("7.1.3.0991")).click()

    expect(page.get_by_role("heading", name=says["withdrawn"])).to_be_visible()
    expect(page.get_by_role("link", name="7.1.3.0991")).to_have_count(0)
    assert violations(page) == []
    answer = page.request.get(f"{page.url}/file")
    assert answer.status == 410


def test_without_scripts_the_file_is_had_with_the_terms_accepted(
    portal: Portal, visit: Visit
) -> None:
    page, says = visit(KARI, java_script_enabled=False), WORDS["nb"]
    page.goto("/downloads")
    page.get_by_role("main").get_by_role("searchbox").fill("ccx 500")
    page.get_by_role("button", name="Vis treff").click()
    page.locator(".hits").get_by_role("link", name="CCX 500", exact=True).click()
    checksum = page.locator("#firmware .hash .mono").inner_text()

    if page.request.get(_file(page, says)).headers["content-type"].startswith("text/html"):
        page.get_by_role("link", name=says["get"]).click()
        with page.expect_download() as begun:
            page.get_by_role("button", name=says["accept"]).click()
    else:
        with page.expect_download() as begun:
            page.get_by_role("link", name=says["get"]).click()

    assert begun.value.suggested_filename == "ccx-7.2.1.1707.sip.ld"
    assert sha256(begun.value.path().read_bytes()).hexdigest() == checksum


def test_a_download_that_is_cut_ten_times_is_whole(portal: Portal, visit: Visit) -> None:
    """By the wire itself: what is read of an answer ends somewhere, and the next goes on there."""
    page, says, chance = visit(KARI), WORDS["nb"], Random(6)
    page.goto("/downloads?q=ccx+500")
    page.locator(".hits").get_by_role("link", name="CCX 500", exact=True).click()
    checksum = page.locator("#firmware .hash .mono").inner_text()
    path = _file(page, says)
    first = page.request.get(path)
    if first.headers["content-type"].startswith("text/html"):
        page.goto(path)
        with page.expect_download():
            page.get_by_role("button", name=says["accept"]).click()
    cookies = "; ".join(f"{it['name']}={it['value']}" for it in page.context.cookies())

    got, etag, cuts = b"", "", 0
    while True:
        headers = {"Cookie": cookies, "User-Agent": page.evaluate("navigator.userAgent")}
        if got:
            headers |= {"Range": f"bytes={len(got)}-", "If-Range": etag}
        with urlopen(Request(path, headers=headers)) as answer:
            assert answer.status == (206 if got else 200)
            etag, left = answer.headers["ETag"], int(answer.headers["Content-Length"])
            most = left if cuts == 10 else max(1, min(left - 1, chance.randrange(1, left // 4)))
            got += answer.read(most)
        if cuts == 10:
            break
        cuts += 1

    assert sha256(got).hexdigest() == checksum == etag.strip('"')


def _file(page: Page, says: dict[str, str]) -> str:
    found = page.get_by_role("link", name=says["get"]).get_attribute("href")
    return f"{page.url.split('/downloads')[0]}{found}"


def test_slow_readers_keep_no_page_from_others(portal: Portal, visit: Visit) -> None:
    """More of them than the embedded server has threads, none of whom reads on."""
    path, size = _public_document_of(portal, 40_000_000)
    until = time.monotonic() + 60
    while _length(f"{portal.url}{path}") != size:  # each process asks now and then what is new
        assert time.monotonic() < until
        time.sleep(0.5)
    where = urlsplit(portal.url)
    asked = f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n\r\n"

    with ExitStack() as lines:
        readers = []
        for _ in range(20):
            line = socket.create_connection((where.hostname, where.port), timeout=30)
            readers.append(lines.enter_context(line))
            line.sendall(asked.encode())
        for line in readers:
            assert line.recv(15) == b"HTTP/1.1 200 OK"
        page = visit(KARI)
        page.goto("/downloads")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        rest = b"".join(iter(lambda: readers[0].recv(1 << 20), b""))

    assert rest.partition(b"\r\n\r\n")[2] == bytes(size)


def _length(url: str) -> int:
    with urlopen(Request(url, method="HEAD")) as answer:
        return int(answer.headers["Content-Length"])


def _public_document_of(portal: Portal, size: int) -> tuple[str, int]:
    """A document that is open to everyone, with so many bytes from now on."""
    sessions = open_sessions(f"sqlite:///{portal.folder / 'portal.sqlite'}")
    with sessions(scope=Scope(frozenset(), None, staff=True)) as session, session.begin():
        own = session.scalars(
            select(PublishedDocument).where(
                PublishedDocument.audience == Audience.PUBLIC,
                PublishedDocument.published_at.is_not(None),
            )
        ).first()
        assert own
        assert own.file
        store = FileStore((portal.folder / "files").as_uri())
        own.file.key = secrets.token_urlsafe(24)
        own.file.size, own.file.sha256 = store.put(own.file.key, [bytes(size)])
        path = f"/downloads/documents/{own.reference}/file"
    sessions.kw["bind"].dispose()
    return path, size
