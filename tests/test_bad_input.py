"""What nobody sends by mistake: refused in words, and nothing at all is changed by it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.half_sign_ins import begin
from portal.accounts.hashing import hash_password
from portal.accounts.models import Account, User
from portal.app import create_app
from portal.base import clock
from portal.base.access import Role
from portal.base.db import Base
from portal.base.file_store import FileStore
from portal.base.mails import Mail
from portal.invitations.actions import Offer, invite
from portal.invitations.rules import Invitee
from portal.passwords.actions import begin_reset
from tests.cast import Making, _made
from tests.conftest import SETTINGS, SignInAs
from tests.factories import make_account, make_partner, make_product, make_site, make_user

PASSWORD = "Fjorten grå griser under en bro"
NOTED = {"sign_in", "attempts"}  # that somebody was here, and how often
NB = {"Accept-Language": "nb"}
Travel = Callable[[timedelta], None]


def everything(owner: Engine) -> dict[str, list[Any]]:
    with owner.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in Base.metadata.tables.items()
            if name not in NOTED
        }


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def making(session: Session, account: Account, files: FileStore) -> Making:
    return Making(session, account, files)


TOKENS = ["x", "null", "[]", "true", "0", "%00", "a" * 4000, "..%2F..%2Fx", "'--", "{{7*7}}"]


@pytest.mark.parametrize("door", ["/password-reset/", "/invitations/"])
@pytest.mark.parametrize("token", TOKENS)
def test_a_token_that_is_none_opens_nothing(
    client: FlaskClient, making: Making, owner: Engine, door: str, token: str
) -> None:
    _made(making)
    begin_reset(making.session, make_user(making.session), now=clock.now())
    making.session.commit()
    before = everything(owner)
    chosen = {"name": "Berit", "password": PASSWORD}
    for answer in (client.get(door + token, headers=NB), client.post(door + token, data=chosen)):
        assert answer.status_code in {404, 405, 410}
        assert "<h1" in answer.text
    assert everything(owner) == before


def doors_with_tokens(making: Making) -> dict[str, str]:
    ola = make_user(making.session)
    reset = begin_reset(making.session, ola, now=clock.now())
    making.session.commit()
    return {"/invitations/": _made(making)[1], "/password-reset/": reset}


@pytest.mark.parametrize("how", ["tampered", "cut", "longer", "upper", "foreign", "expired"])
def test_a_token_that_was_meddled_with_opens_nothing(
    client: FlaskClient, making: Making, owner: Engine, how: str, travel: Travel
) -> None:
    held = doors_with_tokens(making)
    if how == "expired":
        travel(timedelta(hours=73))
    before = everything(owner)
    for door, token in held.items():
        other = next(it for path, it in held.items() if path != door)
        tried = {
            "tampered": ("a" if token[0] != "a" else "b") + token[1:],
            "cut": token[:-1],
            "longer": f"{token}=",
            "upper": token.swapcase(),
            "foreign": other,
            "expired": token,
        }[how]
        answer = client.post(door + tried, data={"name": "Berit", "password": PASSWORD})
        assert answer.status_code == 410
    assert everything(owner) == before


def test_a_token_is_good_once(client: FlaskClient, making: Making, owner: Engine) -> None:
    chosen = {"name": "Berit", "password": PASSWORD, "repeated": PASSWORD}
    for door, token in doors_with_tokens(making).items():
        assert client.post(door + token, data=chosen).status_code == 303
        client.delete_cookie("session")
        before = everything(owner)
        assert client.post(door + token, data=chosen).status_code == 410
        assert everything(owner) == before


@pytest.mark.parametrize("half", ["", "x", None, ["x"], [], {"a": 1}, True, 0])
def test_half_a_sign_in_that_is_none_leads_to_the_beginning(
    client: FlaskClient, session: Session, owner: Engine, half: object
) -> None:
    begin(session, make_user(session), now=clock.now())
    session.commit()
    before = everything(owner)
    with client.session_transaction() as cookie:
        cookie["half"] = half
    for answer in (client.get("/sign-in/code"), client.post("/sign-in/code", data={"code": "1"})):
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
    assert everything(owner) == before


@pytest.mark.parametrize("held", ["", "x", None, ["x"], [], {"a": 1}, True, 0])
def test_a_sign_in_that_is_none_is_nobodys(client: FlaskClient, held: object) -> None:
    with client.session_transaction() as cookie:
        cookie["sign_in"] = held
    assert client.get("/products").location.startswith("/sign-in")


@pytest.fixture
def guarded(sessions: Any, files: FileStore) -> Flask:
    """The portal with form tokens, as it is outside tests."""
    return create_app(SETTINGS, sessions=sessions, files=files, TESTING=True)


@pytest.mark.parametrize("token", [None, "", "null", "x", "[]", "foreign"])
def test_a_form_without_our_token_is_refused(  # noqa: PLR0917
    guarded: Flask, session: Session, sign_in: SignInAs, owner: Engine, account: Account,
    token: str | None,
) -> None:  # fmt: skip
    product = make_product(session, account=account)
    mine, other = guarded.test_client(), guarded.test_client()
    with sign_in(
        make_user(session, account=account, language="nb")
    ).session_transaction() as cookie:
        held = cookie["sign_in"]
    with mine.session_transaction() as cookie:
        cookie["sign_in"] = held
    page = other.get("/sign-in").text
    if token == "foreign":
        token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
        assert len(token) > 20
    before = everything(owner)
    for name in ("csrf_token", "csrf_token[]"):
        form = {} if token is None else {name: token}
        answer = mine.post(f"/products/{product.reference}/retirement", data=form, headers=NB)
        assert answer.status_code == 400
        assert "Gå tilbake" in answer.text
    answer = mine.post(
        f"/products/{product.reference}/retirement",
        data=json.dumps({"csrf_token": [token]}),
        content_type="application/json",
    )
    assert answer.status_code == 400
    assert everything(owner) == before


@pytest.mark.parametrize("token", ["", " ", "x" * 65, None])
def test_a_form_without_its_own_token_makes_nothing(
    session: Session, sign_in: SignInAs, owner: Engine, account: Account, token: str | None
) -> None:
    kari = sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb"))
    form = {"emails": "ny@example.com", "role": "member", "sees": "everything", "language": "nb"}
    before = everything(owner)
    form |= {} if token is None else {"token": token}
    assert kari.post("/organization/users", data=form).status_code == (303 if token == " " else 422)
    if token != " ":
        assert everything(owner) == before


@pytest.mark.parametrize("path", ["/sign-in", "/password-reset"])
def test_two_addresses_in_one_form_are_not_taken_for_one(
    client: FlaskClient, session: Session, owner: Engine, path: str
) -> None:
    ola = make_user(session, password_hash=hash_password(PASSWORD))
    before = everything(owner)
    form = {"email": [ola.email, "thief@example.com"], "password": PASSWORD}
    answer = client.post(path, data=form, headers=NB)
    assert answer.status_code == 400
    assert "Noe er fylt ut to ganger" in answer.text
    for shape in ({"email[]": ola.email}, {"email[0]": ola.email}):
        assert client.post(path, data=shape | {"password": PASSWORD}).status_code == 422
    asked = client.post(path, data=json.dumps(form), content_type="application/json")
    assert asked.status_code in {400, 422}
    assert everything(owner) == before


def test_of_two_answers_to_one_question_neither_is_taken(
    client: FlaskClient, session: Session, sign_in: SignInAs, owner: Engine, account: Account
) -> None:
    ola = make_user(session, account=account, password_hash=hash_password(PASSWORD))
    kari, token = make_user(session, account=account, role=Role.ADMINISTRATOR), ""
    told: dict[str, Any] = {"language": "nb", "by": Person(kari.id), "now": clock.now()}
    ((_made, token),) = invite(
        session, account.id, [Invitee("ny@example.com")], Offer(Role.MEMBER), **told
    )
    session.commit()
    browser, staff = sign_in(ola), sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    profile = {"version": "1", "language": "nb", "time_zone": "Europe/Oslo", "theme": "auto"}
    twice, before = [PASSWORD, "Femten grå griser under en bro"], everything(owner)
    for who, path, form in [
        (client, "/sign-in", {"email": ola.email, "password": twice}),
        (client, f"/invitations/{token}", {"name": ["A", "B"], "password": PASSWORD}),
        (client, f"/invitations/{token}", {"name": "A", "password": twice}),
        (browser, "/profile", profile | {"name": ["A", "B"]}),
        (browser, "/profile/security/password", {"old": PASSWORD, "password": twice}),
        (staff, "/desk/accounts", {"name": ["A AS", "B AS"], "token": "x"}),
    ]:
        answer = who.post(path, data=form, headers=NB)
        assert answer.status_code == 400, path
        assert "fylt ut to ganger" in answer.text or "filled in twice" in answer.text
        assert everything(owner) == before


@pytest.mark.parametrize(
    "email", ["@", "ola", "a@b.no,b@c.no", "a@b.no b@c.no", "a@e.no\r\nBcc: b@e.no", "a@b@c.no"]
)
def test_a_reset_for_what_is_no_address_is_said_to_be_none(
    client: FlaskClient, owner: Engine, email: str
) -> None:
    before = everything(owner)
    answer = client.post("/password-reset", data={"email": email}, headers=NB)
    assert answer.status_code == 422
    assert "Skriv e-postadressen slik: navn@eksempel.no." in answer.text
    assert everything(owner) == before


def test_whoever_is_led_here_by_another_site_is_told_that(client: FlaskClient) -> None:
    headers = NB | {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/language", data={"language": "en"}, headers=headers)
    assert answer.status_code == 403
    assert "Dette ble ikke sendt fra portalen" in answer.text
    assert "om tilgang" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/desk/mailbox", "X-Rewrite-URL": "/desk/mailbox"},
        {"X-Host": "evil.example", "X-Real-IP": "6.6.6.6"},
    ],
)
def test_links_in_mails_lead_to_us_whatever_a_request_claims(
    client: FlaskClient, session: Session, run_jobs: Callable[..., int], headers: dict[str, str]
) -> None:
    ola = make_user(session, language="nb")
    assert (
        client.post("/password-reset", data={"email": ola.email}, headers=headers).status_code
        == 303
    )
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert "evil" not in mail.text + mail.html
    assert "http://localhost/password-reset/" in mail.text


def test_another_host_is_refused(client: FlaskClient, session: Session, owner: Engine) -> None:
    ola, before = make_user(session), everything(owner)
    before = everything(owner)
    for host in ("evil.example", "localhost.evil.example", "localhost:80@evil.example", "[::1"):
        headers = NB | {"Host": host}
        answer = client.post("/password-reset", data={"email": ola.email}, headers=headers)
        assert answer.status_code == 400
        assert "Dette er ikke adressen til portalen" in answer.text
    assert everything(owner) == before


SMUGGLED = {
    "account_id": "{other}",
    "account": "{other}",
    "user_id": "1",
    "id": "1",
    "staff_role": "staff_administrator",
    "partner_role": "partner_administrator",
    "partner_id": "1",
    "is_admin": "true",
    "permissions": "desk:manage",
    "rights_version": "99",
    "second_factor_at": "",
    "password_hash": "x",
}


def test_roles_and_ids_added_to_a_form_change_nothing_of_it(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    other = make_account(session, "Fjordhelse HF")
    ola = make_user(session, account=account)
    browser = sign_in(ola)
    site, product = make_site(session, account), make_product(session, account=account)
    smuggled = {name: text.format(other=other.id) for name, text in SMUGGLED.items()}
    forms = {
        f"/products/{product.reference}/details": {"version": "1", "room": "Fløyen"},
        f"/organization/sites/{site.reference}/details": {"name": "Oslo", "version": "1"},
        "/active-account": {"account": account.master_account_id},
        "/language": {"language": "nb"},
        "/theme": {"theme": "dark"},
    }
    for path, form in forms.items():
        for name in smuggled.keys() - form.keys():
            answer = browser.post(path, data=form | {name: smuggled[name]})
            assert (path, name, answer.status_code) == (path, name, 400)
            assert "The form held something it does not ask for" in answer.text
            assert browser.get("/products").status_code == 200  # and they are who they were
    session.expire_all()
    user = session.get_one(User, ola.id)
    assert (user.staff_role, user.partner_role, user.partner_id) == (None, None, None)
    assert [(it.account_id, it.role) for it in user.memberships] == [(account.id, Role.MEMBER)]
    assert (site.account_id, product.account_id) == (account.id, account.id)
    assert user.rights_version == 1


HEADERS = [
    "Ola\r\nBcc: thief@example.com",
    "Ola\nX: y",
    "=?utf-8?q?a=0ABcc:_x@y.z?=",
    "Ola\x85B: c",
]


@pytest.mark.parametrize("name", HEADERS)
def test_a_name_begins_no_header(
    session: Session, sign_in: SignInAs, run_jobs: Callable[..., int], account: Account, name: str
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, name=name)
    to, offer = [Invitee("ny@example.com", name)], Offer(Role.MEMBER)
    ((invitation, token),) = invite(
        session, account.id, to, offer, language="nb", by=Person(kari.id), now=clock.now()
    )
    session.commit()
    shown = sign_in(kari).get("/organization/users")
    assert "Bcc" not in shown.headers
    kari_browser = sign_in(kari)
    path = f"/organization/invitations/{invitation.reference}/renewal"
    assert kari_browser.post(path).status_code == 303
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert mail.address == "ny@example.com"
    assert "\n" not in mail.subject
    assert token not in mail.text


@pytest.mark.parametrize("name", [it for it in HEADERS if not it.startswith("=")])
def test_a_name_that_could_begin_a_header_is_refused_wherever_one_is_given(
    session: Session, sign_in: SignInAs, owner: Engine, account: Account, name: str
) -> None:
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR, language="nb"))
    partner = make_partner(session)
    admin = make_user(session, partner=partner, role=Role.PARTNER_ADMINISTRATOR, language="nb")
    boss = sign_in(admin)
    told = {"name": name, "token": "t" * 20, "reason": "De ba om det"}
    customer, version = f"/desk/accounts/{account.master_account_id}", {"version": "1"}
    email = {"email": "ny@example.com"}
    before = everything(owner)
    for who, path, more in [
        (staff, "/desk/accounts", {}),
        (staff, f"{customer}/details", version),
        (staff, f"{customer}/administrators", email),
        (staff, "/desk/partners", {}),
        (staff, f"/desk/partners/{partner.reference}/name", version),
        (staff, f"/desk/partners/{partner.reference}/administrators", email),
        (staff, "/desk/staff", {"role": "agent"} | email),
        (boss, "/partner/users", {"role": "partner"} | email),
    ]:
        answer = who.post(path, data=told | more)
        assert answer.status_code == 422, path
        assert "Skriv navnet på én linje" in answer.text, path
        assert everything(owner) == before


def test_a_nul_in_a_name_or_an_address_is_refused_and_not_mended(
    session: Session, sign_in: SignInAs, owner: Engine, account: Account, client: FlaskClient
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
    browser = sign_in(kari)
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR, language="nb"))
    told = {"token": "t" * 20, "language": "nb", "reason": "De ba om det"}
    before = everything(owner)
    for who, path, more in [
        (browser, "/profile", {"name": "Ka\0ri", "version": "1", "language": "nb"}),
        (browser, "/organization/users", {"emails": "ny\0@example.com", "role": "member"}),
        (staff, "/desk/staff", {"name": "N\0y", "email": "ny@example.com", "role": "agent"}),
        (staff, "/desk/staff", {"name": "Ny", "email": "ny\0@example.com", "role": "agent"}),
        (client, "/password-reset", {"email": "ny\0@example.com"}),
    ]:
        answer = who.post(path, data=told | more, headers=NB)
        assert (path, answer.status_code) == (path, 422)
        assert "Her er det et tegn som ikke synes" in answer.text
    assert everything(owner) == before


REPLAYS = ["sign-out", "idle", "end", "password", "deactivation", "elsewhere"]


@pytest.mark.parametrize("why", REPLAYS)
def test_an_old_cookie_is_accepted_never_again(
    app: Flask, session: Session, client: FlaskClient, travel: Travel, why: str
) -> None:
    ola = make_user(session, password_hash=hash_password(PASSWORD))
    assert (
        client.post("/sign-in", data={"email": ola.email, "password": PASSWORD}).status_code == 303
    )
    held = client.get_cookie("session")
    assert held
    assert client.get("/products").status_code == 200
    if why == "sign-out":
        client.post("/sign-out")
    elif why == "idle":
        travel(timedelta(minutes=61))
    elif why == "end":
        for _ in range(24):
            travel(timedelta(minutes=31))
            client.get("/products")
    elif why == "password":
        token = begin_reset(session, ola, now=clock.now())
        session.commit()
        new = "Femten grå griser under en bro"
        sent = app.test_client().post(f"/password-reset/{token}", data={"password": new})
        assert sent.status_code == 303
    elif why == "deactivation":
        ola.deactivated_at = clock.now()
        session.commit()
    else:
        client.post(
            "/active-account", data={"account": ola.memberships[0].account.master_account_id}
        )
    thief = app.test_client()
    thief.set_cookie("session", held.value)
    for path in ("/products", "/organization/sites", "/products/devices.csv"):
        assert thief.get(path).location.startswith("/sign-in")
