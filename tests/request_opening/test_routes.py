import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import Permission, Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.products.indexing import index_products
from portal.products.models import Product
from portal.service_requests.models import ServiceRequestFile, ServiceRequestMessage
from portal.service_requests.rules import About
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)
from tests.request_opening.conftest import NEW, Opened, errors, filled
from tests.service_requests.world import World


def test_a_request_is_opened_and_its_receipt_tells_the_number(
    client: FlaskClient, opened: Opened, world: World
) -> None:
    answer = client.post(NEW, data=filled(own_reference="INC-7", contact_phone="22 33 44 55"))

    (request,) = opened()
    assert answer.status_code == 303
    assert answer.location == f"/service-requests/{request.reference}/receipt"
    assert (request.about, request.severity) == (About.DEVICE, Severity.CRITICAL)
    assert (request.account_id, request.opened_by_id) == (world.account.id, world.ola.id)
    assert (request.contact_id, request.contact_name) == (world.ola.id, "Ola Hansen")
    assert (request.contact_phone, request.own_reference) == ("+4722334455", "INC-7")
    receipt = client.get(answer.location).text
    assert request.reference in receipt
    assert "We call +47" in receipt
    assert receipt.count("tel:+4722000000") > 1  # beside the promise, and below
    assert "support@poly.example.com" in receipt


def test_faults_are_told_in_the_order_of_the_page(client: FlaskClient) -> None:
    data = filled(device_count="0", severity="", subject="", text="", call_from="x", about="")
    said = client.post(NEW, data=data).text
    summary = said.partition('id="error-summary"')[2].partition("</ul>")[0]
    linked = re.findall(r'href="#([a-z_]+)(?:-0)?"', summary)
    places = [said.index(f' name="{name}"') for name in linked]
    assert len(linked) >= 5
    assert linked[0] == "about"
    assert places == sorted(places)


def test_only_what_is_critical_asks_for_a_number(client: FlaskClient, opened: Opened) -> None:
    answer = client.post(NEW, data=filled(severity="high", contact_phone=""))

    (request,) = opened()
    assert request.contact_phone == ""
    assert "We call" not in client.get(answer.location).text


def test_the_form_tells_what_each_severity_is_and_what_the_agreement_aims_at(
    client: FlaskClient, session: ScopedSession, world: World
) -> None:
    agreement = make_agreement(session, world.account)
    agreement.targets = {"first_response_critical": 15}
    session.commit()

    page = client.get(NEW).text

    assert "Everyone is down and nobody can work." in page
    assert "Target: first answer within 15 minutes, then news within 6 hours." in page
    assert "Target: first answer within 2 hours, then news within 48 hours." not in page
    assert "then news within 2 days." in page
    assert re.search(r"Send it now, and we call you by [^.]*\d\d:\d\d", page)
    assert "tel:+4722000000" in page


def test_what_is_missing_is_said_and_everything_typed_is_kept(
    client: FlaskClient, opened: Opened
) -> None:
    answer = client.post(
        NEW,
        data=filled(
            severity="", subject="", text="Hei <b>", own_reference="INC-7", contact_phone="12",
            call_from="kvart over", device_count="mange",
        ),
    )  # fmt: skip

    told = errors(answer)
    for said in (
        "How bad is it? Choose how bad it is.",
        "Subject: Say in a few words",
        "15.00 or 15:00",
        "whole number",
    ):
        assert said in told
    for kept in ("Hei &lt;b&gt;", "INC-7", 'value="12"', "kvart over", "mange"):
        assert kept in answer.text
    assert opened() == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"contact_phone": "12"}, "Write a phone number"),
        ({"contact_phone": ""}, "Write the phone number that we call you on."),
        ({"call_from": "15.00", "call_until": "14.00"}, "after the beginning"),
        ({"call_day": "1.1.2020"}, "has not passed"),
        ({"device": "finnes ikke"}, "We do not find “finnes ikke”"),
        ({"model": "Finnes ikke", "device_count": "3"}, "no model called"),
        ({"device_count": "3"}, "Choose the model."),
        ({"site": "Atlantis"}, "no site called Atlantis"),
        ({"subject": "x" * 161}, "at most 160"),
        ({"text": "x" * 50_001}, "at most 50"),
        ({"about": "nonsense"}, "Not a valid choice"),
        ({"severity": "nonsense"}, "Not a valid choice"),
        ({"picked": ["P-1000001", "x"]}, "all the devices you picked"),
        ({"own_reference": "x" * 81}, "at most 80"),
        ({"contact_name": "x" * 300}, "at most 120"),
        ({"token": "x" * 65}, "may have expired"),
        ({"token": ""}, "field is required"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    client: FlaskClient, opened: Opened, told: dict[str, object], said: str
) -> None:
    answer = client.post(NEW, data=filled(**told))

    assert answer.status_code == 422
    assert said in answer.text
    assert opened() == []


