import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import User
from tests.conftest import SignInAs
from tests.factories import make_user

CHOICES = [("language", "en"), ("theme", "dark")]


@pytest.mark.parametrize(("what", "chosen"), CHOICES)
def test_a_choice_is_kept_in_the_browser(client: FlaskClient, what: str, chosen: str) -> None:
    answer = client.post(f"/{what}", data={what: chosen, "back": "/sign-in?a=b"})

    cookie = client.get_cookie(what)
    assert answer.headers["Location"] == "/sign-in?a=b"
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == (chosen, True, "Lax")


@pytest.mark.parametrize(("what", "chosen"), CHOICES)
def test_a_choice_is_kept_in_the_profile(
    sign_in: SignInAs, session: Session, what: str, chosen: str
) -> None:
    user = make_user(session, language="nb")
    sign_in(user).post(f"/{what}", data={what: chosen})

    session.expire_all()
    assert getattr(session.get_one(User, user.id), what) == chosen


@pytest.mark.parametrize("what", ["language", "theme"])
def test_what_is_not_offered_is_not_kept(client: FlaskClient, what: str) -> None:
    answer = client.post(f"/{what}", data={what: "klingon"})

    assert answer.status_code == 303
    assert client.get_cookie(what) is None


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_way_back_cannot_lead_away(client: FlaskClient, back: str) -> None:
    answer = client.post("/theme", data={"theme": "dark", "back": back})

    assert answer.headers["Location"] == "/"
