from collections.abc import Callable
from io import BytesIO

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.catalogue.models import Category, SerialPattern
from portal.products.models import Product
from portal.registration.rules import serial_among
from tests.factories import (
    account_of,
    make_account,
    make_agreement,
    make_model,
    make_product,
    make_user,
)

SignIn = Callable[..., FlaskClient]
FORM = {"serial_number": "esh 746", "model": "savi7310", "token": "t"}


@pytest.fixture
def kari(session: Session) -> User:
    make_model(
        session, "Savi 7310", category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET
    )
    return make_user(session)


def test_a_device_is_registered_by_its_serial_number(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    answer = sign_in(kari).post("/products/registration", data=FORM, follow_redirects=True)

    product = session.scalars(select(Product)).one()
    assert answer.request.path == f"/products/{product.reference}"
    assert "ESH746 is registered." in answer.text
    assert (product.account_id, product.serial_number) == (account_of(kari).id, "ESH746")
    assert product.registered_by_id == kari.id
    assert "ESH746" in sign_in(kari).get("/products?q=h746").text


def test_a_device_is_registered_by_its_mac_address(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    form = FORM | {"serial_number": "", "mac": "64:16:7f:34:57:1e"}

    assert sign_in(kari).post("/products/registration", data=form).status_code == 303
    assert session.scalars(select(Product.mac)).one() == "64167F34571E"


def test_a_double_click_registers_once(session: Session, sign_in: SignIn, kari: User) -> None:
    client = sign_in(kari)

    first, second = (client.post("/products/registration", data=FORM) for _ in range(2))

    assert first.location == second.location
    assert len(session.scalars(select(Product)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"serial_number": ""}, "serial_number", "Enter the serial number or the MAC address."),
        ({"serial_number": "AB"}, "serial_number", "must have 6 characters. You wrote 2."),
        ({"serial_number": "AB?123"}, "serial_number", "letters A to Z and digits only"),
        ({"mac": "64:16:7F:ZZ:00:01"}, "mac", "A MAC address has 12 digits"),
        ({"model": "Voyager Legend 9000"}, "model", "There is no model called"),
        ({"model": ""}, "model", "Choose the model."),
        ({"site": "Nowhere"}, "site", "There is no site called Nowhere."),
        ({"room": "x" * 81}, "room", "Use at most 80 characters."),
    ],
)
def test_a_refusal_is_told_beside_its_field(
    wrong: dict[str, str], field: str, told: str, sign_in: SignIn, kari: User
) -> None:
    answer = sign_in(kari).post("/products/registration", data=FORM | wrong)

    assert answer.status_code == 422
    assert told in answer.text.split(f'id="{field}-error"')[1]


