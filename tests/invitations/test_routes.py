from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.hashing import matches
from portal.accounts.models import Account, Membership, SignIn, User
from portal.base import clock
from portal.base.access import Role, Visibility
from portal.base.history import Event, What
from portal.base.tenancy import Scope
from portal.invitations.actions import Offer, invite
from portal.invitations.joining import join_as_new
from portal.invitations.rules import Invitee
from tests.conftest import SignInAs
from tests.factories import make_account, make_partner, make_site, make_user

OLA, PASSWORD = "ola@nordlys.example.com", "elleve grønne kajakker"
WHOLE = {"name": "Ola Hansen", "password": PASSWORD}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


def made(session: Session, kari: User, email: str = OLA, **stated: Any) -> str:
    offer = stated.pop("offer", Offer(Role.MEMBER))
    ((_invitation, token),) = invite(
        session,
        kari.memberships[0].account_id,
        [Invitee(email)],
        offer,
        language=stated.get("language", "en"),
        by=Person(kari.id),
        now=clock.now(),
    )
    session.commit()
    return token


@pytest.fixture
def token(session: Session, kari: User) -> str:
    return made(session, kari)


def memberships(session: Session, email: str = OLA) -> list[Membership]:
    session.expire_all()
    return list(
        session.scalars(select(Membership).join(Membership.user).where(User.email == email))
    )


