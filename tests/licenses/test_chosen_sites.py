"""Whoever sees chosen sites: what they find of licenses, and what they are told beforehand."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Account, Site
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event
from portal.base.jobs import later
from portal.base.search import Kind
from portal.base.search_table import KINDS, search_entry
from portal.base.tenancy import ScopedSession, vetting
from portal.licenses import jobs
from portal.licenses.models import License
from portal.licenses.rules import Standing
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_grant,
    make_license,
    make_partner,
    make_product,
    make_seat,
    make_site,
    make_user,
)

KEY = "PLP7-4KQ2-XN8D-9F2K"
OF_IT = ("Poly Lens", "lens premium", KEY, KEY[-4:], "4500218834")
OF_SEATS = ("Hemmelig", "hemm", "Bergen", "Fjellrommet", "8G2241A3F12QX7", "a3f12q", "MERKE-77")


@pytest.fixture
def here(session: Session, account: Account) -> Site:
    return make_site(session, account, "Lillehammer")


@pytest.fixture
def lens(session: Session, account: Account, here: Site) -> License:
    it = make_license(session, account, "Poly Lens Premium", key=KEY, order_number="4500218834")
    seat_elsewhere(session, it, "8G2241A3F12QX7")
    make_seat(session, it, site_id=here.id)
    return it


@pytest.fixture
def mette(session: Session, sign_in: SignInAs, account: Account, here: Site) -> FlaskClient:
    return sign_in(make_user(session, account=account, sites=[here]))


def seat_elsewhere(session: Session, it: License, serial: str) -> None:
    account = session.get_one(Account, it.account_id)
    there = make_site(session, account, f"Bergen kontor {serial}")
    device = make_product(session, account=account, serial_number=serial, site=there)
    device.asset_tag = "MERKE-77"
    make_seat(session, it, site_id=there.id, room="Fjellrommet")
    make_seat(session, it, holder="Hemmelig Holder")
    make_seat(session, it, product_id=device.id)


def found(browser: FlaskClient, it: License, text: str) -> set[str]:
    """Where a search for the text has the license."""
    asked = {
        path: browser.get(path, query_string={"q": text, "all": "1"})
        for path in ("/licenses", "/licenses/licenses.csv", "/search")
    }
    typing = {"HX-Request": "true", "HX-Target": "finder-list"}
    asked["as one types"] = browser.get("/search", query_string={"q": text}, headers=typing)
    has = {path for path, answer in asked.items() if it.reference in told(answer)}
    for answer in asked.values():
        answer.close()
    return has


def told(answer: TestResponse) -> str:
    return answer.text + (answer.location or "")


def test_a_license_is_not_found_by_what_of_its_seats_is_not_seen(
    mette: FlaskClient, client: FlaskClient, lens: License
) -> None:
    for text in OF_IT:
        assert len(found(mette, lens, text)) == 4, text
    for text in OF_SEATS:
        assert not found(mette, lens, text), text
        assert len(found(client, lens, text)) == 4, text
    assert lens.reference in mette.get("/licenses?site=Lillehammer").text
    assert lens.reference not in mette.get("/licenses?site=Bergen kontor 8G2241A3F12QX7").text


def test_what_is_at_no_site_of_theirs_is_not_found_nor_counted(
    session: Session, mette: FlaskClient, account: Account, here: Site
) -> None:
    mine = [make_license(session, account, "Poly Lens Premium") for _ in range(7)]
    for it in mine:
        make_seat(session, it, site_id=here.id)
    for n in range(9):
        other = make_license(session, account, "Poly Lens Premium")
        seat_elsewhere(session, other, f"8G2241A3F12QX{n}")
    assert "7 licenses" in mette.get("/licenses?q=lens").text
    moved = make_product(session, account=account, serial_number="8G2298D8E7FXX5", site=here)
    make_seat(session, make_license(session, account, "Poly Lens Premium"), product_id=moved.id)
    moved.site_id = make_site(session, account, "Oslo").id
    session.commit()
    groups = mette.get("/search?q=lens&all=1").text
    assert 'id="license">Licenses <span class="subtle">(7)</span>' in groups


def test_a_partner_finds_by_seats_where_it_sees_all_of_a_customer(
    session: Session, sign_in: SignInAs, lens: License, here: Site, account: Account
) -> None:
    whole = make_account(session, "Fjordhelse HF")
    other = make_license(session, whole, "Poly Lens Premium")
    seat_elsewhere(session, other, "8G2198B7C65WM4")
    partner = make_partner(session)
    make_grant(session, partner, account, sites=[here])
    make_grant(session, partner, whole)
    browser = sign_in(make_user(session, role=Role.PARTNER, partner=partner))
    for text in ("Hemmelig", "hemm", "Fjellrommet", "MERKE-77"):
        answer = browser.get("/partner/search", query_string={"q": text, "all": "1"}).text
        assert other.reference in answer, text
        assert lens.reference not in answer, text
    answer = browser.get("/partner/search?q=lens&all=1").text
    assert other.reference in answer
    assert lens.reference in answer


def test_the_hint_promises_what_is_found(mette: FlaskClient, client: FlaskClient) -> None:
    assert "order number, site, device or person." in client.get("/licenses").text
    page = mette.get("/licenses").text
    assert "or order number." in page
    assert "device or person" not in page


@pytest.mark.parametrize("closed", [False, True])
def test_licenses_from_before_are_found_when_the_job_has_gone_through_them(
    *,
    session: ScopedSession,
    monkeypatch: pytest.MonkeyPatch,
    run_jobs: Callable[..., int],
    account: Account,
    here: Site,
    mette: FlaskClient,
    closed: bool,
) -> None:
    made = [make_license(session, account, "Poly Lens Premium") for _ in range(3)]
    shut = make_license(session, account, "Poly Lens Premium", key=KEY)
    for it in (*made, shut):
        make_seat(session, it, site_id=here.id)
    with vetting():
        itself = search_entry.c.id % KINDS == Kind.LICENSE_ITSELF
        session.connection().execute(delete(search_entry).where(itself))
    shut.sealed_with = "gone"
    account.closed_at = clock.now() if closed else None
    session.commit()
    assert "No matches" in mette.get("/licenses?q=lens").text
    monkeypatch.setattr(jobs, "CHUNK", 2)

    later(session, "licenses.reindex_all", account_id=account.id)
    session.commit()
    assert run_jobs() == 1

    page = mette.get("/licenses?q=lens").text
    for it in made:
        assert it.reference in page
    assert shut.reference not in page


def test_they_are_told_before_they_fill_in_a_form(
    session: Session, mette: FlaskClient, client: FlaskClient, lens: License, here: Site
) -> None:
    seat = make_seat(session, lens, site_id=here.id)
    make_seat(session, lens, site_id=here.id)
    lens.standing = Standing.NOT_ACTIVATED
    session.commit()
    for path, sent in (
        (f"/licenses/seats?picked={lens.reference}", "/licenses/seats/moves"),
        ("/licenses/activation", "/licenses/activation"),
        (
            f"/licenses/assignments/{seat.reference}/move",
            f"/licenses/assignments/{seat.reference}/move",
        ),
    ):
        page = mette.get(path)
        assert page.status_code == 200
        assert page.text.count("You see chosen sites only. Ask somebody who sees all sites") == 1
        assert f'action="{sent}"' not in page.text
        whole = client.get(path).text
        assert "You see chosen sites only" not in whole
        assert f'action="{sent}"' in whole
        refused = mette.post(path, data={"key": KEY, "token": path, "picked": seat.reference})
        if refused.status_code != 405:
            assert refused.status_code == 422
            assert refused.text.count("You see chosen sites only.") == 1
    for path in ("/licenses", f"/licenses/{lens.reference}"):
        listed = mette.get(path).text
        own = f"/licenses/{lens.reference}/activation"
        for offered in ("/licenses/seats", "/licenses/activation", own):
            assert f'action="{offered}"' not in listed
            assert f'href="{offered}"' not in listed


def test_they_activate_no_license_that_they_see_and_it_is_found_as_before(
    session: Session, mette: FlaskClient, client: FlaskClient, lens: License
) -> None:
    lens.standing = Standing.NOT_ACTIVATED
    session.commit()
    done = len(session.scalars(select(Event)).all())
    answer = mette.post(f"/licenses/{lens.reference}/activation")
    assert answer.status_code == 422
    assert "You see chosen sites only." in answer.text
    session.refresh(lens)
    assert lens.standing is Standing.NOT_ACTIVATED
    assert len(session.scalars(select(Event)).all()) == done
    assert len(found(client, lens, "Hemmelig")) == 4
