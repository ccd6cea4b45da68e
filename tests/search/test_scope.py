"""What is not theirs to see nobody comes upon, however it is spelled, nor learns that it exists."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import GRANTABLE, Permission, Role, Visibility
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import ProductModel
from tests.conftest import SignInAs
from tests.factories import make_grant, make_partner, make_site, make_user
from tests.search.things import Things, make_things

TYPING = {"HX-Request": "true", "HX-Target": "finder-list"}


def answers(browser: FlaskClient, text: str, start: str = "/search") -> list[str]:
    """Everything that is answered to a text, without the text."""
    asked = [
        browser.get(start, query_string={"q": text}),
        browser.get(start, query_string={"q": text, "all": "1"}),
        browser.get(start, query_string={"q": text}, headers=TYPING),
    ]
    assert {it.status_code for it in asked} <= {200, 303}
    return [it.location or re.sub(re.escape(text), "", it.text, flags=re.I) for it in asked]


def hidden(things: Things) -> list[str]:
    numbers = [path.rpartition("/")[2] for path in things.paths.values()]
    return [*numbers, things.device.serial_number or "", things.key, things.site.name]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OBSERVER])
def test_another_accounts_things_are_not_found_by_any_spelling(
    ours: Things, theirs: Things, session: Session, sign_in: SignInAs, role: Role
) -> None:
    browser = sign_in(make_user(session, account=ours.account, role=role))
    for text in theirs.spellings():
        for answer in answers(browser, text):
            assert not [it for it in hidden(theirs) if it in answer], text
        if not text.isdigit():  # those may be a number of ours as well
            assert browser.get("/search", query_string={"q": text}).status_code == 200


def test_a_number_that_another_has_is_answered_like_one_that_nobody_has(
    ours: Things, theirs: Things, session: Session, sign_in: SignInAs
) -> None:
    browser = sign_in(make_user(session, account=ours.account))
    known = theirs.paths["request"].rpartition("/")[2]
    pages = []
    for number in (known, reference("SR", 8_000_000)):
        page = browser.get("/search", query_string={"q": number})
        assert page.status_code == 200
        text = re.sub(r"csrf_token[^>]*>", "", page.text.replace(number, "…"))
        pages.append(re.sub(r'data-seconds[^ >]*="[0-9]*"', "", text))
    assert pages[0] == pages[1]


def test_whoever_sees_chosen_sites_finds_what_is_there_alone(
    ours: Things, session: ScopedSession, sign_in: SignInAs, model: ProductModel
) -> None:
    there = make_things(
        session, ours.account, model, "Numbat", serial="8G2298D8E7FXX5", key="QW3E-RT4Y-UI5O-PA6S"
    )
    near = sign_in(make_user(session, account=ours.account, sites=[ours.site]))
    for text in there.spellings():
        for answer in answers(near, text):
            assert not [it for it in hidden(there) if it in answer], text
    for kind, path in ours.paths.items():
        led = near.get("/search", query_string={"q": path.rpartition("/")[2]})
        assert led.location == path, kind


def test_whoever_sees_their_own_finds_what_they_take_part_in(
    ours: Things, session: ScopedSession, sign_in: SignInAs, model: ProductModel
) -> None:
    nils = make_user(session, account=ours.account, sees=Visibility.OWN)
    mine = make_things(
        session,
        ours.account,
        model,
        "Numbat",
        serial="8G2298D8E7FXX5",
        key="QW3E-RT4Y-UI5O-PA6S",
        by=nils,
    )
    browser = sign_in(nils)
    for kind in ("request", "replacement"):
        number = ours.paths[kind].rpartition("/")[2]
        for text in (number, number[-7:], "kvokka", ours.device.serial_number or ""):
            assert not [it for it in answers(browser, text) if number in it], text
    asked = mine.paths["request"]
    assert browser.get("/search", query_string={"q": asked.rpartition("/")[2]}).location == asked
    assert asked in browser.get("/search?q=numbat").text


def test_a_partner_finds_its_customers_things_and_no_others(
    ours: Things, theirs: Things, session: Session, sign_in: SignInAs
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, ours.account)
    browser = sign_in(make_user(session, role=Role.PARTNER, partner=partner))

    for kind, path in ours.paths.items():
        led = browser.get("/partner/search", query_string={"q": path.rpartition("/")[2]})
        assert led.location == f"/partner/customer?back={path}", kind
    tail = ours.key[-4:]
    assert any(ours.license.name in it for it in answers(browser, tail, "/partner/search"))
    for text in theirs.spellings():
        for answer in answers(browser, text, "/partner/search"):
            assert not [it for it in hidden(theirs) if it in answer], text
    for text in (theirs.account.master_account_id, theirs.account.digits, "fjordhelse", "hf"):
        for answer in answers(browser, text, "/partner/search"):
            assert "Fjordhelse" not in answer
            assert not answer.startswith("/"), text
    assert "Nordlys Kraft AS" in browser.get("/partner/search?q=kraft").text
    number = ours.account.master_account_id
    led = browser.get("/partner/search", query_string={"q": number})
    assert led.location == f"/partner?q={number}"


def test_a_partner_of_several_customers_finds_of_each_what_that_one_granted(
    ours: Things, theirs: Things, session: Session, sign_in: SignInAs
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, ours.account)
    make_grant(session, partner, theirs.account, permissions=GRANTABLE - {Permission.LICENSES_VIEW})
    browser = sign_in(make_user(session, role=Role.PARTNER, partner=partner))
    number = theirs.paths["license"].rpartition("/")[2]
    for text in (number, theirs.key, theirs.key[-4:], "lisens", "vombat"):
        for answer in answers(browser, text, "/partner/search"):
            assert number not in answer
    assert ours.paths["license"] in browser.get("/partner/search?q=lisens").text
    assert theirs.paths["device"] in browser.get("/partner/search?q=vombat").text


def test_a_partner_that_was_granted_a_site_finds_what_is_there(
    ours: Things, session: Session, sign_in: SignInAs
) -> None:
    partner = make_partner(session)
    elsewhere = make_site(session, ours.account, "Et annet sted")
    make_grant(session, partner, ours.account, sites=[elsewhere])
    browser = sign_in(make_user(session, role=Role.PARTNER, partner=partner))
    for text in ours.spellings():
        for answer in answers(browser, text, "/partner/search"):
            assert not [it for it in hidden(ours) if it in answer], text
