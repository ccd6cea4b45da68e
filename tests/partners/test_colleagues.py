"""A partner keeps its own people, and decides for whom each of them works."""

import re
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import Person
from portal.accounts.grants import PartnerAssignment
from portal.accounts.models import Partner, PasswordReset, User
from portal.base import clock
from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.references import reference
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import Refused
from portal.partners.people import deactivate_colleague
from portal.web.limits import Limits
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_grant, make_partner, make_user

BASE = "/partner/users"
ADMIN = Role.PARTNER_ADMINISTRATOR


@pytest.fixture
def partner(session: Session) -> Partner:
    return make_partner(session)


@pytest.fixture
def boss(session: Session, partner: Partner) -> User:
    return make_user(session, partner=partner, role=ADMIN, name="Siri Berg")


@pytest.fixture
def siri(sign_in: SignInAs, boss: User) -> FlaskClient:
    return sign_in(boss)


@pytest.fixture
def pal(session: Session, partner: Partner) -> User:
    return make_user(session, partner=partner, name="Pål Dahl")


def path(user: User) -> str:
    return f"{BASE}/{reference('U', user.id)}"


def test_a_colleague_is_invited_and_comes_in(
    session: Session, siri: FlaskClient, client: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    stated = {"name": "Nina Ny", "email": "Nina@Vestnett.example.com", "role": "partner"}
    first, second = (siri.post(BASE, data=stated | {"token": "t" * 20}) for _ in range(2))
    assert first.location == second.location
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert (mail.address, "Siri Berg" in mail.text) == ("nina@vestnett.example.com", True)
    link = re.search(r"/password-reset/\S+", mail.text)
    assert link
    assert "Send the invitation again" in siri.get(first.location).text

    password = "four words that are long"
    answer = client.post(link[0], data={"password": password, "again": password})
    assert answer.status_code == 303
    entered = client.post("/sign-in", data={"email": mail.address, "password": password})
    assert entered.status_code == 303
    assert client.get("/partner").status_code == 200
    assert client.get(BASE).status_code == 403


@pytest.mark.parametrize("kind", ["customer's", "staff", "another partner's"])
def test_nobody_learns_from_inviting_whether_an_address_is_a_users(
    session: Session, siri: FlaskClient, run_jobs: Callable[..., int], kind: str
) -> None:
    if kind == "another partner's":
        known = make_user(session, partner=make_partner(session))
    else:
        known = make_user(session, role=Role.AGENT if kind == "staff" else Role.MEMBER)
    seen = []
    for number, email in enumerate(("new@example.com", known.email)):
        stated = {"name": "Nina Ny", "email": email, "role": ADMIN, "language": "en"}
        answer = siri.post(BASE, data=stated | {"token": f"{number}" * 20})
        page = siri.get(answer.location)
        again = siri.post(BASE, data=stated | {"token": f"{number + 5}" * 20})
        renewed = siri.post(f"{answer.location}/invitation", follow_redirects=True)
        shape = re.compile(r"U-[0-9]+|nonce|csrf\S+|value=\S+|data-seconds\S+").sub
        told = [shape("", it.text).replace(email, "") for it in (page, again, renewed)]
        seen.append((answer.status_code, again.status_code, renewed.status_code, told))
        assert email in siri.get(BASE).text
        assert email in page.text
        version = {"role": "partner", "works_for": "every", "version": "1"}
        assert siri.post(f"{answer.location}/details", data=version).status_code == 303
        assert siri.post(f"{answer.location}/deactivation").status_code == 303
        assert email in siri.get(f"{BASE}?gone=1").text
    assert seen[0] == seen[1]
    run_jobs()
    mails = session.scalars(select(Mail).where(Mail.address == known.email)).all()
    assert len(mails) == 2
    for mail in mails:
        assert "ask to be invited with another address" in " ".join(mail.text.split())
        assert "/password-reset/" not in mail.text
    addresses = session.scalars(select(Mail.address)).all()
    assert set(addresses) == {"new@example.com", known.email}
    session.refresh(known)
    assert (known.name, known.deactivated_at) == ("Ola Hansen", None)


def test_an_invitation_that_nobody_can_take_makes_no_administrator(
    session: Session, siri: FlaskClient, boss: User
) -> None:
    known = make_user(session)
    stated = {"name": "Nina", "email": known.email, "role": ADMIN, "token": "t" * 20}
    assert siri.post(BASE, data=stated).status_code == 303
    version = {"role": "partner", "works_for": "every", "version": "1"}
    assert siri.post(f"{path(boss)}/details", data=version).status_code == 422


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"role": "administrator"}, "Not a valid choice"),
        ({"role": "staff_administrator"}, "Not a valid choice"),
        ({"email": "no address"}, "Write the e-mail address like"),
        ({"name": ""}, "Enter the name."),
    ],
)
def test_nobody_is_invited_to_what_a_partner_cannot_give(
    session: Session, siri: FlaskClient, stated: dict[str, Any], told: str
) -> None:
    whole = {"name": "Nina", "email": "nina@example.com", "role": "partner", "token": "t" * 20}
    answer = siri.post(BASE, data=whole | stated)
    assert (answer.status_code, session.query(User).count()) == (422, 1)
    assert told in answer.text