def test_a_second_click_leads_to_where_the_first_one_did(
    client: FlaskClient, opened: Opened
) -> None:
    first, second = client.post(NEW, data=filled()), client.post(NEW, data=filled())

    assert first.location == second.location
    assert len(opened()) == 1


@pytest.mark.parametrize("field", ["subject", "severity", "text", "token", "device", "contact"])
def test_a_field_that_comes_twice_is_no_form_of_ours(
    client: FlaskClient, opened: Opened, field: str
) -> None:
    answer = client.post(NEW, data=filled(**{field: ["a", "b"]}))

    assert answer.status_code == 400
    assert opened() == []


@pytest.mark.parametrize("field", ["subject[]", "subject[0]", "text[a][b]"])
def test_a_field_shaped_like_a_list_is_no_field(
    client: FlaskClient, opened: Opened, field: str
) -> None:
    data = filled()
    name = field.partition("[")[0]
    data[field] = data.pop(name)

    assert client.post(NEW, data=data).status_code == 422
    assert opened() == []


@pytest.mark.parametrize(
    "subject", ["\N{RIGHT-TO-LEFT OVERRIDE}lyd ingen", "مشكلة في الصوت", "=HYPERLINK(1)", "{{7*7}}"]
)
def test_words_from_right_to_left_and_words_like_orders_are_words(
    client: FlaskClient, opened: Opened, subject: str
) -> None:
    answer = client.post(NEW, data=filled(subject=subject, text=subject))

    (request,) = opened()
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in request.subject
    assert client.get(answer.location).status_code == 200


