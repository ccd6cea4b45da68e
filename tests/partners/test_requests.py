"""A partner asks by number, learns nothing from that, and the customer answers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account, Partner
from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.references import master_account_id, write_master_account_id
from portal.partners.models import AccessRequest, Answer
from portal.partners.rules import UNANSWERED
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_user

BASE, ANSWERS = "/partner/requests", "/organization/partners/requests"
NOBODYS = write_master_account_id(master_account_id(98_765_432))


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    user = make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
    return sign_in(user)


@pytest.fixture
def partner(session: Session) -> Partner:
    return make_partner(session)


@pytest.fixture
def siri(session: Session, sign_in: SignInAs, partner: Partner) -> FlaskClient:
    return sign_in(make_user(session, partner=partner, name="Siri Berg"))


def ask(siri: FlaskClient, number: str, token: str = "t" * 20, **stated: Any) -> Any:
    wished = {"number": number, "permissions": ["products:view"], "message": "Hei!", "token": token}
    return siri.post(BASE, data=wished | stated)


def asked(session: Session) -> AccessRequest:
    return session.scalars(select(AccessRequest)).one()


def test_the_customer_is_asked_and_gives(
    session: Session,
    siri: FlaskClient,
    kari: FlaskClient,
    account: Account,
    run_jobs: Callable[..., int],
) -> None:
    ask(siri, account.master_account_id)
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert mail.language == "nb"
    assert "ber om tilgang" in mail.subject
    assert asked(session).reference in mail.text
    path = f"{ANSWERS}/{asked(session).reference}"
    assert path in kari.get("/").text
    assert path in kari.get("/organization/partners").text
    assert "Hei!" in kari.get(path).text

    stated = {"permissions": ["account:view"], "where": "everywhere", "last_day": "31.12.2099"}
    for _ in range(2):  # a double click
        assert kari.post(path, data=stated | {"token": "k" * 20}).status_code == 303

    grant = session.scalars(select(Grant)).one()
    assert (grant.permissions, grant.last_day) == (["account:view"], date(2099, 12, 31))
    assert path not in kari.get("/").text
    run_jobs()
    told = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert told
    assert "has given you access" in told.subject
    assert "31 December 2099" in told.text
    assert "Access given" in siri.get(BASE).text
    assert kari.post(path, data=stated | {"token": "l" * 20}).status_code == 422


def test_what_a_partner_writes_is_not_turned_around(
    session: Session, siri: FlaskClient, kari: FlaskClient, account: Account, run_jobs: Any
) -> None:
    turned = "Hei\u202e!ajla\u2066 på\u2069\r\n\x1b[31mdere\0 "
    ask(siri, account.master_account_id, message=turned)
    run_jobs()

    assert asked(session).message == "Hei!ajla på\n[31mdere"
    shown = kari.get(f"{ANSWERS}/{asked(session).reference}").text
    mail = session.scalars(select(Mail)).one()
    for text in (shown, mail.text, mail.html):
        assert "Hei!ajla" in text
        assert not {"\u202e", "\u2066", "\u2069", "\x1b"} & set(text)


def test_the_customer_declines(
    session: Session,
    siri: FlaskClient,
    kari: FlaskClient,
    account: Account,
    run_jobs: Callable[..., int],
) -> None:
    ask(siri, account.master_account_id)
    path = f"{ANSWERS}/{asked(session).reference}"
    for _ in range(2):
        assert kari.post(f"{path}/refusal").status_code == 303
    run_jobs()

    assert session.query(Grant).count() == 0
    assert asked(session).answer is Answer.DECLINED
    subjects = [it.subject for it in session.scalars(select(Mail))]
    assert subjects.count(f"{account.name} has declined your request") == 1


def test_what_is_given_to_one_who_has_access_takes_its_place(
    session: Session, siri: FlaskClient, kari: FlaskClient, partner: Partner, account: Account
) -> None:
    make_grant(session, partner, account)
    ask(siri, account.master_account_id)
    path = f"{ANSWERS}/{asked(session).reference}"
    stated = {"permissions": ["account:view"], "where": "everywhere", "token": "k" * 20}
    assert kari.post(path, data=stated).status_code == 303
    assert session.scalars(select(Grant.permissions)).all() == [["account:view"]]


def test_nobody_learns_from_asking_whether_a_customer_exists(
    session: Session, siri: FlaskClient, account: Account, run_jobs: Callable[..., int]
) -> None:
    seen = []
    for number in (account.master_account_id, NOBODYS):
        answer = ask(siri, number, token=f"{number:x<20}")
        shown = siri.get(answer.location)
        seen.append(
            (answer.status_code, answer.location, shown.text.count("If there is a customer"))
        )
        assert number in shown.text
        assert shown.text.count("Waiting for an answer") == len(seen)
        assert account.name not in shown.text
    assert seen[0] == seen[1]
    run_jobs()
    assert session.query(Mail).count() == 0  # the account has no administrator


def test_asking_twice_asks_once(
    session: Session, siri: FlaskClient, sign_in: SignInAs, partner: Partner, account: Account
) -> None:
    colleague = sign_in(make_user(session, partner=partner))
    first = ask(siri, account.master_account_id)
    again = ask(siri, account.master_account_id)  # the same form
    anew = ask(colleague, account.master_account_id, token="z" * 20)
    assert first.location == again.location == anew.location
    assert session.query(AccessRequest).count() == 1


def test_a_request_that_nobody_answers_lapses(
    session: Session, siri: FlaskClient, kari: FlaskClient, account: Account
) -> None:
    ask(siri, account.master_account_id)
    asked(session).asked_at -= UNANSWERED + timedelta(hours=2)  # summer time may end meanwhile
    session.commit()
    assert ANSWERS not in kari.get("/").text
    assert "No answer in time" in siri.get(BASE).text
    ask(siri, account.master_account_id, token="z" * 20)
    assert session.query(AccessRequest).count() == 2


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"number": "1042-2107-4"}, "This is no master account ID"),
        ({"number": ""}, "Write the master account ID."),
        ({"permissions": ["organization:manage"]}, "A partner cannot be given this."),
        ({"permissions": []}, "Choose at least one thing"),
        ({"message": "x" * 501}, "Use at most 500 characters."),
    ],
)
def test_what_cannot_be_asked_is_refused(
    session: Session, siri: FlaskClient, account: Account, stated: dict[str, Any], told: str
) -> None:
    answer = siri.post(
        BASE,
        data={"number": account.master_account_id, "permissions": ["export"], "token": "t"}
        | stated,
    )
    assert (answer.status_code, session.query(AccessRequest).count()) == (422, 0)
    assert told in answer.text


def test_asking_is_limited(siri: FlaskClient) -> None:
    for number in range(10):
        nobodys = write_master_account_id(master_account_id(98_000_000 + number))
        assert ask(siri, nobodys, token=f"{number}" * 20).location == BASE
    answer = ask(siri, NOBODYS)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_only_whose_it_is_answers(
    session: Session, siri: FlaskClient, sign_in: SignInAs, account: Account
) -> None:
    ask(siri, account.master_account_id)
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))
    path = f"{ANSWERS}/{asked(session).reference}"
    stated = {"permissions": ["account:view"], "where": "everywhere", "token": "k" * 20}
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, data=stated).status_code == 404
    assert stranger.post(f"{path}/refusal").status_code == 404
    assert asked(session).waiting


def test_a_partner_s_form_speaks_to_the_partner(session: Session, sign_in: SignInAs) -> None:
    partner = make_partner(session)
    browser = sign_in(make_user(session, partner=partner, role=Role.PARTNER, language="nb"))
    assert "Hva kunden har" in browser.get("/partner/requests/new").text
    assert "Hva dere har" not in browser.get("/partner/requests/new").text
    answer = browser.post("/partner/requests", data={"number": "1042-2107-3", "token": "t" * 20})
    assert answer.status_code == 422
    assert "Velg minst én ting." in answer.text
    assert "partneren kan gjøre" not in answer.text


def test_the_faroes_have_their_norwegian_name(session: Session, sign_in: SignInAs) -> None:
    page = sign_in(make_user(session, language="nb")).get("/profile").text
    assert "Færøyene (UTC" in page