def test_what_is_ours_already_is_linked_and_what_is_anothers_is_not_told_of(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    ours = make_product(session, account=account_of(kari), serial_number="ESH746")
    make_product(session, account=make_account(session, "Hemmelig AS"), serial_number="ESH747")
    client = sign_in(kari)

    known = client.post("/products/registration", data=FORM)
    other = client.post("/products/registration", data=FORM | {"serial_number": "ESH747"})

    assert (known.status_code, other.status_code) == (422, 422)
    assert f"/products/{ours.reference}" in known.text
    assert "registered to another organization" in other.text
    assert "Hemmelig" not in other.text


def test_what_is_typed_tells_what_is_known_of_it(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    make_agreement(session, account_of(kari))
    ours = make_product(session, account=account_of(kari), serial_number="ESH746")
    make_product(session, serial_number="ESH747")
    client, htmx = sign_in(kari), {"HX-Request": "true", "HX-Target": "lookup"}

    def told(**typed: str) -> str:
        return client.get("/products/registration/lookup", query_string=typed, headers=htmx).text

    assert "looks like a headset" in told(serial_number="esh748")
    assert "looks like a video device" in told(serial_number="8G18256D07EFEN")
    assert "looks like a phone" in told(serial_number="64167F34571E")
    assert ours.reference in told(serial_number="esh746")
    assert "another organization" in told(serial_number="esh747")
    assert "Covered until" in told(serial_number="esh748", model="Savi 7310")
    assert "usually look different" in told(serial_number="8G18256D07EFEN", model="Savi 7310")
    assert "<html" not in told(serial_number="x")


def test_models_that_fit_the_serial_number_come_first(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    make_model(session, "A phone", serial_pattern=SerialPattern.MAC)
    asked = {"serial_number": "ESH746", "model": ""}

    shown = sign_in(kari).get("/products/registration/models", query_string=asked).text

    assert shown.index("Savi 7310") < shown.index("A phone")


def picture(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    small = Image.fromarray(code.to_image(scale=3))
    whole = Image.new("L", (small.width + 80, small.height + 80), 255)
    whole.paste(small, (40, 40))
    written = BytesIO()
    whole.save(written, "PNG")
    return written.getvalue()


def test_a_photo_of_the_label_is_read_without_scripts(sign_in: SignIn, kari: User) -> None:
    photo = (BytesIO(picture("8G18256D07EFEN")), "label.png")

    answer = sign_in(kari).post("/products/registration/scan", data={"photo": photo})

    assert answer.location == "/products/registration?serial=8G18256D07EFEN"


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        ("8G18256D07EFEN", "8G18256D07EFEN"),
        ("8g18 256d-07efen", "8G18256D07EFEN"),
        ("S/N: 8G18256D07EFEN", "8G18256D07EFEN"),
        ("SN8G18256D07EFEN", "8G18256D07EFEN"),
        ("P/N 2200-87090 Serial No. 8G18256D07EFEN", "8G18256D07EFEN"),
        ("https://poly.example/?pn=2200&sn=8G18256D07EFEN", "8G18256D07EFEN"),
        ("https://evil.example/", None),
        ("https://evil.example/snapshot12345", None),
        ("https://evil.example/serial-numbers", None),
        ("evil.example", None),
        ("tel:+4722222222", None),
        ("ÆØÅ1234567", None),
        ("Serial numbers explained", None),
    ],
)
def test_only_what_may_be_a_serial_number_is_taken_for_one(code: str, serial: str | None) -> None:
    assert serial_among([code]) == serial
    assert serial_among(iter(["https://evil.example/", code])) == serial


def test_a_photo_of_an_address_is_no_serial_number(sign_in: SignIn, kari: User) -> None:
    sent = {"photo": (BytesIO(picture("https://evil.example/")), "label.png")}

    answer = sign_in(kari).post("/products/registration/scan", data=sent)

    assert (answer.status_code, "The codes in the photo are no" in answer.text) == (422, True)


@pytest.mark.parametrize("photo", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken", b"x" * 1000])
def test_what_is_no_photo_is_refused(photo: bytes, sign_in: SignIn, kari: User) -> None:
    sent = {"photo": (BytesIO(photo), "label.png")}

    answer = sign_in(kari).post("/products/registration/scan", data=sent)

    assert answer.status_code == 422
    assert "photo-error" in answer.text


def sent_photo(client: FlaskClient, size: int) -> tuple[int, str]:
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="label.png"\r\n\r\n'
    answer = client.post(
        "/products/registration/scan",
        data=head + b"\x89PNG" + bytes(size) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    return answer.status_code, answer.text


def test_a_photo_as_phones_take_it_is_looked_at(sign_in: SignIn, kari: User) -> None:
    status, text = sent_photo(sign_in(kari), 5_000_000)

    assert (status, "The file is not a photo that we can read." in text) == (422, True)


def test_a_photo_that_is_too_large_is_refused_beside_the_field(sign_in: SignIn, kari: User) -> None:
    client = sign_in(kari)
    a_little, far_too = sent_photo(client, 10_500_000), sent_photo(client, 12_000_000)

    assert (a_little[0], far_too[0]) == (422, 413)
    for _status, text in (a_little, far_too):
        assert "The photo is too large. It can be at most 10 MB." in text
        assert "photo-error" in text


def test_a_form_that_is_too_long_is_not_taken_for_a_photo(sign_in: SignIn, kari: User) -> None:
    answer = sign_in(kari).post("/products/registration", data={"room": "x" * 3_000_000})

    assert answer.status_code == 413
    assert "What you sent is too long." in answer.text
    assert "photo" not in answer.text.partition("<form")[0].partition("<main")[2]


def test_only_the_scan_page_may_use_the_camera(sign_in: SignIn, kari: User) -> None:
    client = sign_in(kari)

    scan, other = client.get("/products/registration/scan"), client.get("/products/registration")

    assert "camera=(self)" in scan.headers["Permissions-Policy"]
    assert "wasm-unsafe-eval" in scan.headers["Content-Security-Policy"]
    assert "camera=()" in other.headers["Permissions-Policy"]
    assert "unsafe" not in other.headers["Content-Security-Policy"]


def test_observers_do_not_register(session: Session, sign_in: SignIn) -> None:
    client = sign_in(make_user(session, role=Role.OBSERVER))

    for path in ("", "/scan", "/lookup", "/models"):
        assert client.get(f"/products/registration{path}").status_code == 403
    assert client.post("/products/registration", data=FORM).status_code == 403
