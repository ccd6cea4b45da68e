from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, Membership, SignIn, Site, User
from portal.base import clock
from portal.base.access import Role, Visibility
from portal.base.history import Event, What
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.invitations.actions import Offer
from portal.users.actions import change_rights, end_access
from tests.conftest import SignInAs
from tests.factories import make_account, make_site, make_user

USERS = "/organization/users"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def ola(session: Session, account: Account) -> User:
    return make_user(session, account=account, name="Ola Hansen")


@pytest.fixture
def client(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def path_of(user: User) -> str:
    return f"{USERS}/{user.memberships[0].reference}"


def change(client: FlaskClient, user: User, **stated: Any) -> Any:
    version = user.memberships[0].version
    return client.post(f"{path_of(user)}/rights", data={"version": version, **stated})


def events(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).order_by(Event.id)))


def test_a_person_is_shown_with_what_they_are_and_what_happened(
    client: FlaskClient, session: Session, ola: User
) -> None:
    change(client, ola, role="observer")
    page = client.get(path_of(ola)).text

    for told in ("Ola Hansen", ola.email, "Observer", "Everything", "Never", "Kari Nordmann"):
        assert told in page
    assert "Role or sites changed" in page


def test_a_role_is_changed_at_once_and_on_record(
    client: FlaskClient, session: Session, ola: User, sign_in: SignInAs, account: Account
) -> None:
    browser = sign_in(ola)
    assert browser.get(USERS).status_code == 403

    assert change(client, ola, role="administrator").location == path_of(ola)

    assert browser.get(USERS).status_code == 200
    event = events(session)[0]
    assert (event.what, event.account_id) == (What.RIGHTS_CHANGED, account.id)
    assert event.details["before"] == "member"
    assert event.details["role"] == "administrator"


def test_sites_are_chosen_and_let_go_of(
    client: FlaskClient, session: Session, ola: User, account: Account
) -> None:
    oslo, bodo = make_site(session, account, "Oslo"), make_site(session, account, "Bodø")
    foreign = make_site(session, make_account(session), "Fremmed")
    change(
        client,
        ola,
        role="member",
        sees="own_sites",
        sites=[str(each.id) for each in (oslo, bodo, foreign)],
    )
    session.expire_all()
    assert ola.memberships[0].sees is Visibility.EVERYTHING  # one of them is not there
    sites = [str(each.id) for each in (oslo, bodo)]
    change(client, ola, role="member", sees="own_sites", sites=sites)
    session.expire_all()
    membership = ola.memberships[0]
    assert membership.sees is Visibility.OWN_SITES
    assert {it.site_id for it in membership.sites} == {oslo.id, bodo.id}
    assert "Bodø" in client.get(path_of(ola)).text
    assert f'value="{oslo.id}" checked' in client.get(f"{path_of(ola)}/rights").text

    change(client, ola, role="administrator", sees="own_sites", sites=[str(oslo.id)])
    session.expire_all()
    assert (membership.sees, membership.sites) == (Visibility.EVERYTHING, [])


def test_a_role_that_is_nobodys_here_is_refused(
    client: FlaskClient, session: Session, ola: User
) -> None:
    for role in ("staff_administrator", "partner", "", "null"):
        assert change(client, ola, role=role).status_code == 422
    session.expire_all()
    assert ola.memberships[0].role is Role.MEMBER


def test_a_stale_save_is_told(client: FlaskClient, session: Session, ola: User) -> None:
    version = ola.memberships[0].version
    change(client, ola, role="observer")
    answer = client.post(f"{path_of(ola)}/rights", data={"version": version, "role": "member"})

    assert answer.status_code == 422
    assert "Someone else changed this" in answer.text


@pytest.mark.parametrize("deed", ["rights", "deactivation", "return"])
def test_deeds_on_access_ask_who_one_is(
    client: FlaskClient, session: Session, ola: User, deed: str
) -> None:
    session.query(SignIn).update({"proven_at": clock.now() - timedelta(minutes=6)})
    session.commit()
    answer = client.post(f"{path_of(ola)}/{deed}", data={"role": "observer", "version": 1})

    assert answer.location.startswith("/sign-in/again")
    assert events(session) == []