def test_the_earlier_link_is_worth_nothing_when_another_is_sent(
    session: Session, siri: FlaskClient, pal: User, client: FlaskClient
) -> None:
    for _ in range(2):
        assert siri.post(f"{path(pal)}/invitation").status_code == 303
    assert session.query(PasswordReset).count() == 1
    pal.password_hash = "chosen"
    session.commit()
    siri.post(f"{path(pal)}/invitation")
    assert session.query(PasswordReset).count() == 1


def test_a_colleague_works_for_the_customers_that_are_chosen(
    session: Session, siri: FlaskClient, sign_in: SignInAs, partner: Partner, pal: User
) -> None:
    one, other = make_account(session, "Nordlys Kraft AS"), make_account(session, "Fjordhelse HF")
    for account in (one, other):
        make_grant(session, partner, account)
    his = sign_in(pal)
    stated = {"role": "partner", "works_for": "some", "customers": [str(one.id)], "version": "1"}

    assert siri.post(f"{path(pal)}/details", data=stated).status_code == 303

    assert one.name in his.get("/partner").text
    assert other.name not in his.get("/partner").text
    his_choice = his.post("/active-account", data={"account": other.master_account_id})
    assert his_choice.status_code == 404
    assert other.name in siri.get("/partner").text
    assert "1 customer" in siri.get(BASE).text
    stated = {"role": "partner", "works_for": "every", "version": "2"}
    siri.post(f"{path(pal)}/details", data=stated)
    assert other.name in his.get("/partner").text
    assert session.query(PartnerAssignment).count() == 0


@pytest.mark.parametrize("customers", [[], ["stranger"], ["99999"]])
def test_only_customers_of_the_partner_are_given(
    session: Session, siri: FlaskClient, pal: User, customers: list[str]
) -> None:
    stranger = str(make_account(session).id)
    chosen = [stranger if each == "stranger" else each for each in customers]
    stated = {"role": "partner", "works_for": "some", "customers": chosen, "version": "1"}
    assert siri.post(f"{path(pal)}/details", data=stated).status_code == 422
    assert session.query(PartnerAssignment).count() == 0


def test_of_many_customers_one_is_searched_for_at_a_time(
    session: Session, siri: FlaskClient, partner: Partner, pal: User
) -> None:
    for number in range(14):
        make_grant(session, partner, make_account(session, f"Kunde nr {number:02}"))
    assert "Kunde nr 07" in siri.get(f"{BASE}/customers?customer=nr 07").text
    stated = {"role": "partner", "works_for": "every", "add": "1", "customer": "Kunde nr 07"}
    answer = siri.post(f"{path(pal)}/details", data=stated)
    assert answer.status_code == 200
    assert "Kunde nr 07" in answer.text
    assert "Kunde nr 08" not in answer.text
    assert siri.post(f"{path(pal)}/details", data=stated | {"customer": "x"}).status_code == 422


def test_whoever_is_deactivated_is_out_at_once(
    siri: FlaskClient, sign_in: SignInAs, pal: User
) -> None:
    his = sign_in(pal)
    assert his.get("/partner").status_code == 200
    for _ in range(2):
        assert siri.post(f"{path(pal)}/deactivation").status_code == 303
    assert his.get("/partner").location.startswith("/sign-in")
    assert pal.name not in siri.get(BASE).text.partition('id="colleague-list"')[2]
    assert pal.name in siri.get(f"{BASE}?gone=1").text


def test_somebody_stays_administrator(
    session: Session, siri: FlaskClient, boss: User, pal: User
) -> None:
    demoted = {"role": "partner", "works_for": "every", "version": "1"}
    answer = siri.post(f"{path(boss)}/details", data=demoted)
    assert answer.status_code == 422
    assert "Somebody must be administrator." in answer.text
    assert siri.post(f"{path(boss)}/deactivation").status_code == 422

    raised = {"role": "partner_administrator", "works_for": "every", "version": "1"}
    assert siri.post(f"{path(pal)}/details", data=raised).status_code == 303
    assert siri.post(f"{path(boss)}/details", data=demoted).status_code == 303
    assert siri.get(BASE).status_code == 403


