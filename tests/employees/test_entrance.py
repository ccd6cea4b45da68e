import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.tokens import hash_of
from portal.base import clock
from portal.base.mails import Mail
from portal.employees import reaching
from portal.employees.links import employee_token
from portal.employees.models import EmployeeLink, EmployeeVisit
from portal.products.models import Product
from tests.conftest import SETTINGS
from tests.employees.conftest import (
    SIV,
    Run,
    another,
    begun,
    code_in,
    last_mail,
    make_link,
    path_of,
    proven,
    way_in,
)
from tests.factories import make_account

GONE = "You cannot order here any more"


def mails(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Mail.address).order_by(Mail.id)))


def test_nothing_of_the_account_is_told_before_somebody_has_shown_who_they_are(
    client: FlaskClient, account: Account, link: EmployeeLink, product: Product, run_jobs: Run
) -> None:
    first = client.get(path_of(link))
    begun(client, link, run_jobs, serial=product.serial_number or "")
    second = client.get(f"{path_of(link)}/code")

    for page in (first, second):
        assert page.status_code == 200
        assert account.name not in page.text
        assert (product.serial_number or "") not in page.text
        assert "nordlys.example.com" not in page.text.replace(SIV, "")
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
    for path in ("order", "device", "receipt"):
        assert client.get(f"{path_of(link)}/{path}").location == path_of(link)
        assert client.post(f"{path_of(link)}/{path}").status_code in {303, 405}


def test_the_link_in_the_mail_leads_on_in_the_browser_that_asked(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run, product: Product
) -> None:
    proven(client, session, link, run_jobs, product.serial_number or "")
    page = client.get(f"{path_of(link)}/order")
    assert "Voyager" in page.text
    # Once more it leads to the same.
    assert client.get(way_in(last_mail(session))).status_code == 303


