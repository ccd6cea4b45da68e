"""Signing in through a real provider: who gets in, as whom, and what is refused."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.hashing import hash_password
from portal.accounts.models import Account, Membership, SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import Job
from portal.invitations.actions import Offer, invite
from portal.invitations.rules import Invitee
from portal.single_sign_on import documents
from portal.single_sign_on.models import Identity, SignInAttempt, SingleSignOn
from tests.factories import make_account, make_user
from tests.single_sign_on.conftest import Visit, kari
from tests.single_sign_on.provider import Provider

Come = Callable[[], Visit]
MAILS = select(Job).where(Job.name == "mail.send")
KARI = "kari@nordlys.example.com"


def a_colleague(session: Session, account: Account, **known: Any) -> User:
    user = make_user(session, account=account, **known)
    user.email = KARI
    session.commit()
    return user


def signed_in(session: Session) -> list[SignIn]:
    session.expire_all()
    return list(session.scalars(select(SignIn)))


def test_the_first_sign_in_makes_the_user(
    sso: SingleSignOn, visit: Come, session: Session, provider: Provider
) -> None:
    answer = visit().go(kari(), back="/products")

    assert (answer.status_code, answer.location) == (303, "/products")
    user = session.scalars(select(User)).one()
    membership = session.scalars(select(Membership)).one()
    assert (user.email, user.name, user.password_hash) == (KARI, "Kari Nordmann", "")
    assert (membership.account_id, membership.role) == (sso.account_id, Role.OBSERVER)
    assert signed_in(session)[0].provider_id == sso.id
    assert session.scalars(select(Event.what)).all() == [What.JOINED_BY_SIGN_IN]
    assert set(session.scalars(select(DeskEvent.what))) == {
        What.CREATED,
        What.IDENTITY_LINKED,
        What.SIGNED_IN,
    }
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()


def test_whoever_comes_this_way_needs_no_invitation_any_more(
    sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    boss = make_user(session, account=account, role=Role.ADMINISTRATOR)
    told: dict[str, Any] = {"language": "en", "by": Person(boss.id), "now": clock.now()}
    ((waiting, token),) = invite(
        session, account.id, [Invitee(KARI)], Offer(Role.ADMINISTRATOR), **told
    )
    session.commit()
    here = visit()
    here.go(kari())

    session.refresh(waiting)
    assert waiting.withdrawn_at
    assert here.browser.post(f"/invitations/{token}").status_code == 410
    mine = select(Membership).join(Membership.user).where(User.email == KARI)
    assert session.scalars(mine).one().role is Role.OBSERVER


def test_later_they_are_known_by_issuer_and_subject_alone(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    visit().go(kari())
    answer = visit().go(kari(email="renamed@elsewhere.example.com", email_verified=False))

    assert answer.status_code == 303
    assert session.scalars(select(User.email)).all() == [KARI]
    assert len(signed_in(session)) == 2


def test_a_colleague_is_linked_by_a_proven_address_and_told(
    sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    ola = a_colleague(session, account, role=Role.ADMINISTRATOR)

    assert visit().go(kari()).location == "/"
    assert session.scalars(select(Identity.user_id)).all() == [ola.id]
    assert session.scalars(select(Membership.role)).all() == [Role.ADMINISTRATOR]
    mails = [it.payload["template"] for it in session.scalars(MAILS)]
    assert mails == ["single_sign_on/linked"]


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://another.example.com"},
        {"aud": "another-service"},
        {"aud": ["the-portal", "another-service"]},
        {"aud": ["the-portal", "another-service"], "azp": "another-service"},
        {"azp": "another-service"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["x"]},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": ["kari"]},
        {"sub": "x" * 256},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "kari@elsewhere.example.com"},
        {"email": "kari@nordlys.example.com, ola@elsewhere.example.com"},
        {"email": "kari@elsewhere.example.com@nordlys.example.com"},
        {"email": "kari@sub.nordlys.example.com"},
        {"email": ["kari@nordlys.example.com"]},
        {"email": None},
    ],
    ids="-".join,
)
def test_an_answer_with_a_lie_in_it_lets_nobody_in(
    lie: dict[str, Any],
    sso: SingleSignOn,
    visit: Come,
    session: Session,
    provider: Provider,
) -> None:
    a_colleague(session, session.get_one(Account, sso.account_id))
    provider.lies = lie

    assert visit().go(kari()).status_code == 422
    assert signed_in(session) == []
    assert session.scalars(select(Identity)).all() == []
    assert session.scalars(select(SignInAttempt)).all() == []  # it is used up all the same


@pytest.mark.parametrize("how", ["another key", "none", "the secret we share", "the public key"])
def test_only_the_providers_own_key_signs(
    how: str, sso: SingleSignOn, visit: Come, session: Session, provider: Provider
) -> None:
    if how == "another key":
        provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    elif how == "none":
        provider.alg = "none"
    else:
        provider.alg = "HS256"
        public = str(provider.key.as_dict(private=False)["n"])
        provider.signs_with = OctKey.import_key(
            public if how == "the public key" else b"known to two: the provider & the portal"
        )

    assert visit().go(kari()).status_code == 422
    assert signed_in(session) == []


def test_new_keys_of_the_provider_are_fetched(
    sso: SingleSignOn, visit: Come, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit().go(kari())
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    monkeypatch.setattr("portal.single_sign_on.provider._AGAIN", 0)

    assert visit().go(kari()).status_code == 303


def test_an_answer_is_good_once_and_only_in_the_browser_that_asked(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    mine, another = visit(), visit()
    location = mine.at_provider(mine.begin(), kari())
    another.begin()

    assert another.come_back(location).status_code == 422
    assert visit().come_back(location).status_code == 422
    assert mine.come_back(location.replace("state=", "state=x")).status_code == 422

    again = visit()
    location = again.at_provider(again.begin(), kari())
    assert again.come_back(location).status_code == 303
    assert again.come_back(location).status_code == 422
    assert len(signed_in(session)) == 1


def test_many_at_once_with_one_answer_are_one(
    app: Flask, sso: SingleSignOn, visit: Come, session: Session
) -> None:
    mine = visit()
    location = mine.at_provider(mine.begin(), kari())
    cookie = mine.browser.get_cookie("session")
    assert cookie

    def come(_each: int) -> int:
        browser = app.test_client()
        browser.set_cookie("session", cookie.value)
        return browser.get(location.removeprefix("http://localhost")).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(come, range(6)))
    assert answers == [303, *[422] * 5]
    assert len(signed_in(session)) == 1


def test_an_answer_that_comes_late_is_refused(
    sso: SingleSignOn, visit: Come, session: Session, travel: Callable[[timedelta], None]
) -> None:
    mine = visit()
    location = mine.at_provider(mine.begin(), kari())
    travel(timedelta(minutes=11))

    assert mine.come_back(location).status_code == 422
    assert signed_in(session) == []


@pytest.mark.parametrize(
    "query",
    ["", "code=x", "state=x", "state=&code=", "state=x&code=x&code=y", "error=access_denied",
     "error=%0d%0aSet-Cookie:x", "state[]=x&code[]=y"],
)  # fmt: skip
def test_made_up_answers_are_refused(query: str, sso: SingleSignOn, visit: Come) -> None:
    mine = visit()
    mine.begin()
    assert mine.browser.get(f"/sign-in/organization/answer?{query}").status_code == 422


@pytest.mark.parametrize(
    "who", ["deactivated", "left", "elsewhere", "both", "staff", "partner", "erased"]
)
def test_nobody_else_is_taken_over(
    who: str, sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    other = make_account(session)
    known: dict[str, Any] = {"staff": {"role": Role.AGENT}, "partner": {"role": Role.PARTNER}}
    user = a_colleague(session, other if who == "elsewhere" else account, **known.get(who, {}))
    if who == "deactivated":
        user.deactivated_at = clock.now()
    if who == "erased":
        user.erased_at = clock.now()
    if who == "left":
        user.memberships[0].deactivated_at = clock.now()
    if who == "both":
        user.memberships.append(Membership(account=other, role=Role.MEMBER))
    session.commit()

    assert visit().go(kari()).status_code == 422
    assert signed_in(session) == []
    assert session.scalars(select(Identity)).all() == []


@pytest.mark.parametrize("what", ["deactivated", "left", "both", "staff"])
def test_a_link_is_worth_nothing_to_whoever_is_no_longer_only_theirs(
    what: str, sso: SingleSignOn, visit: Come, session: Session
) -> None:
    visit().go(kari())
    other = make_account(session)
    user = session.scalars(select(User)).one()
    if what == "deactivated":
        user.deactivated_at = clock.now()
    if what == "left":
        user.memberships[0].deactivated_at = clock.now()
    if what == "both":
        user.memberships.append(Membership(account=other, role=Role.MEMBER))
    if what == "staff":
        user.staff_role = Role.AGENT
    session.commit()

    assert visit().go(kari()).status_code == 422


def test_an_address_given_to_somebody_else_at_the_provider_does_not_give_the_user(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    visit().go(kari())

    assert visit().go(kari(sub="the next kari")).status_code == 422
    assert len(signed_in(session)) == 1


def test_a_domain_not_proven_leads_nowhere(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    for email in ("kari@elsewhere.example.com", "kari", "", "kari@", "@nordlys.example.com.evil"):
        assert visit().begin(email).status_code == 422


def test_whoever_has_a_second_factor_is_asked_for_it_unless_the_provider_was_asked(
    sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    user = a_colleague(session, account)
    user.second_factor_at = clock.now()
    sso.vouches = True
    session.commit()
    # The first time it is asked for even so: only then is it known that both are the same person.
    assert visit().go(kari()).location.startswith("/sign-in/code")
    assert visit().go(kari()).location == "/"
    sso.vouches = False
    session.commit()
    assert visit().go(kari()).location.startswith("/sign-in/code")
    assert visit().go(kari(amr=["pwd", "mfa"])).location == "/"


def test_a_demanded_second_factor_may_be_the_providers(
    sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    account.second_factor_required = True
    session.commit()
    unsure, sure = visit(), visit()
    unsure.go(kari())
    sure.go(kari(amr=["mfa"]))

    assert unsure.browser.get("/").status_code == 303
    assert sure.browser.get("/").status_code == 200


def test_the_address_may_come_from_userinfo_of_the_same_person(
    sso: SingleSignOn, visit: Come, provider: Provider
) -> None:
    thin = kari(email=None, email_verified=None)
    provider.userinfo = {**kari().claims, "sub": "somebody else"}
    assert visit().go(thin).status_code == 422
    provider.userinfo = kari().claims
    assert visit().go(thin).status_code == 303


def test_a_provider_that_is_down_is_said_so_and_the_password_goes_on_working(
    sso: SingleSignOn, account: Account, visit: Come, session: Session
) -> None:
    a_colleague(session, account, password_hash=hash_password("right"))
    sso.issuer = "http://127.0.0.1:1"
    session.commit()
    documents.forget()
    mine = visit()

    assert (
        "does not answer"
        in mine.browser.post(
            "/sign-in/organization", data={"email": KARI}, headers={"Accept-Language": "en"}
        ).text
    )
    answer = mine.browser.post("/sign-in", data={"email": KARI, "password": "right"})
    assert answer.status_code == 303


def test_they_prove_again_at_the_provider_that_it_is_they(
    sso: SingleSignOn, visit: Come, session: Session, provider: Provider,
    travel: Callable[[timedelta], None],
) -> None:  # fmt: skip
    provider.signed_in_at = int(time.time()) - 3600
    mine = visit()
    mine.go(kari())
    sign_in = signed_in(session)[0]
    assert clock.now() - sign_in.proven_at > timedelta(minutes=30)
    again = "/sign-in/again/organization?back=/profile/security"

    # Not asked by the provider, somebody else, and then all as it should be.
    asked = mine.browser.get("/sign-in/again").text
    assert "organization" in asked
    assert 'type="password"' not in asked  # there is none
    assert 'class="or"' not in asked
    old = mine.at_provider(mine.begin(path=again), kari())
    assert mine.come_back(old).status_code == 422
    provider.signed_in_at = None
    other = mine.at_provider(mine.begin(path=again), kari(sub="somebody else"))
    assert mine.come_back(other).status_code == 422
    right = mine.come_back(mine.at_provider(mine.begin(path=again), kari()))
    assert (right.status_code, right.location) == (303, "/profile/security")
    assert provider.asked[-1]["prompt"] == "login"
    assert provider.asked[-1]["max_age"] == "0"
    assert clock.now() - signed_in(session)[0].proven_at < timedelta(minutes=1)


def test_signed_out_here_they_are_led_to_sign_out_there(
    sso: SingleSignOn, visit: Come, provider: Provider
) -> None:
    mine = visit()
    mine.go(kari())
    out = mine.browser.post("/sign-out")
    assert out.location == "/sign-in/organization/signed-out"
    assert f"{provider.issuer}/logout?client_id=the-portal" in mine.browser.get(out.location).text
    assert mine.browser.get("/").status_code == 303


def test_one_organizations_provider_opens_no_other_account(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    mine = visit()
    mine.go(kari())
    other = make_account(session)
    user = session.scalars(select(User)).one()
    user.memberships.append(Membership(account=other, role=Role.MEMBER))
    session.commit()

    chosen = mine.browser.post("/active-account", data={"account": other.master_account_id})
    assert chosen.status_code == 403


def test_a_second_sign_in_names_another_issuer_than_asked(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    mine = visit()
    location = mine.at_provider(mine.begin(), kari())
    assert mine.come_back(f"{location}&iss=https://mix.example.com").status_code == 422
    assert signed_in(session) == []


def test_a_name_that_leads_somewhere_is_not_taken_from_the_provider(
    sso: SingleSignOn, visit: Come, session: Session
) -> None:
    visit().go(kari(name="Locked: unlock at https://evil.example/pay"))

    assert session.scalars(select(User.name)).all() == ["Kari"]
