import pytest
from flask.testing import FlaskClient

from portal.base.words import Refused
from portal.sites.postal_codes import fits, place_for, place_of, register
from portal.sites.rules import SiteFacts, checked


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("0155", "Oslo"),
        ("8611", "Mo i Rana"),
        ("9173", "Ny-Ålesund"),
        ("4610", "Kristiansand S"),
        ("0000", ""),
        ("15", ""),
    ],
)
def test_a_code_tells_its_place_as_people_write_it(code: str, place: str) -> None:
    assert place_of(code) == place


def test_the_register_is_whole() -> None:
    assert len(register()) > 5_000
    assert all(len(code) == 4 and code.isdigit() and place for code, place in register().items())


@pytest.mark.parametrize("typed", ["", "Oslo", "OSLO", "Oslo sentrum", "Hjemme"])
def test_the_place_is_the_registers(typed: str) -> None:
    assert place_for("0155", "NO", typed) == "Oslo"


def test_a_code_and_a_place_that_do_not_belong_together_are_asked_about() -> None:
    with pytest.raises(Refused) as refused:
        place_for("0155", "NO", "Bergen")
    assert refused.value.field == "postal_code"
    assert refused.value.values == {"code": "0155", "place": "Oslo", "typed": "Bergen"}


def test_of_other_countries_no_code_is_known() -> None:
    assert place_for("114 55", "SE", "Stockholm") == "Stockholm"
    assert fits("0000", "SE", "Bergen")
    assert not fits("0000", "NO", "Oslo")
    assert not fits("0155", "NO", "Bergen")
    assert fits("0155", "NO", "Oslo")


def test_a_site_gets_its_place_and_no_code_that_is_none() -> None:
    assert checked(SiteFacts(name="HQ", postal_code="NO-9008")).city == "Tromsø"
    with pytest.raises(Refused) as refused:
        checked(SiteFacts(name="HQ", postal_code="0000"))
    assert refused.value.field == "postal_code"


def test_a_page_asks_for_the_place_of_a_code(client: FlaskClient) -> None:
    assert client.get("/postal-codes/9008").get_json() == {"place": "Tromsø"}
    assert client.get("/postal-codes/0000").status_code == 404
    assert client.get("/postal-codes/%2e%2e").status_code == 404
