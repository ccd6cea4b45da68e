"""Setting single sign-on up: the provider, proof of domains, and making it compulsory."""

from collections.abc import Callable
from typing import Any

import dns.resolver
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hashing import hash_password
from portal.accounts.models import Account, SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.jobs import Job
from portal.base.words import Refused
from portal.single_sign_on import domains
from portal.single_sign_on.models import Identity, SignInDomain, SingleSignOn
from portal.single_sign_on.sealing import unseal
from tests.conftest import SETTINGS, SignInAs
from tests.factories import make_account, make_user
from tests.single_sign_on.conftest import Visit, kari, make_domain
from tests.single_sign_on.provider import CLIENT, SECRET, Provider

MAILS = select(Job).where(Job.name == "mail.send")
HERE = "/organization/sign-in"
Come = Callable[[], Visit]


@pytest.fixture
def admin(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Ada Admin")


@pytest.fixture
def browser(admin: User, sign_in: SignInAs) -> FlaskClient:
    return sign_in(admin)


def typed(provider: Provider, **other: str) -> dict[str, str]:
    return {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "default_role": "member",
        "new_sees": "everything",
        **other,
    }


def what_happened(session: Session) -> list[What]:
    session.expire_all()
    return list(session.scalars(select(Event.what).order_by(Event.number)))


def test_a_provider_is_set_up_and_its_secret_never_shown_again(
    browser: FlaskClient, provider: Provider, account: Account, session: Session
) -> None:
    assert browser.post(f"{HERE}/provider", data=typed(provider)).status_code == 303

    made = session.scalars(select(SingleSignOn)).one()
    assert unseal(SETTINGS.secret_key, account.id, made.sealed) == SECRET
    assert unseal(SETTINGS.secret_key, account.id + 1, made.sealed) is None
    assert SECRET not in made.sealed
    page = browser.get(HERE).text
    assert provider.issuer in page
    assert "known to two" not in page
    assert browser.post(f"{HERE}/provider/test").status_code == 303
    assert what_happened(session) == [What.PROVIDER_CHANGED]
    told = [it.payload["template"] for it in session.scalars(MAILS)]
    assert told == ["single_sign_on/changed"]


def test_an_empty_secret_keeps_it_but_not_for_another_provider(
    browser: FlaskClient, provider: Provider, session: Session, sso: SingleSignOn
) -> None:
    sealed = sso.sealed
    kept = typed(provider, client_secret="", default_role="observer")
    assert browser.post(f"{HERE}/provider", data=kept).status_code == 303
    assert browser.post(f"{HERE}/provider", data={**kept, "client_id": "other"}).status_code == 422
    session.expire_all()
    assert (sso.sealed, sso.client_id, sso.role) == (sealed, CLIENT, Role.OBSERVER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://10.0.0.1"},
        {"issuer": "https://192.168.1.1/x"},
        {"issuer": "https://169.254.169.254"},
        {"issuer": "https://[::ffff:10.0.0.1]"},
        {"issuer": "https://[64:ff9b::a00:1]"},
        {"issuer": "https://[fd00::1]"},
        {"issuer": "http://example.com"},
        {"issuer": "file:///etc/passwd"},
        {"issuer": "https://user@example.com"},
        {"issuer": "https://"},
        {"issuer": "https://[x"},
        {"issuer": "javascript:alert(1)"},
        {"issuer": ""},
        {"client_id": ""},
        {"client_secret": ""},
        {"default_role": "administrator"},
        {"default_role": "agent"},
        {"default_role": ""},
        {"new_sees": "own_sites"},
    ],
    ids=str,
)
def test_what_cannot_be_a_provider_is_refused(
    wrong: dict[str, str], browser: FlaskClient, provider: Provider, session: Session
) -> None:
    answer = browser.post(f"{HERE}/provider", data=typed(provider, **wrong))

    assert answer.status_code == 422
    assert session.scalars(select(SingleSignOn)).all() == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"issuer": "https://another.example.com"}, "calls itself https://another.example.com"),
        ({"token_endpoint": ""}, "does not say its token_endpoint"),
        ({"jwks_uri": "file:///etc/passwd"}, "does not say its jwks_uri"),
        ({"jwks_uri": "http://10.0.0.1/keys"}, "10.0.0.1 is not on the open internet"),
        ({"token_endpoint": "http://127.0.0.1:1/"}, "127.0.0.1 does not answer"),
    ],
)
def test_the_test_tells_what_is_wrong(
    said: dict[str, Any], sentence: str, browser: FlaskClient, provider: Provider,
    sso: SingleSignOn,
) -> None:  # fmt: skip
    provider.said = said
    answer = browser.post(f"{HERE}/provider/test")
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_test_notices_a_wrong_secret(
    browser: FlaskClient, provider: Provider, sso: SingleSignOn
) -> None:
    browser.post(f"{HERE}/provider", data=typed(provider, client_secret="wrong"))

    assert "does not accept our client ID and secret" in browser.post(f"{HERE}/provider/test").text