def test_a_leaver_is_out_at_once_everywhere(
    client: FlaskClient, session: Session, ola: User, sign_in: SignInAs
) -> None:
    browsers = [sign_in(ola), sign_in(ola)]
    assert browsers[0].get("/products").status_code == 200

    assert client.post(f"{path_of(ola)}/deactivation").location == path_of(ola)

    for browser in browsers:
        assert browser.get("/products").location.startswith("/sign-in")
    session.expire_all()
    assert ola.deactivated_at is not None
    assert session.scalars(select(SignIn).where(SignIn.user_id == ola.id)).all() == []
    assert [event.what for event in events(session)] == [What.ACCESS_ENDED]
    page = client.get(path_of(ola)).text
    assert "Deactivated" in page
    assert "Give access back" in page


@pytest.mark.parametrize("name", ["role", "account_id", "user_id", "permissions"])
def test_what_is_added_to_a_form_that_is_but_a_button_undoes_the_deed(
    client: FlaskClient, session: Session, ola: User, name: str
) -> None:
    answer = client.post(f"{path_of(ola)}/deactivation", data={name: "administrator"})

    assert answer.status_code == 400
    assert "The form held something it does not ask for" in answer.text
    session.expire_all()
    assert ola.deactivated_at is None
    assert events(session) == []
    assert "alert" not in client.get(path_of(ola)).text


def test_whoever_belongs_to_another_account_keeps_that(
    client: FlaskClient, session: Session, ola: User, account: Account, sign_in: SignInAs
) -> None:
    other = make_account(session, "Fjordhelse HF")
    session.add(Membership(user_id=ola.id, account_id=other.id, role=Role.MEMBER))
    session.commit()
    here, there = sign_in(ola, acting_for=account), sign_in(ola, acting_for=other)

    client.post(f"{path_of(ola)}/deactivation")

    assert here.get("/products").location == "/accounts"
    assert here.post(USERS).location == "/accounts"
    assert there.get("/products").status_code == 200
    session.expire_all()
    assert ola.deactivated_at is None


def test_whoever_left_is_brought_back_as_what_they_were(
    client: FlaskClient, session: Session, ola: User, sign_in: SignInAs
) -> None:
    client.post(f"{path_of(ola)}/deactivation")
    client.post(f"{path_of(ola)}/deactivation")
    client.post(f"{path_of(ola)}/return")

    session.expire_all()
    assert (ola.deactivated_at, ola.memberships[0].deactivated_at) == (None, None)
    assert sign_in(ola).get("/products").status_code == 200
    assert [it.what for it in events(session)] == [What.ACCESS_ENDED, What.ACCESS_RESTORED]


@pytest.mark.parametrize("way", ["erased", "deactivated otherwise"])
def test_whoever_left_for_good_is_not_brought_back(
    client: FlaskClient, session: Session, ola: User, way: str
) -> None:
    client.post(f"{path_of(ola)}/deactivation")
    session.expire_all()
    if way == "erased":
        ola.erased_at = clock.now()
    else:
        ola.deactivated_at = clock.now() + timedelta(seconds=5)
    session.commit()

    assert client.post(f"{path_of(ola)}/return").status_code == 422


def test_nobody_ends_their_own_access(client: FlaskClient, session: Session, kari: User) -> None:
    make_user(session, account=kari.memberships[0].account, role=Role.ADMINISTRATOR)

    assert client.post(f"{path_of(kari)}/deactivation").status_code == 422
    assert client.get(USERS).status_code == 200


def test_the_only_administrator_stays_one(
    client: FlaskClient, session: Session, kari: User, account: Account, sign_in: SignInAs
) -> None:
    gone = make_user(session, account=account, role=Role.ADMINISTRATOR)
    gone.memberships[0].deactivated_at = clock.now()
    session.commit()
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR), acting_for=account)

    for browser in (client, staff):
        answer = change(browser, kari, role="member")
        assert answer.status_code == 422
        assert "is the only administrator" in answer.text
    assert staff.post(f"{path_of(kari)}/deactivation").status_code == 422
    session.expire_all()
    assert kari.memberships[0].role is Role.ADMINISTRATOR