def test_the_device_of_the_page_one_comes_from_is_filled_in(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    site = make_site(session, world.account)
    model = make_model(session, "Poly Studio X50")
    product = make_product(
        session, account=world.account, model=model, serial_number="8L13AB12CD34", site=site
    )

    page = client.get(f"{NEW}?product={product.reference}").text
    assert "Poly Studio X50 · 8L13AB12CD34" in page
    client.post(
        NEW, data=filled(device="Poly Studio X50 · 8L13AB12CD34", product=product.reference)
    )

    (request,) = opened()
    assert (request.product_id, request.model_id) == (product.id, model.id)
    assert request.site_id == site.id


@pytest.mark.parametrize("text", ["8L13AB12CD34", "8l13-ab12-cd34", "X50", "Inv 77", "AB12CD"])
def test_a_device_is_found_by_what_people_know_of_it_without_scripts(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened, text: str
) -> None:
    model = make_model(session, "Poly Studio X50")
    product = registered(session, world, model=model, serial_number="8L13AB12CD34")
    product.asset_tag = "Inv 77"
    session.commit()

    answer = client.post(NEW, data=filled(device=text))

    assert answer.status_code == 303, errors(answer)
    assert [it.product_id for it in opened()] == [product.id]


def registered(session: ScopedSession, world: World, **told: Any) -> Product:
    product = make_product(session, account=world.account, **told)
    with world.at_work() as own:
        index_products(own, [own.merge(product)])
    return product


def test_a_text_that_may_be_several_devices_asks_for_one(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    model = make_model(session, "Poly Studio X50")
    for number in ("8L13AB12CD34", "8L13AB12CD35"):
        registered(session, world, model=model, serial_number=number)

    assert "may be several devices" in errors(client.post(NEW, data=filled(device="X50")))
    assert opened() == []
    offered = client.get(f"{NEW}/devices?device=cd35").text
    assert "8L13AB12CD35" in offered
    assert "8L13AB12CD34" not in offered


def test_a_text_that_was_changed_counts_and_not_the_device_chosen_before(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    one = registered(session, world, serial_number="8L13AB12CD34")
    other = registered(session, world, serial_number="8L13AB12CD35")

    client.post(NEW, data=filled(device="8L13AB12CD35", product=one.reference))

    assert [it.product_id for it in opened()] == [other.id]


def test_so_many_of_a_model_at_a_site(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    model, site = make_model(session, "Poly CCX 500"), make_site(session, world.account, "Østby")

    client.post(NEW, data=filled(model="poly ccx 500", device_count="1 000", site="østby"))

    (request,) = opened()
    assert (request.model_id, request.device_count, request.site_id) == (model.id, 1000, site.id)


def test_a_device_and_a_number_of_a_model_are_not_both_meant(
    client: FlaskClient, session: ScopedSession, world: World
) -> None:
    registered(session, world, serial_number="8L13AB12CD34")

    answer = client.post(NEW, data=filled(device="8L13AB12CD34", model="x", device_count="2"))

    assert "not both" in errors(answer)


def test_another_accounts_device_site_and_colleague_do_not_exist(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    other = make_account(session, "Fremmed AS")
    product = make_product(session, account=other, serial_number="8L13AB12CD34")
    make_site(session, other, "Hemmelig")
    stranger = make_user(session, account=other, name="Frida Fremmed")
    session.commit()

    for told in ({"device": product.identifier}, {"device": product.reference},
                 {"picked": [product.reference]}, {"site": "Hemmelig"}):  # fmt: skip
        assert client.post(NEW, data=filled(**told)).status_code == 422
    assert opened() == []
    assert product.identifier not in client.get(f"{NEW}?product={product.reference}").text
    assert "Hemmelig" not in client.get(f"{NEW}/sites?site=hem").text
    assert "Frida" not in client.get(f"{NEW}/colleagues?contact_name=frida").text
    membership = stranger.memberships[0].reference
    client.post(NEW, data=filled(contact_name="Frida Fremmed", contact=membership))
    assert [it.contact_id for it in opened()] == [None]


def test_a_colleague_is_contacted_and_follows(
    client: FlaskClient, world: World, opened: Opened
) -> None:
    assert "Mette Lie" in client.get(f"{NEW}/colleagues?contact_name=mett").text

    client.post(NEW, data=filled(contact_name="mette lie", contact_phone="+46 8 123 456 78"))

    (request,) = opened()
    assert (request.contact_id, request.contact_phone) == (world.mette.id, "+46812345678")
    assert str(world.mette.id) in request.people.split(",")


def test_ones_own_number_is_not_a_colleagues(
    client: FlaskClient, session: ScopedSession, world: World
) -> None:
    session.get_one(User, world.ola.id).phone = "+4722334455"
    session.commit()

    assert "22 33 44 55" in client.get(NEW).text.replace("\N{NO-BREAK SPACE}", " ")
    answer = client.post(NEW, data=filled(contact_name="Mette Lie", contact_phone="22334455"))

    assert "This is your own number." in errors(answer)


def test_somebody_without_access_is_contacted_by_name(client: FlaskClient, opened: Opened) -> None:
    client.post(NEW, data=filled(contact_name="Vaktmesteren", contact_phone="22334455"))

    (request,) = opened()
    assert (request.contact_id, request.contact_name) == (None, "Vaktmesteren")


def test_a_file_comes_along_without_scripts(
    client: FlaskClient, session: ScopedSession, opened: Opened
) -> None:
    answer = client.post(NEW, data=filled(files=[(io.BytesIO(b"12:00 krasj\n"), "feil.log")]))

    assert answer.status_code == 303
    (line,) = session.scalars(select(ServiceRequestFile))
    assert (line.request_id, line.file.name) == (opened()[0].id, "feil.log")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tom.log", b"", "is empty"),
        ("farlig.exe", b"MZ", "is a program"),
        ("side.html", b"<script>", "is a program"),
    ],
)
def test_a_file_that_is_not_taken_keeps_the_form(
    client: FlaskClient, opened: Opened, name: str, content: bytes, said: str
) -> None:
    answer = client.post(NEW, data=filled(files=[(io.BytesIO(content), name)]))

    assert said in errors(answer)
    assert "Ingen lyd i møterommet" in answer.text
    assert opened() == []


@pytest.mark.parametrize(
    "name", ["EICAR.txt", "x" * 300 + ".txt", "\N{RIGHT-TO-LEFT OVERRIDE}gpj.txt"]
)
def test_a_file_with_an_odd_name_is_taken_as_what_it_is(
    client: FlaskClient, session: ScopedSession, opened: Opened, name: str
) -> None:
    answer = client.post(NEW, data=filled(files=[(io.BytesIO(b"hei\n"), name)]))

    assert answer.status_code == 303
    (line,) = session.scalars(select(ServiceRequestFile))
    assert line.file.name.endswith("txt")
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in line.file.name


def test_a_partner_opens_on_the_customers_behalf(
    sign_in: SignInAs, world: World, opened: Opened
) -> None:
    client = sign_in(world.siri, acting_for=world.account)

    assert world.account.name in client.get(NEW).text
    answer = client.post(NEW, data=filled(contact_name="Siri Berg"))

    (request,) = opened()
    assert (request.opened_by_id, request.on_behalf) == (world.siri.id, True)
    assert (request.account_id, request.contact_id) == (world.account.id, world.siri.id)
    assert client.get(answer.location).status_code == 200
    assert "Mette" not in client.get(f"{NEW}/colleagues?contact_name=mette").text


def test_a_partner_that_may_not_see_devices_names_none(
    session: ScopedSession, sign_in: SignInAs, world: World, opened: Opened
) -> None:
    product = make_product(session, account=world.account, serial_number="8L13AB12CD34")
    partner = make_partner(session)
    may = frozenset({Permission.ACCOUNT_VIEW, Permission.REQUESTS_VIEW, Permission.REQUESTS_CHANGE})
    make_grant(session, partner, world.account, permissions=may)
    client = sign_in(
        make_user(session, role=Role.PARTNER, partner=partner), acting_for=world.account
    )

    page = client.get(f"{NEW}?product={product.reference}").text
    assert "8L13AB12CD34" not in page
    assert 'name="device"' not in page
    client.post(NEW, data=filled(device="8L13AB12CD34", contact_name=""))
    client.post(NEW, data=filled(picked=[product.reference], token="another", contact_name=""))

    assert [it.product_id for it in opened()] == [None, None]


def test_staff_open_for_a_customer_when_they_say_why(
    sign_in: SignInAs, world: World, opened: Opened
) -> None:
    silent = sign_in(world.anna, acting_for=world.account, reason="")
    assert silent.post(NEW, data=filled()).location.startswith("/desk/accounts/reason")
    assert opened() == []

    client = sign_in(world.anna, acting_for=world.account)
    assert 'value="Anna Agent"' not in client.get(NEW).text
    client.post(NEW, data=filled(contact_name="Ola Hansen"))

    (request,) = opened()
    assert (request.opened_by_id, request.on_behalf) == (world.anna.id, True)
    assert request.contact_id == world.ola.id


def test_observers_open_nothing(sign_in: SignInAs, session: ScopedSession, world: World) -> None:
    observer = make_user(session, account=world.account, role=Role.OBSERVER)

    client = sign_in(observer)

    assert client.get(NEW).status_code == client.post(NEW, data=filled()).status_code == 403


def test_a_receipt_is_for_those_who_see_the_request(
    client: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    path = client.post(NEW, data=filled()).location
    stranger = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)
    session.commit()

    assert sign_in(world.mette).get(path).status_code == 200
    assert sign_in(stranger).get(path).status_code == 404
    assert client.get("/service-requests/SR-1/receipt").status_code == 404


def test_what_was_written_is_the_first_message(
    client: FlaskClient, session: ScopedSession, opened: Opened
) -> None:
    client.post(NEW, data=filled(text="Linje 1\r\nLinje 2"))

    (message,) = session.scalars(select(ServiceRequestMessage))
    assert (message.request_id, message.text) == (opened()[0].id, "Linje 1\nLinje 2")


def test_the_pages_take_few_statements(
    client: FlaskClient, session: ScopedSession, world: World, engine: Engine
) -> None:
    products = [make_product(session, account=world.account) for _ in range(50)]
    path = client.post(NEW, data=filled()).location
    client.get(NEW)
    with counted(engine) as form:
        client.get(NEW)
    query = "&".join(f"product={it.reference}" for it in products)
    with counted(engine) as many:
        client.get(f"{NEW}?{query}")
    with counted(engine) as receipt:
        client.get(path)

    assert len(form) <= 6
    assert len(many) <= 8
    assert len(receipt) <= 6


def test_those_who_may_are_led_to_the_form(
    client: FlaskClient, session: ScopedSession, world: World
) -> None:
    product = make_product(session, account=world.account)

    assert f'href="{NEW}"' in client.get("/").text
    assert f'href="{NEW}"' in client.get("/service-requests").text
    assert f'href="{NEW}?product={product.reference}"' in client.get(
        f"/products/{product.reference}"
    ).text  # fmt: skip
    assert f'formaction="{NEW}/picked"' in client.get("/products").text


def test_the_number_is_that_of_the_request(client: FlaskClient, opened: Opened) -> None:
    client.post(NEW, data=filled())

    (request,) = opened()
    assert request.reference == reference("SR", request.id)
