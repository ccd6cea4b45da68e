import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, SignIn, User
from portal.accounts.tokens import hash_of
from portal.base import clock
from portal.base.access import Role, Visibility
from portal.base.history import Event, What
from portal.base.mails import Mail
from portal.invitations.inviting import PER_ACCOUNT
from portal.invitations.models import Invitation
from tests.conftest import SignInAs
from tests.factories import make_account, make_partner, make_site, make_user

USERS, NEW = "/organization/users", "/organization/users/new"
OLA = "ola@nordlys.example.com"
RunJobs = Callable[..., Any]


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def client(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="token"[^>]*value="([^"]+)"', client.get(NEW).text)
    assert found
    return found[1]


def send(client: FlaskClient, emails: str = OLA, **stated: Any) -> Any:
    told = {"emails": emails, "role": "member", "language": "nb", "token": token_of(client)}
    return client.post(USERS, data={**told, **stated})


def invitations(session: Session) -> list[Invitation]:
    session.expire_all()
    return list(session.scalars(select(Invitation).order_by(Invitation.id)))


def mails(session: Session, run_jobs: RunJobs) -> list[Mail]:
    run_jobs()
    session.expire_all()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_one_field_is_enough_and_a_mail_is_sent_in_their_language(
    client: FlaskClient, session: Session, account: Account, run_jobs: RunJobs
) -> None:
    answer = send(client)

    assert (answer.status_code, answer.location) == (303, USERS)
    invitation = invitations(session)[0]
    assert (invitation.email, invitation.role, invitation.sees) == (
        OLA,
        Role.MEMBER,
        Visibility.EVERYTHING,
    )
    mail = mails(session, run_jobs)[0]
    assert (mail.address, mail.subject) == (
        OLA,
        f"{account.name} inviterer deg til støtteportalen",
    )
    found = re.search(r"http://localhost/invitations/([\w-]+)", mail.text)
    assert found
    assert "Medlem" in mail.text
    assert len(found[1]) >= 22
    assert invitation.token_hash == hash_of(found[1])
    event = session.scalars(select(Event)).one()
    assert (event.what, event.kind, event.record_id) == (What.INVITED, "invitation", invitation.id)
    assert OLA not in str(event.details)


def test_many_are_invited_at_once_with_role_and_sites(
    client: FlaskClient, session: Session, account: Account, run_jobs: RunJobs
) -> None:
    oslo, _bodo = make_site(session, account, "Oslo"), make_site(session, account, "Bodø")
    answer = send(
        client,
        "Ola Hansen <ola@x.no>; mette@x.no",
        role="observer",
        sees="own_sites",
        sites=[str(oslo.id)],
        language="en",
    )

    assert answer.status_code == 303
    assert [(it.email, it.role, it.sees, it.site_ids) for it in invitations(session)] == [
        (email, Role.OBSERVER, Visibility.OWN_SITES, [oslo.id])
        for email in ("ola@x.no", "mette@x.no")
    ]
    assert {mail.subject for mail in mails(session, run_jobs)} == {
        f"{account.name} invites you to the support portal"
    }


def test_a_double_click_sends_once(
    client: FlaskClient, session: Session, run_jobs: RunJobs
) -> None:
    token = token_of(client)
    first, second = (send(client, token=token) for _ in range(2))

    assert first.location == second.location
    assert len(mails(session, run_jobs)) == 1


def test_chosen_sites_are_at_least_one(
    client: FlaskClient, session: Session, account: Account
) -> None:
    make_site(session, account, "Oslo"), make_site(session, account, "Bodø")
    answer = send(client, sees="own_sites")

    assert answer.status_code == 422
    assert "Choose at least one site." in answer.text


def test_where_there_are_many_sites_they_are_named(
    client: FlaskClient, session: Session, account: Account
) -> None:
    for number in range(41):
        make_site(session, account, f"Sted {number}")
    wrong = send(client, sees="own_sites", site_names="Sted 7\nMånen")
    assert (wrong.status_code, "called Månen" in wrong.text) == (422, True)

    assert send(client, sees="own_sites", site_names="sted 7\r\nSTED 9 ").status_code == 303
    assert len(invitations(session)[0].site_ids) == 2