def test_it_says_who_invites_to_what_as_what_in_their_language(
    client: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    english = client.get(f"/invitations/{made(session, kari, 'a@x.no')}").text
    norwegian = client.get(f"/invitations/{made(session, kari, 'b@x.no', language='nb')}").text

    for told in ("Kari Nordmann invites you", account.name, "Member", "a@x.no"):
        assert told in english
    assert "Kari Nordmann inviterer deg" in norwegian
    assert '<html lang="nb"' in norwegian


def test_somebody_new_becomes_a_user_who_is_signed_in(
    client: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    oslo = make_site(session, account, "Oslo")
    offer = Offer(Role.OBSERVER, Visibility.OWN_SITES, (oslo.id,))
    token = made(session, kari, offer=offer, language="nb")

    answer = client.post(f"/invitations/{token}", data=WHOLE)

    assert (answer.status_code, answer.location) == (303, "/invitations/accepted")
    membership = memberships(session)[0]
    user = membership.user
    assert (membership.role, membership.sees) == (Role.OBSERVER, Visibility.OWN_SITES)
    assert [it.site_id for it in membership.sites] == [oslo.id]
    assert (user.name, user.language) == ("Ola Hansen", "nb")
    assert matches(user.password_hash, PASSWORD)
    assert "Velkommen, Ola Hansen" in client.get(answer.location).text
    assert client.get("/").status_code == 200
    assert client.get_cookie("device")  # counted by itself from now on
    event = session.scalars(select(Event).where(Event.what == What.JOINED)).one()
    assert (event.account_id, event.record_id, event.by_id) == (
        account.id,
        membership.id,
        user.id,
    )


@pytest.mark.parametrize(
    "stated", [{"name": ""}, {"name": "\r\n\t"}, {"password": "short"}, {"password": OLA}]
)
def test_what_will_not_do_leaves_the_link_as_it_is(
    client: FlaskClient, session: Session, token: str, stated: dict[str, str]
) -> None:
    assert client.post(f"/invitations/{token}", data={**WHOLE, **stated}).status_code == 422
    assert memberships(session) == []
    assert client.post(f"/invitations/{token}", data=WHOLE).status_code == 303


def test_a_name_cannot_break_out_of_its_line(
    client: FlaskClient, session: Session, token: str
) -> None:
    answer = client.post(f"/invitations/{token}", data={**WHOLE, "name": "Ola\r\nBcc: x@y.no"})

    assert answer.status_code == 422
    assert "Write the name on one line" in answer.text
    assert memberships(session) == []


def test_nothing_but_name_and_password_is_theirs_to_say(
    client: FlaskClient, session: Session, token: str, account: Account
) -> None:
    other = make_account(session)
    more = {"role": "administrator", "account_id": str(other.id), "email": "evil@x.no"}
    for name, value in more.items():
        refused = client.post(f"/invitations/{token}", data={**WHOLE, name: value})
        assert refused.status_code == 400
    assert memberships(session) == []

    client.post(f"/invitations/{token}", data=WHOLE)
    assert [(it.account_id, it.role) for it in memberships(session)] == [(account.id, Role.MEMBER)]


def test_it_works_once(app: Flask, token: str) -> None:
    path = f"/invitations/{token}"
    assert app.test_client().post(path, data=WHOLE).status_code == 303
    assert app.test_client().post(path, data=WHOLE).status_code == 410
    assert app.test_client().get(path).status_code == 410


def test_of_twenty_at_once_one_gets_in(
    session: Session, sessions: Any, account: Account, token: str
) -> None:
    scope = Scope(frozenset({account.id}), account.id)

    def use(number: int) -> bool:
        with sessions(scope=scope) as own:
            user = join_as_new(
                own,
                token,
                name=f"Ola {number}",
                password_hash="hash",
                language="nb",
                now=clock.now(),
            )
            own.commit()
            return user is not None

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(use, range(20))) == 1
    assert len(memberships(session)) == 1


def test_it_is_good_for_three_days(
    client: FlaskClient, session: Session, kari: User, app: Flask
) -> None:
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as traveller:
        path = f"/invitations/{made(session, kari)}"
        traveller.shift(timedelta(hours=71, minutes=59, seconds=59))
        assert client.get(path).status_code == 200
        traveller.shift(timedelta(seconds=1))
        assert client.get(path).status_code == 410
        assert client.post(path, data=WHOLE).status_code == 410


@pytest.mark.parametrize("wrong", ["x", "null", "true", "[]", "%20", "a" * 5000])
def test_what_is_no_token_leads_nowhere(client: FlaskClient, token: str, wrong: str) -> None:
    for each in (wrong, f"{token}{wrong}", token[:-1] + ("A" if token[-1] != "A" else "B")):
        assert client.get(f"/invitations/{each}").status_code == 410
        assert client.post(f"/invitations/{each}", data=WHOLE).status_code == 410


def test_there_is_no_link_without_a_token(client: FlaskClient, token: str) -> None:
    assert client.get("/invitations/").status_code == 404
    assert client.post("/invitations/", data={**WHOLE, "token": ""}).status_code in {404, 405}
    assert client.post("/invitations/", json={"token": [token]}).status_code in {404, 405}


def test_json_is_no_form(client: FlaskClient, session: Session, token: str) -> None:
    told = {"name": ["Ola"], "password": [PASSWORD]}
    assert client.post(f"/invitations/{token}", json=told).status_code == 422
    assert memberships(session) == []


def test_a_user_signs_in_first_and_accepts_then(
    app: Flask, session: Session, kari: User, account: Account, sign_in: SignInAs
) -> None:
    ingrid = make_user(session, name="Ingrid Moen")
    path = f"/invitations/{made(session, kari, ingrid.email)}"
    stranger = app.test_client()
    assert f"/sign-in?back={path}" in stranger.get(path).text.replace("%2F", "/")
    assert stranger.post(path, data=WHOLE).location.startswith("/sign-in")
    browser = sign_in(ingrid)

    assert "Accept the invitation" in browser.get(path).text
    answer = browser.post(path)

    assert (answer.status_code, answer.location) == (303, "/")
    assert len(memberships(session, ingrid.email)) == 2
    session.refresh(ingrid)
    assert ingrid.name == "Ingrid Moen"
    assert account.name in browser.get("/").text


def test_whoever_is_signed_in_is_told_in_the_language_of_the_page_they_come_to(
    session: Session, kari: User, sign_in: SignInAs
) -> None:
    ingrid = make_user(session, name="Ingrid Moen")
    ingrid.language = None
    path = f"/invitations/{made(session, kari, ingrid.email, language='nb')}"
    browser, english = sign_in(ingrid), {"Accept-Language": "en"}

    assert "Accept the invitation" in browser.get(path, headers=english).text
    assert browser.post(path, headers=english).status_code == 303

    assert "You have access to" in browser.get("/", headers=english).text


def test_whoever_is_signed_in_as_somebody_else_is_told_and_can_go_on(
    session: Session, sign_in: SignInAs, token: str
) -> None:
    other = make_user(session, name="Jonas Vik")
    browser, path = sign_in(other), f"/invitations/{token}"

    page = browser.get(path).text
    assert "You are signed in as Jonas Vik" in page
    assert browser.post(path, data=WHOLE).status_code == 422
    assert memberships(session) == []
    assert len(memberships(session, other.email)) == 1

    assert browser.post("/sign-out", data={"back": path}).location == path
    assert browser.post(path, data=WHOLE).status_code == 303


def test_signing_out_leads_nowhere_else(session: Session, sign_in: SignInAs) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = sign_in(make_user(session)).post("/sign-out", data={"back": back})
        assert answer.location == "/sign-in"


def test_whoever_became_a_partners_meanwhile_is_not_let_in(
    session: Session, kari: User, sign_in: SignInAs
) -> None:
    user = make_user(session)
    token = made(session, kari, user.email)
    user.partner, user.partner_role = make_partner(session), Role.PARTNER
    session.commit()

    assert sign_in(user).post(f"/invitations/{token}").status_code == 422
    assert len(memberships(session, user.email)) == 1


def test_whoever_lost_their_last_access_comes_back_by_a_new_password_and_signs_in(
    client: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    gone = make_user(session, name="Gone Away")
    gone.deactivated_at = gone.memberships[0].deactivated_at = clock.now()
    session.commit()
    token = made(session, kari, gone.email)

    answer = client.post(f"/invitations/{token}", data=WHOLE)

    assert answer.location == "/sign-in"
    assert session.scalars(select(SignIn)).all() == []
    found = {it.account_id: it.deactivated_at for it in memberships(session, gone.email)}
    assert (len(found), found[account.id]) == (2, None)
    assert session.scalars(select(User).where(User.id == gone.id)).one().deactivated_at is None


def test_a_closed_account_lets_nobody_in(
    client: FlaskClient, session: Session, account: Account, token: str
) -> None:
    account.closed_at = clock.now()
    session.commit()

    assert client.post(f"/invitations/{token}", data=WHOLE).status_code == 410
