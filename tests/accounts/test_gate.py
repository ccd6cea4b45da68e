import time
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hashing import hash_of_password
from portal.accounts.models import Account, Membership, SignIn, User
from portal.base.access import Role
from tests.conftest import SignInAs
from tests.factories import make_account, make_site, make_user

PASSWORD = "five calm otters rowing"
HASH = hash_of_password(PASSWORD)
SITES = "/organization/sites"
TYPED = {"name": "Kautokeino", "street": "Storgata 1\n2. etasje", "country": "NO"}


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, password_hash=HASH)


@pytest.fixture
def late(ola: User, sign_in: SignInAs) -> FlaskClient:
    """A browser in which Ola's sign-in ended an hour ago."""
    with time_machine.travel(_hours_ago(2), tick=False):
        return sign_in(ola)


def _hours_ago(hours: int) -> float:
    return time.time() - timedelta(hours=hours).total_seconds()


def enter(client: FlaskClient, path: str, user: User) -> str:
    answer = client.post(path, data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303
    return answer.location


def test_what_was_typed_is_there_again_after_signing_in(late: FlaskClient, ola: User) -> None:
    referer = {"Referer": f"http://localhost{SITES}/new"}
    asked = late.post(SITES, data={**TYPED, "token": "x" * 20}, headers=referer)
    assert (asked.status_code, asked.location) == (303, f"/sign-in?back={SITES}/new")
    assert "Du er logget ut" in late.get(asked.location).text

    back = enter(late, asked.location, ola)

    shown = late.get(back).text
    assert 'value="Kautokeino"' in shown
    assert "Storgata 1\n2. etasje" in shown.replace("\r\n", "\n")
    assert 'name="token"' in shown


def test_it_is_there_until_it_is_sent_and_not_after(late: FlaskClient, ola: User) -> None:
    referer = {"Referer": f"http://localhost{SITES}/new"}
    asked = late.post(SITES, data={**TYPED, "token": "x" * 20}, headers=referer)
    enter(late, asked.location, ola)
    assert "Kautokeino" in late.get(f"{SITES}/new").text
    assert "Kautokeino" in late.get(f"{SITES}/new").text

    with late.post(SITES, data={**TYPED, "token": "y" * 20}) as answer:
        assert answer.status_code == 303

    late.get(answer.location)
    assert "Kautokeino" not in late.get(f"{SITES}/new").text


def test_it_is_shown_on_its_own_page_only(late: FlaskClient, ola: User, session: Session) -> None:
    site = make_site(session, ola.memberships[0].account, "Bodø")
    path = f"{SITES}/{site.reference}/details"
    data = {**TYPED, "version": "1"}
    asked = late.post(path, data=data, headers={"Referer": f"http://localhost{path}"})
    enter(late, asked.location, ola)

    assert "Kautokeino" in late.get(path).text
    assert "Kautokeino" not in late.get(f"{SITES}/new").text


def test_a_form_without_a_page_of_its_own_leads_to_the_page_above_it(
    late: FlaskClient, ola: User
) -> None:
    asked = late.post("/products/P-1000017/retirement")
    assert asked.location == "/sign-in?back=/products/P-1000017"


def test_a_page_elsewhere_is_not_led_back_to(late: FlaskClient) -> None:
    for referer in ("http://evil.example/organization/sites/new", "//evil.example", "x"):
        asked = late.post(SITES, data=TYPED, headers={"Referer": referer})
        assert asked.location in {f"/sign-in?back={SITES}", "/sign-in?back=/"}


def test_another_person_at_the_same_browser_sees_nothing_of_it(
    late: FlaskClient, ola: User, session: Session
) -> None:
    other = make_user(session, account=ola.memberships[0].account, password_hash=HASH)
    referer = {"Referer": f"http://localhost{SITES}/new"}
    asked = late.post(SITES, data=TYPED, headers=referer)

    back = enter(late, asked.location, other)

    assert "Kautokeino" not in late.get(back).text
    enter(late, "/sign-in", other)


def test_secrets_files_and_endless_texts_are_not_kept(
    late: FlaskClient, ola: User, session: Session
) -> None:
    for data, kept in (
        ({"password": "secret", "old_password": "secret", "csrf_token": "x", "token": "y"}, None),
        ({"name": "x" * 70_000}, None),
        ({"": "x"}, None),
        ({"name": "x", "file": (BytesIO(b"x" * 450_000), "l.csv")}, {"name": ["x"], "": ["l.csv"]}),
    ):
        late.post(SITES, data=data, content_type="multipart/form-data")
        session.expire_all()
        assert session.scalars(select(SignIn)).one().kept == kept


def test_strangers_can_put_nothing_away(client: FlaskClient, session: Session) -> None:
    assert client.post(SITES, data=TYPED).status_code == 303
    with client.session_transaction() as cookie:
        cookie["sign_in"] = "made up"
    assert client.post(SITES, data=TYPED).status_code == 303
    assert session.scalars(select(SignIn)).all() == []


def test_after_signing_in_again_the_same_account_is_at_hand(
    session: Session, sign_in: SignInAs, ola: User
) -> None:
    second: Account = make_account(session, "Fjordhelse HF")
    session.add(Membership(user_id=ola.id, account_id=second.id, role=Role.MEMBER))
    session.commit()
    with time_machine.travel(_hours_ago(2), tick=False):
        late = sign_in(ola, acting_for=second)

    enter(late, "/sign-in", ola)

    assert "Fjordhelse HF" in late.get("/").text


def test_a_part_of_a_page_is_sent_to_the_sign_in_page(late: FlaskClient, ola: User) -> None:
    headers = {
        "HX-Request": "true",
        "HX-Target": "site-list",
        "HX-Current-URL": "http://localhost/organization/sites?q=b%C3%B8",
    }
    answer = late.get(f"{SITES}?q=bø", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?back=/organization/sites?q%3Db%25C3%25B8"
    assert enter(late, answer.headers["HX-Redirect"], ola) == "/organization/sites?q=b%C3%B8"


def test_a_program_is_told_that_it_is_not_signed_in(client: FlaskClient) -> None:
    answer = client.get(SITES, headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