def test_programs_that_check_mail_use_up_nothing(
    app: Flask, client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    begun(client, link, run_jobs)
    way = way_in(last_mail(session))
    looked = another(app).get(way)
    assert looked.status_code == 200
    assert "Go on here" in looked.text
    assert session.scalars(select(EmployeeVisit.proven_at)).all() == [None]
    assert client.get(way).location == f"{path_of(link)}/order"


def test_another_browser_goes_on_with_it_and_the_first_one_stops(
    app: Flask, client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    begun(client, link, run_jobs)
    mail, phone = last_mail(session), another(app)
    assert phone.post(way_in(mail)).location == f"{path_of(link)}/order"
    assert phone.get(f"{path_of(link)}/device").status_code == 200
    assert client.get(f"{path_of(link)}/device").location == path_of(link)
    assert client.post(f"{path_of(link)}/code", data={"code": code_in(mail)}).location == path_of(
        link
    )
    # It is good once.
    third = another(app)
    assert third.get(way_in(mail)).status_code == 410
    assert third.post(way_in(mail)).status_code == 410
    assert phone.get(f"{path_of(link)}/device").status_code == 200


def test_the_code_is_good_in_the_browser_that_asked_and_nowhere_else(
    app: Flask, client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    begun(client, link, run_jobs)
    code, thief = code_in(last_mail(session)), another(app)
    begun(thief, link, run_jobs)  # for the same address

    wrong = thief.post(f"{path_of(link)}/code", data={"code": code})
    assert wrong.status_code == 422
    assert "This code is not right, or too old." in wrong.text
    right = client.post(f"{path_of(link)}/code", data={"code": f"{code[:3]} {code[3:]}"})
    assert right.location == f"{path_of(link)}/order"


def test_codes_are_guessed_five_times_and_no_more(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    begun(client, link, run_jobs)
    right = code_in(last_mail(session))
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    tried = [
        client.post(f"{path_of(link)}/code", data={"code": each}).status_code
        for each in (*[wrong] * 5, right)
    ]
    assert tried == [422] * 5 + [429]


def test_whoever_is_not_let_in_is_answered_alike_and_sent_nothing(
    app: Flask, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    answers = []
    for email in (SIV, "siv.dahl@gmail.com", "ukjent@nordlys.example.org"):
        browser = another(app)
        begun(browser, link, run_jobs, email=email)
        answers.append(browser.get(f"{path_of(link)}/code").text.replace(email, "…"))
        code = browser.post(f"{path_of(link)}/code", data={"code": "123456"})
        assert code.status_code == 422

    assert len({re.sub(r'"csrf_token"[^>]*', "", it) for it in answers}) == 1
    assert mails(session) == [SIV]
    hashes = session.scalars(select(EmployeeVisit.code_hash).order_by(EmployeeVisit.id)).all()
    assert [bool(each) for each in hashes] == [True, False, False]


def test_nobody_is_sent_more_than_a_few(
    app: Flask, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    for _ in range(5):
        begun(another(app), link, run_jobs)
    for each in (SIV.replace("@", "+1@"), SIV.upper()):
        more = another(app).post(path_of(link), data={"email": each})
        assert more.status_code == 429
    assert int(more.headers["Retry-After"]) > 0
    assert "Try again at" in more.text
    assert mails(session) == [SIV] * 5
    begun(another(app), link, run_jobs, email="per@nordlys.example.com")


@pytest.mark.parametrize(
    "email", ["", "siv", "siv@nordlys.example.com\r\nBcc: alle@example.com", "x" * 300]
)
def test_what_is_no_address_is_said_to_be_none(
    client: FlaskClient, session: Session, link: EmployeeLink, email: str
) -> None:
    answer = client.post(path_of(link), data={"email": email})
    assert answer.status_code == 422
    assert session.scalars(select(EmployeeVisit)).first() is None


def test_the_mail_says_who_asks_it_and_nothing_else_of_them(
    client: FlaskClient, session: Session, account: Account, link: EmployeeLink, run_jobs: Run
) -> None:
    client.post(path_of(link), data={"email": SIV, "serial": "http://evil.example.com <b>x"})
    run_jobs()
    mail = last_mail(session)
    assert account.name in mail
    assert "evil" not in mail


def test_what_is_kept_of_a_visit_lets_nobody_in(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    begun(client, link, run_jobs)
    mail = last_mail(session)
    row = session.scalars(select(EmployeeVisit)).one()
    kept = " ".join(str(getattr(row, each.key)) for each in row.__mapper__.columns)
    assert code_in(mail) not in kept
    assert row.code_hash != hash_of(code_in(mail))  # a million are soon tried
    assert way_in(mail).rpartition("/")[2] not in kept


def _off(session: Session, link: EmployeeLink) -> None:
    link.active = False
    session.commit()


def _renewed(session: Session, link: EmployeeLink) -> None:
    link.generation += 1
    session.commit()


def _closed(session: Session, link: EmployeeLink) -> None:
    session.get_one(Account, link.account_id).closed_at = clock.now()
    session.commit()


@pytest.mark.parametrize("end", [_off, _renewed, _closed])
def test_a_link_that_is_switched_off_or_renewed_ends_visits_under_way(
    client: FlaskClient,
    session: Session,
    link: EmployeeLink,
    run_jobs: Run,
    end: Callable[[Session, EmployeeLink], None],
) -> None:
    path = path_of(link)
    proven(client, session, link, run_jobs)
    mail = last_mail(session)
    end(session, link)

    for each in (path, f"{path}/code", f"{path}/device", f"{path}/order", way_in(mail)):
        answer = client.get(each)
        assert (answer.status_code, GONE in answer.text) == (410, True)
    for each in (path, f"{path}/code", f"{path}/device", f"{path}/order", way_in(mail)):
        assert client.post(each, data={"email": SIV}).status_code == 410


def test_a_visit_ends_by_itself(
    client: FlaskClient,
    session: Session,
    link: EmployeeLink,
    run_jobs: Run,
    travel: Callable[[timedelta], None],
) -> None:
    begun(client, link, run_jobs)
    mail = last_mail(session)
    travel(timedelta(minutes=30, seconds=1))
    late = client.post(f"{path_of(link)}/code", data={"code": code_in(mail)})
    assert late.location == path_of(link)
    assert client.get(way_in(mail)).status_code == 410


@pytest.mark.parametrize("token", ["", "forbi", "WzEsMV0", "WzEsMV0.x", "A" * 500, "%00", "é"])
def test_no_other_link_is_a_link(client: FlaskClient, token: str) -> None:
    assert client.get(f"/r/{token}").status_code in {404, 410}


def test_a_link_is_signed_with_our_key_for_this_alone(
    client: FlaskClient, session: Session, link: EmployeeLink
) -> None:
    for token in (
        employee_token("another key of somebody", link.id, 1),
        employee_token(SETTINGS.secret_key, link.id, 2),
        employee_token(SETTINGS.secret_key, link.id + 1, 1),
    ):
        assert client.get(f"/r/{token}").status_code == 410


def test_the_visit_of_one_account_is_worth_nothing_in_another(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    other = make_link(session, make_account(session, "Fjord HF"))
    proven(client, session, link, run_jobs)
    secret = way_in(last_mail(session)).rpartition("/")[2]
    assert client.get(f"{path_of(other)}/device").location == path_of(other)
    assert client.get(f"{path_of(other)}/mail/{secret}").status_code == 410


def test_what_was_typed_is_there_again_after_the_scan(
    client: FlaskClient, link: EmployeeLink
) -> None:
    path = path_of(link)
    away = client.post(path, data={"email": SIV, "serial": "", "scan": "1"})
    assert away.location == f"{path}/scan"
    back = client.get(f"{path}?serial=AB12CD").text
    assert f'value="{SIV}"' in back
    assert 'value="AB12CD"' in back
    client.post(path, data={"email": SIV, "serial": "AB12CD"})
    assert SIV not in client.get(path).text


def test_addresses_that_are_not_let_in_take_no_room_from_those_that_are(
    app: Flask, link: EmployeeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "PER_LINK", replace(reaching.PER_LINK, tries=2))
    path = path_of(link)

    def begin(email: str) -> int:
        return another(app).post(path, data={"email": email, "serial": ""}).status_code

    strangers = [begin(f"someone{n}@elsewhere.example.org") for n in range(3)]
    theirs = [begin(f"siv{n}@nordlys.example.com") for n in range(3)]
    assert (strangers, theirs) == ([303] * 3, [303, 303, 429])
    # Full, it tells nobody which addresses are let in.
    assert begin("other@elsewhere.example.org") == 429
