"""What people see of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.carriers.actions import open_parcel
from portal.carriers.models import OtherCarrier
from portal.carriers.rules import Direction
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from tests.carriers.conftest import NUMBER, UNKNOWN, Desk, answer, event, sent
from tests.counting import counted
from tests.factories import make_account
from tests.replacements.test_routes import words

Look = Callable[[], None]
LIST, DESK = "/replacements", "/desk/logistics"
TOLD = [
    event("HANDED_IN", 1, city="OSLO", description="Sendingen er <b>innlevert</b>"),
    event("IN_TRANSIT", 3, city="HAMAR", description="Sendingen er sendt videre"),
]


def test_both_see_what_the_carrier_tells_the_newest_first(
    posten: Desk, look: Look, customer: FlaskClient, lars: FlaskClient, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(*TOLD)
    look()
    for client, where in ((customer, LIST), (lars, DESK)):
        page = client.get(f"{where}/{rma.reference}").text
        text = words(page)
        assert text.index("Sendingen er sendt videre") < text.index("Sendingen er <b>innlevert")
        assert "Asked last:" in text
        (link,) = re.findall(r'<a [^>]*href="(https://sporing[^"]*)"([^>]*)>', page)
        assert link[0] == f"https://sporing.posten.no/sporing/{NUMBER}?lang=en"
        assert 'rel="noopener noreferrer"' in link[1]


@pytest.mark.parametrize(
    ("said", "words_of_it"),
    [
        (503, "Posten does not answer now. What you see is what we knew last."),
        (b"<html>", "We cannot read what Posten answers now."),
        (UNKNOWN, "Posten does not know the number yet."),
    ],
)
def test_a_carrier_that_is_down_is_named_with_what_is_known(  # noqa: PLR0917
    posten: Desk, look: Look, customer: FlaskClient, rma: Replacement, said: Any, words_of_it: str
) -> None:
    posten.says[NUMBER] = answer(*TOLD)
    look()
    posten.says[NUMBER] = said
    with time_machine.travel(clock.now() + timedelta(minutes=15), tick=False):
        look()
        text = words(customer.get(f"{LIST}/{rma.reference}").text)
    assert words_of_it in text
    assert "In transit" in text
    assert "Sendingen er sendt videre" in text


def test_the_page_costs_no_more_with_all_that_is_told(  # noqa: PLR0917
    session: Session,
    posten: Desk,
    look: Look,
    account: Account,
    customer: FlaskClient,
    lars: FlaskClient,
    engine: Engine,
) -> None:
    told = [event("IN_TRANSIT", hours / 10, city=f"BY {hours}") for hours in range(80)]
    it = sent(session, account, back="37072219", stage=Stage.IN_TRANSIT)
    posten.otherwise = answer(*told, number="")
    look()
    for client, where in ((customer, LIST), (lars, DESK)):
        client.get(f"{where}/{it.reference}")
        with counted(engine) as asked:
            text = client.get(f"{where}/{it.reference}").text
        assert len(asked) <= 8, asked
        assert text.count("BY 79") == 2


def test_before_the_carrier_is_asked_there_is_the_link(
    session: Session, customer: FlaskClient, account: Account
) -> None:
    it = sent(session, account, number="")
    it.tracking_number = NUMBER
    session.commit()
    text = customer.get(f"{LIST}/{it.reference}").text
    assert f"https://sporing.posten.no/sporing/{NUMBER}" in text
    assert "Nothing is known of it yet." in words(text)


def test_delivered_by_hand_is_not_unknown(
    session: Session, look: Look, lars: FlaskClient, customer: FlaskClient, rma: Replacement
) -> None:
    look()  # the carrier says that it does not know the number
    told = {"delivered_on": f"{clock.today():%d.%m.%Y}"}
    assert lars.post(f"{DESK}/{rma.reference}/delivery", data=told).status_code == 303
    out = words(customer.get(f"{LIST}/{rma.reference}").text)
    out = out.partition("Tracking")[2].partition("The faulty device")[0]
    assert ", as our staff have noted." in out
    assert "Nothing is known of it yet." not in out


def test_another_carrier_is_a_name_and_a_link(
    session: Session, customer: FlaskClient, account: Account
) -> None:
    link = "https://track.example.com/?id={number}"
    session.add(OtherCarrier(name="Rask Bud", link=link, withdrawn_at=clock.now()))
    named = sent(session, account, number="")
    nobody = sent(session, account, number="", new_serial_number="8G22410000AACV")
    for it, carrier in ((named, "Rask Bud"), (nobody, "Han med bilen")):
        ways: Any = {"carrier": carrier, "number": "A-1", "now": it.shipped_at}
        open_parcel(session, it, Direction.OUT, **ways)  # type: ignore[arg-type]
    session.commit()

    assert (
        'href="https://track.example.com/?id=A-1"' in customer.get(f"{LIST}/{named.reference}").text
    )
    text = customer.get(f"{LIST}/{nobody.reference}").text
    assert "Han med bilen" in text
    assert "Track the parcel" not in text


def test_nobody_else_sees_where_a_parcel_is(
    session: Session, posten: Desk, look: Look, customer: FlaskClient
) -> None:
    foreign = sent(session, make_account(session))
    posten.says[NUMBER] = answer(*TOLD)
    look()
    assert customer.get(f"{LIST}/{foreign.reference}").status_code == 404
    assert "HAMAR" not in customer.get(LIST).text


def test_what_goes_wrong_is_on_a_list_of_logistics_until_it_has_come(  # noqa: PLR0917
    session: Session,
    posten: Desk,
    look: Look,
    lars: FlaskClient,
    rma: Replacement,
    account: Account,
) -> None:
    fine = sent(session, account, number="3707", new_serial_number="8G22410000AACV")
    posten.otherwise = answer(*TOLD, number="")
    posten.says[NUMBER] = answer(
        *TOLD, event("DEVIATION", 9, description="Adressen er ufullstendig")
    )
    look()
    listed = lars.get(f"{DESK}?view=trouble").text
    assert rma.reference in listed
    assert fine.reference not in listed
    assert "We look into it with Posten" in words(lars.get(f"{DESK}/{rma.reference}").text)
    told = (*TOLD, event("DEVIATION", 9), event("DELIVERED", 20))
    posten.says[NUMBER] = answer(*told)
    with time_machine.travel(clock.now() + timedelta(minutes=15), tick=False):
        look()
    assert "Nothing is waiting here" in lars.get(f"{DESK}?view=trouble").text