def test_two_administrators_cannot_remove_each_other_at_once(
    session: Session, sessions: "sessionmaker[ScopedSession]", partner: Partner, boss: User
) -> None:
    other = make_user(session, partner=partner, role=ADMIN)
    ready, ids = threading.Barrier(2), (boss.id, other.id)
    refused: list[int] = []

    def remove(user_id: int) -> None:
        ready.wait()
        with sessions(scope=NOBODY) as mine:
            user = mine.get_one(User, user_id)
            try:
                deactivate_colleague(mine, user, by=Person(ids[0]), now=clock.now())
                mine.commit()
            except Refused:
                refused.append(user_id)

    threads = [threading.Thread(target=remove, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.expire_all()
    left = select(User.id).where(User.deactivated_at.is_(None))
    assert session.scalars(left).all() == refused
    assert len(refused) == 1


def test_another_partners_people_do_not_exist(
    session: Session, siri: FlaskClient, boss: User
) -> None:
    for stranger in (make_user(session), make_user(session, partner=make_partner(session))):
        assert siri.get(path(stranger)).status_code == 404
        for deed in ("details", "deactivation", "invitation"):
            assert siri.post(f"{path(stranger)}/{deed}").status_code == 404
        session.refresh(stranger)
        assert stranger.deactivated_at is None


def test_the_list_takes_few_statements_however_many_there_are(
    session: Session, siri: FlaskClient, partner: Partner, engine: Engine
) -> None:
    taken = []
    for _ in range(2):
        for _ in range(4):
            make_user(session, partner=partner)
            make_grant(session, partner, make_account(session), last_day=date(2099, 1, 1))
        with counted(engine) as sent:
            assert siri.get(BASE).status_code == 200
        taken.append(len(sent))
    assert taken[0] == taken[1] <= 6


def test_a_stale_change_shows_what_is_saved_and_what_was_stated(
    session: Session, siri: FlaskClient, pal: User, run_jobs: Callable[..., int]
) -> None:
    raised = {"role": "partner_administrator", "works_for": "every", "version": "1"}
    assert siri.post(f"{path(pal)}/details", data=raised).status_code == 303
    lowered = raised | {"role": "partner"}
    stale = siri.post(f"{path(pal)}/details", data=lowered)
    assert stale.status_code == 422
    assert "Someone else changed this" in stale.text
    assert 'name="version" type="hidden" value="2"' in stale.text
    session.refresh(pal)
    assert pal.partner_role is Role.PARTNER_ADMINISTRATOR
    run_jobs()
    told = session.scalars(select(Mail.address)).all()
    assert told == [pal.email]


def invite(siri: FlaskClient, name: str) -> Any:
    email = f"{name.lower()}@vestnett.example.com"
    return siri.post(
        BASE, data={"name": name, "email": email, "role": "partner", "token": name * 9}
    )


def test_inviting_too_often_is_told_when_to_go_on(app: Flask, siri: FlaskClient) -> None:
    app.extensions["limits"] = Limits("", stated="colleague invited per person=1/600")
    first = invite(siri, "Nina")
    assert first.status_code == 303

    second, again = invite(siri, "Petra"), siri.post(f"{first.location}/invitation")

    for held_back in (second, again):
        assert held_back.status_code == 429
        assert int(held_back.headers["Retry-After"]) > 0
        assert "Too many attempts" in held_back.text


@pytest.mark.parametrize("by", ["per partner", "per network", "in all"])
def test_inviting_is_limited_for_more_than_one_person(  # noqa: PLR0917
    app: Flask, session: Session, siri: FlaskClient, partner: Partner, sign_in: SignInAs, by: str
) -> None:
    app.extensions["limits"] = Limits("", stated=f"colleague invited {by}=1/600")
    other = sign_in(make_user(session, partner=partner, role=ADMIN))

    assert [invite(siri, "Nina").status_code, invite(other, "Petra").status_code] == [303, 429]


def test_whoever_came_in_meanwhile_is_not_invited_again(
    siri: FlaskClient, pal: User, session: Session
) -> None:
    pal.password_hash = "x"
    session.commit()
    assert siri.post(f"{path(pal)}/invitation").status_code == 422
