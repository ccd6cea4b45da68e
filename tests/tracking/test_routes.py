from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.carriers.models import CarrierEvent, Parcel
from portal.carriers.rules import Direction, Status
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.replacements.tracking_links import tracking_path
from tests.conftest import SETTINGS, SignInAs
from tests.factories import account_of, make_account, make_replacement, make_site, make_user

GONE = "This link is no longer good"
SECRETS = ("Hemmelig Kraft AS", "Siv Dahl", "Storgata 45", "8G22410000OLD", "8G22410000NEW")


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, account=make_account(session, SECRETS[0]), name="Ola Navnløs")


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return made


@pytest.fixture
def sent(session: Session, account: Account, ola: User) -> Replacement:
    site = make_site(session, account, "Hemmelig sted")
    return make_replacement(
        session,
        account,
        by=ola,
        site=site,
        stage=Stage.SHIPPED,
        returned=ReturnStage.LABEL_READY,
        liability=Liability.AT_RISK,
        at_risk=4321,
        currency="NOK",
        promised_on=clock.today() + timedelta(days=1),
        return_due_on=clock.today() + timedelta(days=15),
        new_serial_number=SECRETS[4],
        carrier="Posten",
        tracking_number="370722150000001",
        recipient="Siv Dahl",
        street="Storgata 45",
        description="Hemmelig beskrivelse",
    )


def path_of(it: Replacement) -> str:
    return tracking_path(SETTINGS.secret_key, it)


def test_it_says_where_the_parcel_is_and_nothing_of_whose_it_is(
    browser: FlaskClient, sent: Replacement
) -> None:
    answer = browser.get(path_of(sent))
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2]
    assert main.index("Arrives ") < main.index("track-replacement")
    for shown in ("370722150000001", "Posten", sent.model.name, sent.reference, "track-return"):
        assert shown in main
    assert "<svg" in main  # the code to hand the faulty one in with
    serial = sent.product.serial_number if sent.product else ""
    hidden = (*SECRETS, serial, "Ola Navnløs", "Hemmelig", "4,321", "4321", "8G", "track-liability")
    assert [each for each in hidden if each and each in answer.text] == []


def test_nobody_keeps_it_or_is_told_of_it(browser: FlaskClient, sent: Replacement) -> None:
    answer = browser.get(path_of(sent))
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_it_ends_thirty_days_after_all_is_done(
    browser: FlaskClient,
    session: Session,
    sent: Replacement,
    travel: Callable[[timedelta], None],
) -> None:
    travel(timedelta())  # the clock stands still
    sent.closed_at = clock.now()
    session.commit()
    travel(timedelta(days=30) - timedelta(seconds=1))
    assert browser.get(path_of(sent)).status_code == 200
    travel(timedelta(seconds=1))
    late = browser.get(path_of(sent))
    assert (late.status_code, GONE in late.text) == (410, True)
    assert late.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("change", ["", "x", "cut", "other key", "other id", "employee"])
def test_no_other_address_leads_anywhere(
    browser: FlaskClient, sent: Replacement, change: str
) -> None:
    path: dict[str, Any] = {
        "": "/track/forbi",
        "x": f"{path_of(sent)}x",
        "cut": path_of(sent)[:-1],
        "other key": tracking_path("another key of somebody", sent),
        "other id": "/track/WzEsMl0." + path_of(sent).rpartition(".")[2],
        "employee": path_of(sent).replace("/track/", "/r/"),
    }
    assert browser.get(path[change]).status_code == 410


def test_what_is_gone_is_told_as_what_never_was(
    browser: FlaskClient, session: Session, sent: Replacement
) -> None:
    path = path_of(sent)
    session.delete(sent)
    session.commit()
    assert GONE in browser.get(path).text


def test_its_own_page_hands_the_link_out(
    session: Session, sign_in: SignInAs, ola: User, sent: Replacement
) -> None:
    page = sign_in(ola).get(f"/replacements/{sent.reference}").text
    assert f"http://localhost{path_of(sent)}" in page


def test_it_asks_few_questions(
    browser: FlaskClient, sent: Replacement, statements: list[str]
) -> None:
    path = path_of(sent)
    browser.get(path)
    statements.clear()
    browser.get(path)
    assert len([each for each in statements if each.startswith("SELECT")]) <= 5


def test_it_tells_what_the_carrier_told_but_not_in_its_words(
    browser: FlaskClient, session: Session, sent: Replacement
) -> None:
    known: dict[str, Any] = {"replacement_id": sent.id, "account_id": sent.account_id}
    known |= {"direction": Direction.OUT}
    seen = {"status": Status.IN_TRANSIT, "at": clock.now(), "code": "IN_TRANSIT"}
    session.add(Parcel(carrier="Posten", number="370722150000001", since=clock.now(), **known))
    session.flush()
    text = "Levert til Siv Dahl"
    session.add(CarrierEvent(key="one", place="OSLO", text=text, **seen, **known))
    session.commit()
    shown = browser.get(path_of(sent)).text
    assert "Carrier events" in shown
    assert "OSLO" in shown
    assert "Siv Dahl" not in shown


def test_only_the_link_that_was_given_out_leads_there(
    browser: FlaskClient, sent: Replacement
) -> None:
    path = tracking_path(SETTINGS.secret_key, sent)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [path[:-1] + each for each in letters if each != path[-1]]
    assert browser.get(path).status_code == 200
    assert {browser.get(it).status_code for it in (*others, f"{path}=", f"{path}==")} == {410}