@pytest.mark.parametrize("deed", ["demoted", "deactivated"])
def test_of_two_administrators_who_turn_on_each_other_at_once_one_is_left(
    session: Session, sessions: Any, account: Account, kari: User, deed: str
) -> None:
    for _round in range(4):
        mette = make_user(session, account=account, role=Role.ADMINISTRATOR)
        session.query(Membership).filter_by(user_id=kari.id).update(
            {"role": Role.ADMINISTRATOR, "deactivated_at": None}
        )
        session.commit()
        pairs = [(kari, mette), (mette, kari)]
        ids = [(by.id, whom.memberships[0].id) for by, whom in pairs]
        scope = Scope(frozenset({account.id}), account.id)

        def turn(pair: tuple[int, int], scope: Scope = scope) -> bool:
            by, whom = pair
            with sessions(scope=scope) as own:
                membership = own.get_one(Membership, whom)
                try:
                    if deed == "demoted":
                        version = membership.version
                        offer = Offer(Role.MEMBER)
                        change_rights(own, membership, offer, version=version, by=Person(by))
                    else:
                        end_access(own, membership, by=Person(by), now=clock.now())
                except Refused:
                    return False
                own.commit()
                return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(turn, ids)) == [False, True]
        session.expire_all()
        for user in (kari, mette):
            session.query(Membership).filter_by(user_id=user.id).update({"role": Role.MEMBER})
            session.query(User).filter_by(id=user.id).update({"deactivated_at": None})
        session.commit()


def test_staff_do_it_for_the_customer_who_sees_it(
    client: FlaskClient, session: Session, ola: User, account: Account, sign_in: SignInAs
) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Admin")
    sign_in(admin, acting_for=account).post(f"{path_of(ola)}/deactivation")

    assert f"Admin (Poly) on behalf of {account.name}" in client.get(path_of(ola)).text


def test_strangers_do_not_exist(client: FlaskClient, session: Session) -> None:
    stranger = make_user(session, role=Role.ADMINISTRATOR)
    for path in ("", "/rights"):
        assert client.get(f"{path_of(stranger)}{path}").status_code == 404
    for deed in ("rights", "deactivation", "return", "handover"):
        assert client.post(f"{path_of(stranger)}/{deed}").status_code == 404


def test_what_a_leaver_held_is_handed_over(
    client: FlaskClient, session: Session, ola: User, kari: User, account: Account
) -> None:
    tromso, other = make_site(session, account), make_site(session, account, "Oslo")
    foreign = make_site(session, make_account(session), "Fremmed")
    for site in (tromso, foreign):
        site.contact_name, site.contact_email = ola.name, ola.email.upper()
    session.commit()
    client.post(f"{path_of(ola)}/deactivation")
    page = client.get(path_of(ola)).text
    assert "To hand over" in page
    assert "Tromsø" in page
    assert "Fremmed" not in page

    for wrong in ("", "nobody", ola.name, "someone@else.no"):
        assert client.post(f"{path_of(ola)}/handover", data={"to": wrong}).status_code == 422
    told = {"to": f"{kari.name} ({kari.email})"}
    assert client.post(f"{path_of(ola)}/handover", data=told).location == path_of(ola)

    session.expire_all()
    assert (tromso.contact_name, tromso.contact_email) == (kari.name, kari.email)
    assert foreign.contact_name == ola.name
    assert other.contact_name == ""
    assert "To hand over" not in client.get(path_of(ola)).text
    site_event = session.scalars(select(Event).where(Event.kind == "site")).one()
    assert (site_event.what, site_event.details) == (What.HANDED_OVER, {"user": kari.id})
    assert session.get(Site, tromso.id)


def test_colleagues_are_offered_while_one_types(
    client: FlaskClient, session: Session, ola: User, kari: User
) -> None:
    make_user(session, name="Ola Fremmed")
    part = {"HX-Request": "true", "HX-Target": "to-options"}
    found = client.get(f"{USERS}/colleagues?to=ola", headers=part).text

    assert f"Ola Hansen ({ola.email})" in found
    assert "Kari" not in found
    assert "Fremmed" not in found


def test_the_history_says_what_somebody_sees_from_then_on(
    client: FlaskClient, session: Session, ola: User
) -> None:
    change(client, ola, role="member", sees="own")
    page = client.get(path_of(ola)).text

    assert "Role or sites changed" in page
    assert "Sees: Their own only" in page
