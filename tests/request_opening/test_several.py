import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequestFile, ServiceRequestMessage
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_model, make_product, make_user
from tests.request_opening.conftest import NEW, Opened, errors, filled
from tests.service_requests.world import World

SEVERAL = f"{NEW}/several"


def rows(*lines: str, **other: Any) -> dict[str, Any]:
    told = {
        "token": "a-token-of-this-form",
        "about": "device",
        "severity": "medium",
        "rows": "\n".join(lines),
    }
    return told | other


def test_rows_are_shown_before_anything_is_opened(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    make_product(session, account=world.account, serial_number="8L13AB12CD34")
    sent = rows("8l13-ab12-cd34;Ingen lyd;Borte siden mandag", ";Uten enhet;Hei")

    page = client.post(f"{SEVERAL}/preview", data=sent)

    assert page.status_code == 200
    assert "2 requests are ready" in page.text
    assert "8L13AB12CD34" in page.text
    assert opened() == []


def test_they_are_opened_together_and_one_receipt_lists_them(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    product = make_product(session, account=world.account, serial_number="8L13AB12CD34")
    before = client.post(NEW, data=filled(token="before", subject="En annen"))
    sent = rows("8L13AB12CD34\tIngen lyd\tBorte", "\tBildet fryser\tHei", severity="high")

    answer, again = client.post(SEVERAL, data=sent), client.post(SEVERAL, data=sent)

    assert answer.location == again.location != before.location
    _before, first, second = opened()
    assert [it.subject for it in (first, second)] == ["Ingen lyd", "Bildet fryser"]
    assert (first.product_id, second.product_id) == (product.id, None)
    assert {it.status for it in (first, second)} == {Status.NEW}
    receipt = client.get(answer.location).text
    assert "2 requests are sent" in receipt
    assert first.reference in receipt
    assert second.reference in receipt
    assert "En annen" not in receipt


def test_faults_are_named_by_row_and_column_and_nothing_is_opened(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    make_product(session, account=make_account(session), serial_number="8L13AB12CD99")
    for number in ("8L13AB12CD34", "8L13AB12CD35"):
        make_product(session, account=world.account, serial_number=number).asset_tag = "Rom 1"
    session.commit()
    sent = rows(
        "8L13AB12CD99;Andres;Hei", "Rom 1;To mulige;Hei", "8L13AB12CD34;;Hei", ";Emne;", "a;b;c;d"
    )

    for path in (f"{SEVERAL}/preview", SEVERAL):
        page = client.post(path, data=sent)
        assert page.status_code == 422
        for said in (
            *("6 faults in the rows", "We do not find this device", "may be several devices"),
            *("Say in a few words", "Describe what happened.", "more than three cells"),
        ):
            assert said in page.text
        assert "8L13AB12CD99;Andres;Hei" in page.text
    assert opened() == []


def test_wrong_rows_tell_what_was_seen_and_are_given_back_to_be_mended(
    client: FlaskClient, opened: Opened
) -> None:
    sent = rows("UKJENT1;Ingen lyd;Borte", ";Bildet fryser;Hei", ";;Bare tekst")

    page = client.post(f"{SEVERAL}/preview", data=sent).text
    table = page.partition('id="faults"')[2].partition("</table>")[0]
    given = client.post(f"{SEVERAL}/faults.csv", data={"rows": sent["rows"]})
    excel = client.post(f"{SEVERAL}/faults.xlsx", data={"rows": sent["rows"]})
    csv, xlsx = given.data, excel.data
    given.close()
    excel.close()
    again = {"file": (io.BytesIO(csv), "rader.csv"), "rows": ""}
    back = client.post(
        f"{SEVERAL}/preview", data=rows() | again, content_type="multipart/form-data"
    )

    assert ">UKJENT1</td>" in table
    assert "Serial number, MAC address or asset tag of one of your devices" in table
    lines = csv.decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Device", "UKJENT1", ""]
    assert lines[0].endswith("Fault")
    assert "Device: We do not find this device among yours." in lines[1]
    assert xlsx[:2] == b"PK"
    # The column of faults is nothing of the request's when the rows come back.
    assert "2 faults in the rows" in back.text
    assert "more than three cells" not in back.text
    assert opened() == []


def test_a_spreadsheet_is_taken_and_comes_back_to_be_corrected(
    client: FlaskClient, opened: Opened
) -> None:
    content = b"Emne;Beskrivelse\nIngen lyd;Borte\nBildet fryser;Hei\n"
    sent = rows(file=(io.BytesIO(content), "saker.csv"))

    page = client.post(f"{SEVERAL}/preview", data=sent, content_type="multipart/form-data")

    assert "2 requests are ready" in page.text
    assert "\tIngen lyd\tBorte" in page.text
    assert opened() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rows": ""}, "Choose a file, or paste the rows."),
        ({"rows": "\n".join([";Emne;Hei"] * 51)}, "There are more than 50 rows."),
        ({"rows": '"aldri lukket'}, "quotation mark"),
        ({"rows": ";Emne;Hei", "severity": ""}, "Choose how bad it is."),
        ({"rows": ";Emne;Hei", "contact_phone": "12"}, "Write a phone number"),
        (
            {"rows": ";Emne;Hei", "severity": "critical", "contact_phone": " "},
            "Write the phone number that we call you on.",
        ),
        ({"file": (io.BytesIO(b"\x89PNG\r\n"), "bilde.csv")}, "The file is a picture."),
        ({"file": (io.BytesIO(b""), "tom.csv")}, "The file is empty."),
    ],
)
def test_what_is_no_table_of_requests_is_refused_in_words(
    client: FlaskClient, opened: Opened, sent: dict[str, Any], said: str
) -> None:
    told = rows(**sent)

    answer = client.post(SEVERAL, data=told, content_type="multipart/form-data")

    assert said in errors(answer)
    assert opened() == []


def test_fifty_rows_ask_for_their_devices_at_once(
    client: FlaskClient, session: ScopedSession, world: World, engine: Engine
) -> None:
    numbers = [make_product(session, account=world.account).serial_number for _number in range(50)]
    client.post(f"{SEVERAL}/preview", data=rows(f"{numbers[0]};Emne;Hei"))
    with counted(engine) as one:
        client.post(f"{SEVERAL}/preview", data=rows(f"{numbers[0]};Emne;Hei"))
    sent = rows(*(f"{it};Emne;Hei" for it in numbers))

    with counted(engine) as asked:
        page = client.post(f"{SEVERAL}/preview", data=sent)

    assert "50 requests are ready" in page.text
    tries = [it for it in asked if "attempts" in it]
    assert len(asked) == len(one)
    assert len(asked) - len(tries) <= 6


def test_devices_of_the_list_become_a_request_each(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    products = [make_product(session, account=world.account) for _number in range(3)]
    references = [it.reference for it in products]

    to_form = client.post(f"{NEW}/picked", data={"picked": references})
    page = client.get(to_form.location).text
    assert "3 devices" in page
    files = [(io.BytesIO(b"krasj\n"), "feil.log")]
    answer = client.post(NEW, data=filled(picked=references, manner="each", files=files))

    assert [it.product_id for it in opened()] == [it.id for it in products]
    assert len(session.scalars(select(ServiceRequestFile)).all()) == 3
    assert "3 requests are sent" in client.get(answer.location).text


def test_or_one_request_about_all_of_a_model(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    model = make_model(session)
    products = [make_product(session, account=world.account, model=model) for _number in range(3)]

    client.post(NEW, data=filled(picked=[it.reference for it in products], manner="together"))

    (request,) = opened()
    assert (request.model_id, request.device_count, request.product_id) == (model.id, 3, None)
    (message,) = session.scalars(select(ServiceRequestMessage))
    assert all(it.identifier in message.text for it in products)


def test_devices_of_several_models_are_not_one_request(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    products = [
        make_product(session, account=world.account, model=make_model(session)) for _number in "ab"
    ]
    sent = filled(picked=[it.reference for it in products], manner="together")

    answer = client.post(NEW, data=sent)

    assert "different models" in errors(answer)
    assert all(it.identifier in answer.text for it in products)
    assert opened() == []


def test_more_than_fifty_devices_are_too_many(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    model = make_model(session)
    references = [
        make_product(session, account=world.account, model=model).reference for _number in range(51)
    ]

    to_form = client.post(f"{NEW}/picked", data={"picked": references})
    assert "at most 50" in errors(client.get(to_form.location))
    assert "at most 50" in errors(client.post(NEW, data=filled(picked=references)))
    assert opened() == []


def test_picking_none_leads_to_a_plain_form(client: FlaskClient) -> None:
    answer = client.post(f"{NEW}/picked", data={"picked": ["x", ""]}, follow_redirects=True)

    assert answer.status_code == 200
    assert 'name="picked"' not in answer.text


def test_one_that_is_not_theirs_among_the_devices_stops_them_all(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    mine = make_product(session, account=world.account)
    theirs = make_product(session, account=make_account(session))

    answer = client.post(NEW, data=filled(picked=[mine.reference, theirs.reference]))

    assert answer.status_code == 422
    assert theirs.identifier not in answer.text
    assert opened() == []


def test_observers_open_no_rows(sign_in: SignInAs, session: ScopedSession, world: World) -> None:
    client = sign_in(make_user(session, account=world.account, role=Role.OBSERVER))

    for answer in (client.get(SEVERAL), client.post(SEVERAL, data=rows(";Emne;Hei"))):
        assert answer.status_code == 403
