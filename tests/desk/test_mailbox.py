import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.mails import Mail
from tests.conftest import SignInAs
from tests.factories import MOMENT, make_user

HTMX = {"HX-Request": "true", "HX-Target": "mail-list"}


@pytest.fixture
def admin(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))


def make_mail(session: Session, number: int = 1, **values: str) -> Mail:
    told = {
        "message_id": f"<{number}@localhost>",
        "address": f"user{number}@example.com",
        "language": "nb",
        "subject": f"Subject {number}",
        "text": "Hei.\n\nSe http://localhost/products nå.\n",
        "html": "<p>Hei.</p>",
    }
    mail = Mail(**(told | values), written_at=MOMENT)
    session.add(mail)
    session.commit()
    return mail


def test_only_the_portals_administrators_read_other_peoples_mails(
    session: Session, sign_in: SignInAs
) -> None:
    mail = make_mail(session)
    for role in (Role.AGENT, Role.CSM, Role.ADMINISTRATOR):
        browser = sign_in(make_user(session, role=role))
        for path in ("/desk/mailbox", f"/desk/mailbox/{mail.id}"):
            assert browser.get(path).status_code == 403


def test_an_empty_mailbox_says_so(admin: FlaskClient) -> None:
    assert "No mails yet" in admin.get("/desk/mailbox").text


def test_mails_are_listed_newest_first_a_page_at_a_time(
    session: Session, admin: FlaskClient
) -> None:
    for number in range(1, 31):
        make_mail(session, number)
    first = admin.get("/desk/mailbox").text
    assert "30 mails" in first
    assert first.index("Subject 30") < first.index("Subject 6")
    assert "Subject 5<" not in first
    after = first.partition("after=")[2].partition('"')[0]
    second = admin.get(f"/desk/mailbox?after={after}").text
    assert "Subject 5<" in second
    assert "Subject 6<" not in second


@pytest.mark.parametrize("asked", ["USER7@", "user7", "7@example"])
def test_mails_are_found_by_address(session: Session, admin: FlaskClient, asked: str) -> None:
    for number in range(5, 9):
        make_mail(session, number)
    found = admin.get("/desk/mailbox", query_string={"q": asked}, headers=HTMX).text
    assert "Subject 7" in found
    assert "Subject 8" not in found
    assert "<html" not in found


@pytest.mark.parametrize("asked", ["%", "_", "nobody", "\0zz", "' OR 1=1"])
def test_what_is_searched_for_is_only_ever_text(
    session: Session, admin: FlaskClient, asked: str
) -> None:
    make_mail(session, 1)
    assert "No matches" in admin.get("/desk/mailbox", query_string={"q": asked}).text


def test_a_mail_is_shown_as_text_and_never_as_html(session: Session, admin: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    mail = make_mail(session, subject=evil, text=f"{evil}\n\nhttp://localhost.evil/x\n", html=evil)
    shown = admin.get(f"/desk/mailbox/{mail.id}").text
    assert "alert(1)" in shown
    assert evil not in shown
    assert 'href="http://localhost.evil' not in shown


def test_the_links_of_a_mail_can_be_followed(session: Session, admin: FlaskClient) -> None:
    mail = make_mail(session)
    assert 'href="http://localhost/products"' in admin.get(f"/desk/mailbox/{mail.id}").text


@pytest.mark.parametrize("number", ["999", "99999999999999999999", "x"])
def test_a_mail_that_is_not_there_is_not_found(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/desk/mailbox/{number}").status_code == 404
