"""What the desk calls things in Norwegian: one thing by one word, and said to staff."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.cloud_partners.actions import begin_case
from portal.cloud_partners.rules import CloudPartner
from portal.service_requests.actions import reply
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.request_desk.conftest import desk, page_of
from tests.service_requests.world import World


@pytest.fixture
def norsk(session: Session, sign_in: SignInAs, world: World) -> FlaskClient:
    for each in (world.anna, world.erik, world.ola):
        session.merge(each).language = "nb"
    session.commit()
    return sign_in(world.anna)


@pytest.mark.parametrize(
    ("deed", "words"), [("known-issue", "Kjent feil"), ("incident", "Hendelse")]
)
def test_a_number_that_names_something_is_no_count(
    norsk: FlaskClient, world: World, deed: str, words: str
) -> None:
    page = norsk.get(desk(world.request(), deed)).text
    assert re.findall(r'for="number">\s*(.*?)</label>', page) == [words]


def test_whose_it_is_has_one_word(norsk: FlaskClient, world: World) -> None:
    asked = world.request()
    for page in (desk(asked), desk(asked, "ownership"), "/desk"):
        text = norsk.get(page).text
        assert "Behandler" in text
        assert "Ansvarlig" not in text


def test_staff_read_that_it_waits_for_the_customer(
    norsk: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    world.do(asked, begin_case, CloudPartner.TEAMS, by=world.anna)
    world.do(
        asked, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip

    for page in (desk(asked), desk(asked, "cloud-partner")):
        text = norsk.get(page).text.replace("«Venter på deg: …»", "")  # what the customer reads
        assert "Venter på kunden" in text
        assert "Venter på deg" not in text
    told = norsk.get(desk(asked)).text
    assert "Status: Venter på kunden" in told
    assert "Venter på deg" in sign_in(world.ola).get(page_of(asked)).text
