"""How the help was is told by one click in the mail; and by a button where there is no script."""

import re
import time
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.models import User
from portal.app import open_sessions
from portal.base import clock
from portal.base.tenancy import Scope
from portal.service_requests.actions import close_request
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.serving import Portal
from tests.browser.watching import is_wide
from tests.service_requests.world import By

PATIENCE = 40.0
WORDS = {
    "nb": {
        "thanks": "Takk for tilbakemeldingen.",
        "satisfied": "Fornøyd",
        "neither": "Verken fornøyd eller misfornøyd",
        "answer": "Svaret ditt: %s",
        "comment": "Hva var bra, eller kunne vært bedre?",
        "send": "Send",
        "send_it": "Send: %s",
        "told": "Det er allerede svart: %s",
    },
    "en": {
        "thanks": "Thank you for telling us.",
        "satisfied": "Satisfied",
        "neither": "Neither satisfied nor dissatisfied",
        "answer": "Your answer: %s",
        "comment": "What was good, or could be better?",
        "send": "Send",
        "send_it": "Send: %s",
        "told": "It is told already: %s",
    },
}


def link_of_a_closing(portal: Portal) -> str:
    """Where the mail leads to that tells Nordlys that Anna has closed a request."""
    sessions = open_sessions(f"sqlite:///{portal.folder / 'portal.sqlite'}")
    everything = Scope(None, None, staff=True, reason="test")
    with sessions(scope=everything) as session:
        anna = session.scalars(select(User).where(User.email == "anna@poly.example.com")).one()
        ola = session.scalars(select(User).where(User.email == "ola@nordlys.example.com")).one()
        mine = select(ServiceRequest.id, ServiceRequest.account_id).where(
            ServiceRequest.opened_by_id == ola.id, ServiceRequest.status.in_(OPEN)
        )
        number, account_id = session.execute(mine.limit(1)).one()
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason="test")
    with sessions(scope=scope) as session:
        found = session.get_one(ServiceRequest, number)
        close_request(session, found, solved=True, by=By(anna.id), now=clock.now())
        session.commit()
    sessions.kw["bind"].dispose()
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with closing(portal.connect()) as database:
            asked = "SELECT text FROM mail WHERE address = ? AND text LIKE '%/ratings/%'"
            row = database.execute(asked, ("ola@nordlys.example.com",)).fetchone()
        if row:
            return str(re.findall(r"(/ratings/\S+)\?score=", row[0])[0])
        time.sleep(0.2)
    raise AssertionError("No mail came.")


def scores(portal: Portal) -> list[tuple[int, str]]:
    with closing(portal.connect()) as database:
        return database.execute("SELECT score, comment FROM satisfaction").fetchall()


def deeds(portal: Portal) -> int:
    with closing(portal.connect()) as database:
        asked = "SELECT count(*) FROM event WHERE what = 'rated'"
        return int(database.execute(asked).fetchone()[0])


@pytest.mark.parametrize(("language", "width"), [("nb", 1280), ("en", 360)])
def test_one_click_tells_it_and_it_can_be_said_otherwise(
    portal: Portal, visit: Visit, language: str, width: int
) -> None:
    words, link = WORDS[language], link_of_a_closing(portal)
    page: Page = visit(language=language, width=width)
    page.goto("/help")
    page.goto(f"{link}?score=4")
    expect(page.get_by_role("heading", name=words["thanks"])).to_be_visible()
    expect(page.get_by_text(words["answer"] % words["satisfied"])).to_be_visible()
    assert scores(portal) == [(4, "")]
    assert violations(page) == []
    assert not is_wide(page)

    page.get_by_label(words["neither"]).check()
    page.get_by_label(words["comment"]).fill("Det tok litt tid.")
    page.get_by_role("button", name=words["send"], exact=True).click()
    expect(page.get_by_text(words["answer"] % words["neither"])).to_be_visible()
    assert scores(portal) == [(3, "Det tok litt tid.")]

    for _ in range(3):  # back over what was sent: nothing is sent again
        page.go_back()
        page.wait_for_load_state()
    page.goto(f"{link}?score=5")  # by another link of the mail, a button is to be pressed
    expect(page.get_by_text(words["told"] % words["neither"])).to_be_visible()
    page.wait_for_timeout(500)
    assert scores(portal) == [(3, "Det tok litt tid.")]
    assert deeds(portal) == 2


def test_without_script_it_is_sent_by_the_button(portal: Portal, visit: Visit) -> None:
    words, link = WORDS["nb"], link_of_a_closing(portal)
    page: Page = visit(java_script_enabled=False)
    page.goto(f"{link}?score=4")
    assert scores(portal) == []
    page.get_by_role("button", name=words["send_it"] % words["satisfied"]).click()
    expect(page.get_by_role("heading", name=words["thanks"])).to_be_visible()
    assert scores(portal) == [(4, "")]
