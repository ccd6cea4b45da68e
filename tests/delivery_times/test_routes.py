from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.delivery_times.models import PostalCodeStretch, ShippingSite
from portal.delivery_times.times import delivery_times
from tests.conftest import SignInAs
from tests.factories import make_user

PAGE = "/desk/delivery-times"
SHIPPING = {
    **{"name": "Oslo", "country": "NO", "zone": "Europe/Oslo"},
    **{"days_off": "24.12, 31.12", "version": "0"},
}
STRETCH = {"in_country": "NO", "first_code": "9170", "last_code": "9179", "days": "3", "token": "t"}


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


@pytest.fixture
def before_three() -> Iterator[None]:
    """A Thursday, one second before three o'clock in Norway."""
    with time_machine.travel("2026-11-19 13:59:59Z", tick=False):
        yield


def stretches(session: Session) -> list[tuple[int, int, int]]:
    session.expire_all()
    found = session.scalars(select(PostalCodeStretch).order_by(PostalCodeStretch.first_code))
    return [(it.first_code, it.last_code, it.days) for it in found]


@pytest.mark.usefixtures("before_three")
def test_without_a_word_the_plans_defaults_hold(session: Session, sign_in: SignInAs) -> None:
    text = sign_in(make_user(session, role=Role.LOGISTICS)).get(PAGE).text

    assert 'value="24.12., 31.12."' in text
    assert "leaves Thursday 19 November and arrives Friday 20 November" in text


@pytest.mark.usefixtures("before_three")
def test_logistics_says_which_days_are_off_and_the_promise_follows(
    session: Session, sign_in: SignInAs
) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    off = SHIPPING | {"days_off": "19.11, 24.12"}
    assert lars.post(f"{PAGE}/shipping", data=off).status_code == 303
    assert "arrives Monday 23 November" in lars.get(PAGE).text

    again = SHIPPING | {"name": "Alnabru", "days_off": "", "version": "1"}
    assert lars.post(f"{PAGE}/shipping", data=again).status_code == 303
    session.expire_all()
    site = session.scalars(select(ShippingSite)).one()
    assert (site.name, site.days_off) == ("Alnabru", [])
    done = select(DeskEvent.what).where(DeskEvent.kind == "shipping_site")
    assert session.scalars(done.order_by(DeskEvent.id)).all() == [What.CREATED, What.CHANGED]


def test_a_stale_save_is_refused_and_shows_what_was_saved_meanwhile(
    session: Session, lars: FlaskClient
) -> None:
    lars.post(f"{PAGE}/shipping", data=SHIPPING | {"name": "Alnabru"})
    lars.post(
        f"{PAGE}/shipping", data=SHIPPING | {"name": "Alnabru", "version": "1", "days_off": ""}
    )
    late = lars.post(f"{PAGE}/shipping", data=SHIPPING | {"name": "Berger", "version": "1"})

    assert late.status_code == 422
    assert "Saved meanwhile" in late.text
    assert 'value="Berger"' in late.text
    session.expire_all()
    assert session.scalars(select(ShippingSite.name)).one() == "Alnabru"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("days_off", "31.11", "“31.11” is no day of the year."),
        ("days_off", "julaften", "“julaften” is no day of the year."),
        ("name", "", "Enter the name of the place"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_lost(
    field: str, value: str, says: str, session: Session, lars: FlaskClient
) -> None:
    answer = lars.post(f"{PAGE}/shipping", data=SHIPPING | {"name": "Berger", field: value})

    assert answer.status_code == 422
    assert says in answer.text.partition(f'id="{field}-error">')[2].partition("</div>")[0]
    assert field == "name" or 'value="Berger"' in answer.text
    assert session.scalars(select(ShippingSite)).all() == []


def test_postal_codes_that_take_longer_are_added_once_and_removed(
    session: Session, lars: FlaskClient
) -> None:
    assert lars.post(f"{PAGE}/postal-codes", data=STRETCH).status_code == 303
    assert lars.post(f"{PAGE}/postal-codes", data=STRETCH).status_code == 303  # a second click
    assert stretches(session) == [(9170, 9179, 3)]
    assert "9170–9179" in lars.get(PAGE).text

    overlapping = STRETCH | {"token": "u", "first_code": "9175", "last_code": "9190"}
    refused = lars.post(f"{PAGE}/postal-codes", data=overlapping)
    assert refused.status_code == 422
    assert "Some of these postal codes are in the table already." in refused.text
    assert 'value="9190"' in refused.text

    line = session.scalars(select(PostalCodeStretch.id)).one()
    assert lars.post(f"{PAGE}/postal-codes/{line}/removal").status_code == 303
    assert lars.post(f"{PAGE}/postal-codes/{line}/removal").status_code == 404
    assert stretches(session) == []


def test_what_is_held_knows_of_a_change_at_once(session: Session, lars: FlaskClient) -> None:
    lars.post(f"{PAGE}/postal-codes", data=STRETCH | {"first_code": "0150", "last_code": ""})

    assert [it.first for it in delivery_times(session).stretches] == [150]
    assert "0150" in lars.get(PAGE).text


def test_others_of_staff_read_it_and_change_nothing(session: Session, sign_in: SignInAs) -> None:
    anna = sign_in(make_user(session, role=Role.AGENT))

    page = anna.get(PAGE)
    assert "24.12., 31.12." in page.text
    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert anna.post(f"{PAGE}/shipping", data=SHIPPING).status_code == 403
    assert anna.post(f"{PAGE}/postal-codes", data=STRETCH).status_code == 403
