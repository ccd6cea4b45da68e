"""What each role sees, as the account decides it, and what is proposed by it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, Site, User
from portal.accounts.visibility import RoleVisibility
from portal.base.access import Role, Visibility
from portal.base.history import Event, What
from portal.invitations.models import Invitation
from tests.conftest import SignInAs
from tests.factories import account_of, make_account, make_site, make_user

PAGE = "/organization/users/visibility"


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, role=Role.ADMINISTRATOR, name="Kari Lie")


@pytest.fixture
def account(kari: User) -> Account:
    return account_of(kari)


@pytest.fixture
def client(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


@pytest.fixture
def site(session: Session, account: Account) -> Site:
    return make_site(session, account)


def decide(client: FlaskClient, member: str, observer: str) -> None:
    answer = client.post(PAGE, data={"member": member, "observer": observer})
    assert answer.status_code == 303


def invited(session: Session, client: FlaskClient, role: str, **more: object) -> Invitation:
    data = {"emails": "ny@example.com", "language": "nb", "token": "t" * 20, "role": role, **more}
    assert client.post("/organization/users", data=data).status_code == 303
    return session.scalars(select(Invitation).order_by(Invitation.id.desc())).one()


def test_everything_is_seen_until_somebody_decides(client: FlaskClient, site: Site) -> None:
    page = client.get(PAGE).text

    assert page.count('value="everything" checked') == 2
    form = client.get("/organization/users/new").text
    assert 'value="usual" checked' in form
    assert "Member: everything; Observer: everything" in form


def test_what_roles_see_is_decided_and_changed_on_record(
    session: Session, client: FlaskClient, account: Account
) -> None:
    decide(client, "own", "own_sites")
    decide(client, "own", "own_sites")
    decide(client, "everything", "own_sites")

    seen = dict(session.execute(select(RoleVisibility.role, RoleVisibility.sees)).all())
    assert seen == {Role.MEMBER: Visibility.EVERYTHING, Role.OBSERVER: Visibility.OWN_SITES}
    told = select(Event).where(Event.what == What.ROLES_SEE).order_by(Event.id)
    events = session.scalars(told).all()
    assert [event.details["member"] for event in events] == ["own", "everything"]
    assert {event.account_id for event in events} == {account.id}
    page = client.get(PAGE).text
    assert 'name="observer" id="observer-1" value="own_sites" checked' in page


def test_one_account_decides_nothing_for_another(
    session: Session, client: FlaskClient, sign_in: SignInAs
) -> None:
    other = make_account(session)
    theirs = sign_in(make_user(session, account=other, role=Role.ADMINISTRATOR))
    decide(client, "own", "own")

    assert theirs.get(PAGE).text.count('value="everything" checked') == 2
    decide(theirs, "own_sites", "everything")
    assert client.get(PAGE).text.count('value="own" checked') == 2


@pytest.mark.parametrize("sent", [{}, {"member": "own"}, {"member": "own", "observer": "own"}])
def test_what_is_not_said_stays_everything(client: FlaskClient, sent: dict[str, str]) -> None:
    assert client.post(PAGE, data=sent).status_code == 303


@pytest.mark.parametrize("value", ["", "null", "all", "own_sites'"])
def test_what_is_no_choice_is_refused(session: Session, client: FlaskClient, value: str) -> None:
    answer = client.post(PAGE, data={"member": value, "observer": "own"})

    assert answer.status_code == 422
    assert session.scalars(select(RoleVisibility)).all() == []


@pytest.mark.parametrize(("role", "sees"), [("member", "own"), ("observer", "everything")])
def test_whoever_is_invited_as_usual_sees_what_the_role_has(
    session: Session, client: FlaskClient, role: str, sees: str
) -> None:
    decide(client, "own", "everything")

    assert invited(session, client, role).sees == sees
    assert (
        "Member: their own only; Observer: everything" in client.get("/organization/users/new").text
    )


def test_a_persons_own_choice_goes_before(
    session: Session, client: FlaskClient, site: Site
) -> None:
    decide(client, "own", "everything")

    made = invited(session, client, "member", sees="own_sites", sites=[site.id])

    assert (made.sees, made.site_ids) == (Visibility.OWN_SITES, [site.id])


def test_chosen_sites_as_usual_must_be_chosen(
    session: Session, client: FlaskClient, site: Site
) -> None:
    decide(client, "own_sites", "everything")
    data = {"emails": "ny@example.com", "language": "nb", "token": "t" * 20, "role": "member"}

    answer = client.post("/organization/users", data=data)

    assert answer.status_code == 422
    assert "Choose at least one site." in answer.text
    assert 'value="own_sites" checked' in answer.text  # so that the sites are there to choose
    made = invited(session, client, "member", sites=[site.id])
    assert (made.sees, made.site_ids) == (Visibility.OWN_SITES, [site.id])


def test_chosen_sites_where_there_are_none_are_refused_and_nothing_breaks(
    client: FlaskClient,
) -> None:
    decide(client, "own_sites", "everything")
    data = {"emails": "ny@example.com", "language": "nb", "token": "t" * 20, "role": "member"}

    answer = client.post("/organization/users", data=data)

    assert answer.status_code == 422
    assert "Choose at least one site." in answer.text


def test_administrators_are_let_see_everything_whatever_is_usual(
    session: Session, client: FlaskClient, site: Site
) -> None:
    decide(client, "own_sites", "own_sites")

    assert invited(session, client, "administrator").sees is Visibility.EVERYTHING


def test_those_who_have_access_keep_what_they_saw(
    session: Session, client: FlaskClient, account: Account
) -> None:
    ola = make_user(session, account=account)

    decide(client, "own", "own")

    session.expire_all()
    assert ola.memberships[0].sees is Visibility.EVERYTHING


def test_somebody_is_changed_to_their_own_only(
    session: Session, client: FlaskClient, account: Account, change: Callable[..., None]
) -> None:
    membership = make_user(session, account=account).memberships[0]

    change(client, membership, role="member", sees="own")

    mine = select(Membership.sees).where(Membership.id == membership.id)
    assert session.scalars(mine).one() is Visibility.OWN
    shown = client.get(f"/organization/users/{membership.reference}").text
    assert "Their own only" in shown
    form = client.get(f"/organization/users/{membership.reference}/rights").text
    assert 'value="own" checked' in form
    change(client, membership, role="member", sees="usual")
    assert session.scalars(mine).one() is Visibility.EVERYTHING


@pytest.fixture
def change(session: Session) -> Callable[..., None]:
    def send(client: FlaskClient, membership: Membership, **fields: object) -> None:
        path = f"/organization/users/{membership.reference}/rights"
        session.refresh(membership)
        data = {"version": membership.version, **fields}
        assert client.post(path, data=data).status_code == 303

    return send