@pytest.mark.parametrize(
    "stated",
    [
        {"role": "staff_administrator"},
        {"role": "partner"},
        {"role": ""},
        {"language": "xx"},
        {"emails": ""},
        {"emails": "no address"},
        {"emails": "a@x.no\r\nBcc: evil@x.no"},
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_sent(
    client: FlaskClient, session: Session, stated: dict[str, str]
) -> None:
    answer = send(client, **stated)

    assert answer.status_code == 422
    assert invitations(session) == []


def test_accounts_that_are_added_to_the_form_are_refused(
    client: FlaskClient, session: Session, account: Account
) -> None:
    other = make_account(session)
    for more in ({"account_id": str(other.id)}, {"account": str(other.id)}, {"invited_by_id": "1"}):
        answer = send(client, **more)
        assert answer.status_code == 400
        assert "The form held something it does not ask for" in answer.text

    assert invitations(session) == []


def test_members_are_said_to_be_there_with_a_link_and_nobody_is_invited(
    client: FlaskClient, session: Session, account: Account
) -> None:
    ola = make_user(session, account=account)
    gone = make_user(session, account=account)
    gone.memberships[0].deactivated_at = gone.deactivated_at = clock.now()
    session.commit()

    answer = send(client, f"{ola.email} {gone.email.upper()} new@x.no")

    assert answer.status_code == 422
    for user in (ola, gone):
        assert f"{USERS}/{user.memberships[0].reference}" in answer.text
    assert "new@x.no" in answer.text
    assert invitations(session) == []


def test_who_is_invited_already_is_shown_until_it_ends(
    client: FlaskClient, session: Session, sign_in: SignInAs, kari: User
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        send(client)
        answer = send(client)
        assert answer.status_code == 422
        assert f"/organization/invitations/{invitations(session)[0].reference}" in answer.text

        traveller.shift(timedelta(hours=72))
        assert send(sign_in(kari)).status_code == 303
    assert len(invitations(session)) == 1


def test_nobody_learns_whose_an_address_is_and_whoever_has_it_is_told(
    client: FlaskClient, session: Session, run_jobs: RunJobs
) -> None:
    partner = make_user(session, role=Role.PARTNER, partner=make_partner(session))
    staff, elsewhere = make_user(session, role=Role.AGENT), make_user(session)
    addresses = [partner.email, staff.email, elsewhere.email, "nobody@example.com"]

    said = set()
    for email in addresses:
        answer = send(client, email)
        assert (answer.status_code, answer.location) == (303, USERS)
        said.add(client.get(USERS).text.count(f"The invitation to {email} is sent."))
    assert said == {1}
    again = [client.post(f"/organization/invitations/{it.reference}/renewal").status_code
             for it in invitations(session)]  # fmt: skip
    assert again == [303] * 4
    sent = mails(session, run_jobs)
    for email in addresses:
        texts = [mail.text for mail in sent if mail.address == email]
        assert len(texts) == 2
        barred = email in {partner.email, staff.email}
        assert all(("/invitations/" in text) is not barred for text in texts)
        assert all(("another address" in text or "en annen adresse" in text) is barred
                   for text in texts)  # fmt: skip


def test_sites_that_are_not_there_are_refused_beside_those_that_are(
    client: FlaskClient, session: Session, account: Account
) -> None:
    site, theirs = make_site(session, account), make_site(session, make_account(session))
    for wrong in (999_999, theirs.id):
        answer = send(client, sees="own_sites", sites=[site.id, wrong])
        assert answer.status_code == 422
        assert 'id="sites-error"' in answer.text
    assert invitations(session) == []
    assert send(client, sees="own_sites", sites=[site.id]).status_code == 303


def test_two_who_invite_the_same_at_once_send_one_invitation(
    app: Flask, session: Session, account: Account, sign_in: SignInAs
) -> None:
    browsers = [
        sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR)) for _ in range(4)
    ]
    tokens = [token_of(browser) for browser in browsers]

    def post(number: int) -> int:
        return int(send(browsers[number], token=tokens[number]).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(post, range(4))) == [303, 422, 422, 422]
    assert session.scalar(select(func.count(Invitation.id))) == 1


def test_an_account_invites_so_many_a_day(client: FlaskClient, session: Session) -> None:
    for round in range(PER_ACCOUNT.tries // 50):
        assert send(client, " ".join(f"a{round}-{n}@x.no" for n in range(50))).status_code == 303
    answer = send(client)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 80_000
    assert OLA not in {it.email for it in invitations(session)}
    shown = f"/organization/invitations/{invitations(session)[0].reference}"
    assert client.post(f"{shown}/renewal").status_code == 429


def test_an_administrator_is_invited_only_by_someone_who_proved_who_they_are(
    client: FlaskClient, session: Session, kari: User
) -> None:
    session.query(SignIn).update({"proven_at": clock.now() - timedelta(minutes=6)})
    session.commit()

    assert send(client).status_code == 303
    answer = send(client, "boss@x.no", role="administrator")
    assert answer.location.startswith("/sign-in/again")
    assert [it.email for it in invitations(session)] == [OLA]

    session.query(SignIn).update({"proven_at": clock.now()})
    session.commit()
    send(client, "boss@x.no", role="administrator")
    assert [it.role for it in invitations(session)] == [Role.MEMBER, Role.ADMINISTRATOR]


def test_sent_again_the_first_link_is_worth_nothing(
    client: FlaskClient, session: Session, app: Flask, run_jobs: RunJobs
) -> None:
    send(client)
    path = f"/organization/invitations/{invitations(session)[0].reference}"
    assert OLA in client.get(path).text

    assert client.post(f"{path}/renewal").location == path

    links = [re.findall(r"/invitations/[\w-]+", mail.text)[0] for mail in mails(session, run_jobs)]
    stranger = app.test_client()
    assert [stranger.get(link).status_code for link in links] == [410, 200]
    assert "Invitation sent again" in client.get(path).text


def test_withdrawn_it_is_worth_nothing_and_gone_from_the_list(
    client: FlaskClient, session: Session, app: Flask, run_jobs: RunJobs
) -> None:
    send(client)
    path = f"/organization/invitations/{invitations(session)[0].reference}"
    link = re.findall(r"/invitations/[\w-]+", mails(session, run_jobs)[0].text)[0]

    assert client.post(f"{path}/withdrawal").location == USERS

    client.get(USERS)
    assert OLA not in client.get(USERS).text
    assert client.get(path).status_code == 404
    assert app.test_client().get(link).status_code == 410
    assert app.test_client().post(link, data={"name": "x"}).status_code == 410
    assert send(client).status_code == 303


def test_staff_invite_for_the_customer_who_sees_it(
    session: Session, account: Account, sign_in: SignInAs, kari: User, run_jobs: RunJobs
) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Admin")
    send(sign_in(admin, acting_for=account))

    event = session.scalars(select(Event).where(Event.what == What.INVITED)).one()
    assert (event.account_id, event.by_id, event.on_behalf) == (account.id, admin.id, True)
    assert "Admin i Poly" in mails(session, run_jobs)[0].text
    page = sign_in(kari).get(f"/organization/invitations/{invitations(session)[0].reference}")
    assert f"Admin (Poly) on behalf of {account.name}" in page.text


def test_nobody_is_invited_to_an_account_that_is_closed(
    client: FlaskClient, session: Session, account: Account
) -> None:
    account.closed_at = clock.now()
    session.commit()

    assert send(client).status_code == 423
    assert session.scalar(select(func.count(Membership.id))) == 1


def test_the_link_is_built_on_our_own_address_whatever_the_request_claims(
    app: Flask, client: FlaskClient, session: Session, run_jobs: RunJobs
) -> None:
    app.config["TRUSTED_HOSTS"] = None
    told = {"emails": OLA, "role": "member", "language": "nb", "token": token_of(client)}
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    client.post(USERS, data=told, headers=forged)

    for mail in mails(session, run_jobs):
        assert "evil.example" not in mail.text + mail.html