def test_a_domain_is_proven_by_its_txt_record(
    browser: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        browser.post(f"{HERE}/domains", data={"domain": "@Nordlys.example.com"}).status_code == 303
    )
    domain = session.scalars(select(SignInDomain)).one()
    found: list[str] = ["v=spf1 -all"]
    asked: list[str] = []

    def texts(name: str) -> list[str]:
        asked.append(name)
        return found

    monkeypatch.setattr(domains, "texts_of", texts)
    proof = f"{HERE}/domains/nordlys.example.com/proof"
    assert "holds something else: v=spf1 -all" in browser.post(proof).text
    found[:] = [domain.record + "x"]
    assert browser.post(proof).status_code == 422
    found[:] = ["v=spf1 -all", domain.record]
    assert browser.post(proof).status_code == 303
    session.expire_all()
    assert (domain.proven, domain.by_staff) == ("nordlys.example.com", False)
    assert set(asked) == {"_support-portal.nordlys.example.com"}
    assert what_happened(session) == [What.DOMAIN_PROVEN]
    assert browser.post(f"{HERE}/domains/nordlys.example.com/removal").status_code == 303
    assert what_happened(session)[-1] == What.DOMAIN_REMOVED


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN, dns.resolver.LifetimeTimeout])
def test_a_domain_without_a_record_is_not_proven(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> list[str]:
        raise error

    monkeypatch.setattr(domains, "texts_of", fail)
    with pytest.raises(Refused):
        domains.check_record("nordlys.example.com", "support-portal=x")


@pytest.mark.parametrize(
    "name", ["", "com", "gmail.com", "example", "-x.example.com", "a b.com", "1.2.3.4", "x..com",
             "*.example.com", "example.com/x", "a" * 254 + ".com"],
)  # fmt: skip
def test_what_is_no_domain_of_theirs_is_refused(
    name: str, browser: FlaskClient, session: Session
) -> None:
    assert browser.post(f"{HERE}/domains", data={"domain": name}).status_code == 422
    assert session.scalars(select(SignInDomain)).all() == []


def test_staff_prove_a_domain_on_record_and_no_two_accounts_have_the_same(
    session: Session, account: Account, sign_in: SignInAs
) -> None:
    staff = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    other = make_account(session)
    session.add_all([make_domain(account, "x.example.com"), make_domain(other, "x.example.com")])
    session.commit()
    proof = f"{HERE}/domains/x.example.com/proof"

    assert sign_in(staff, acting_for=account, reason="Seen the deed").post(proof).status_code == 303
    event = session.scalars(select(Event)).one()
    assert (event.what, event.reason, event.account_id) == (
        What.DOMAIN_PROVEN,
        "Seen the deed",
        account.id,
    )
    assert sign_in(staff, acting_for=other).post(proof).status_code == 422


def sso_account(session: Session, sso: SingleSignOn) -> Account:
    return session.get_one(Account, sso.account_id)


def demand(browser: FlaskClient, way_in: User) -> int:
    data = {"demanded": "y", "way_in": way_in.email}
    return browser.post(f"{HERE}/requirement", data=data).status_code


def test_it_is_made_compulsory_only_when_it_works_and_somebody_gets_in_without(
    browser: FlaskClient, admin: User, session: Session, sso: SingleSignOn, visit: Come
) -> None:
    account = sso_account(session, sso)
    admin.second_factor_at = clock.now()
    session.commit()
    assert demand(browser, admin) == 422  # nobody came through it yet
    visit().go(kari())
    assert demand(browser, make_user(session, role=Role.ADMINISTRATOR)) == 422  # another's
    assert demand(browser, make_user(session, account=account)) == 422  # no administrator
    admin.second_factor_at = None
    session.commit()
    assert demand(browser, admin) == 422  # a password alone
    admin.second_factor_at = clock.now()
    session.commit()
    assert demand(browser, admin) == 303
    assert demand(browser, admin) == 303  # told once
    told = [it.payload["context"]["what"] for it in session.scalars(MAILS)]
    assert told == ["required"]
    assert what_happened(session)[-1] == What.PROVIDER_DEMANDED


def test_compulsory_no_password_lets_in_but_the_one_administrators(
    app: Flask, session: Session, sso: SingleSignOn, visit: Come, sign_in: SignInAs
) -> None:
    account, client = sso_account(session, sso), app.test_client()
    admin = make_user(session, account=account, role=Role.ADMINISTRATOR)
    browser = sign_in(admin)
    right = hash_password("right")
    people = {
        "ola": make_user(session, account=account, password_hash=right),
        "guest": make_user(session, account=account, password_hash=right),
    }
    people["ola"].email = "ola@nordlys.example.com"
    admin.email, admin.password_hash = "ada@nordlys.example.com", right
    admin.second_factor_at = clock.now()
    session.commit()
    before = sign_in(people["ola"])
    visit().go(kari())
    assert demand(browser, admin) == 303
    # Whoever was in by a password comes again; so do those who come now.
    assert before.get("/").status_code == 303
    led = [
        client.post("/sign-in", data={"email": email, "password": password})
        for email, password in [
            ("ola@nordlys.example.com", "right"),
            ("ola@nordlys.example.com", "wrong"),
            ("nobody@nordlys.example.com", "wrong"),
            ("ada@nordlys.example.com", "wrong"),
        ]
    ]
    assert {it.status_code for it in led} == {200}
    assert all("http-equiv" in it.text for it in led)
    way_in = client.post("/sign-in", data={"email": admin.email, "password": "right"})
    assert way_in.location.startswith("/sign-in/code")
    guest = client.post("/sign-in", data={"email": people["guest"].email, "password": "right"})
    assert (guest.status_code, guest.location) == (303, "/")

    assert browser.post(f"{HERE}/requirement", data={}).status_code == 303
    assert what_happened(session)[-1] == What.PROVIDER_OPTIONAL
    free = client.post("/sign-out")
    assert free.status_code == 303
    ola = client.post("/sign-in", data={"email": "ola@nordlys.example.com", "password": "right"})
    assert ola.status_code == 303


def test_removed_or_changed_nobody_stays_in_by_it(
    browser: FlaskClient, session: Session, sso: SingleSignOn, visit: Come, admin: User
) -> None:
    mine = visit()
    mine.go(kari())
    assert mine.browser.get("/").status_code == 200
    assert browser.post(f"{HERE}/provider/removal").status_code == 303

    assert mine.browser.get("/").status_code == 303
    assert session.scalars(select(Identity)).all() == []
    assert session.scalars(select(SingleSignOn)).all() == []
    assert session.scalars(select(SignIn.user_id)).all() == [admin.id]
    assert what_happened(session)[-1] == What.PROVIDER_REMOVED


def test_another_client_at_the_provider_knows_nobody_yet(
    browser: FlaskClient, session: Session, sso: SingleSignOn, visit: Come, provider: Provider
) -> None:
    visit().go(kari())
    other = typed(provider, client_id="other", client_secret="other")
    assert browser.post(f"{HERE}/provider", data=other).status_code == 303
    assert session.scalars(select(Identity)).all() == []
