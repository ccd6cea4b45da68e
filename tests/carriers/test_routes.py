import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.carriers.models import OtherCarrier
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user
from tests.replacements.test_routes import words

PAGE = "/desk/logistics/carriers"
BUD = {"name": " Rask  Bud ", "link": "https://bud.example.com/{number}", "token": "t"}


def kept(session: Session) -> list[tuple[str, str, bool]]:
    session.expire_all()
    found = session.query(OtherCarrier).order_by(OtherCarrier.id)
    return [(it.name, it.link, it.withdrawn_at is None) for it in found]


def offered(lars: FlaskClient) -> bool:
    return ">Rask Bud</option>" in lars.get("/desk/logistics").text


def test_a_carrier_is_added_once_and_can_be_chosen(session: Session, lars: FlaskClient) -> None:
    assert not offered(lars)
    for _ in range(2):
        assert lars.post(PAGE, data=BUD).status_code == 303
    assert kept(session) == [("Rask Bud", BUD["link"], True)]
    assert "Rask Bud" in words(lars.get(PAGE).text)
    assert offered(lars)


def test_withdrawn_it_is_not_offered_and_can_come_back(session: Session, lars: FlaskClient) -> None:
    lars.post(PAGE, data=BUD)
    number = session.query(OtherCarrier).one().id
    for _ in range(2):
        assert lars.post(f"{PAGE}/{number}/withdrawal").status_code == 303
    assert not offered(lars)
    assert lars.post(PAGE, data=BUD | {"token": "u", "name": "rask bud"}).status_code == 303
    assert kept(session) == [("rask bud", BUD["link"], True)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 41),
        ("name", "POSTEN"),
        ("name", "Bring"),
        ("name", "RASK BUD"),
        ("link", "http://bud.example.com/{number}"),
        ("link", "https://bud.example.com/"),
        ("link", "javascript:{number}"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    field: str, value: str, session: Session, lars: FlaskClient
) -> None:
    lars.post(PAGE, data=BUD)
    data = BUD | {"token": "u", "name": "Nytt bud"} | {field: value}
    refused = lars.post(PAGE, data=data)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert len(kept(session)) == 1


def test_others_of_staff_look_only(session: Session, sign_in: SignInAs, lars: FlaskClient) -> None:
    csm = sign_in(make_user(session, role=Role.CSM))
    assert csm.get(PAGE).status_code == 200
    assert csm.post(PAGE, data=BUD).status_code == 403


def test_the_page_takes_few_statements(session: Session, lars: FlaskClient, engine: Engine) -> None:
    session.add_all(OtherCarrier(name=f"Bud {it}", link="") for it in range(40))
    session.commit()
    lars.get(PAGE)
    with counted(engine) as asked:
        lars.get(PAGE)
    assert len(asked) <= 6
