"""A list goes in, is looked through, registered and undone, over HTTP and with real jobs."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.base.history import Event, What
from portal.catalogue.models import Category, SerialPattern
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product, ProductCount
from tests.factories import account_of, make_account, make_model, make_product, make_site, make_user

SignIn = Callable[..., FlaskClient]
Jobs = Callable[..., int]
LENS = Path(__file__).with_name("lens_devices.csv")
LIST = """Serienummer;Modell;Lokasjon;Rom
ABC123;Savi 7310;Oslo;Fløyen
ABC124;Savi 7310;Oslo;
AB;Savi 7310;Oslo;
;Savi 7310;Oslo;
"""


@pytest.fixture
def kari(session: Session) -> User:
    user = make_user(session, role=Role.ADMINISTRATOR, language="nb")
    make_model(
        session, "Savi 7310", category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET
    )
    return user


def send(client: FlaskClient, text: str | bytes = LIST, name: str = "liste.csv") -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post(
        "/products/import",
        data={"file": (BytesIO(content), name), "token": f"t{hash(content)}", "pasted": ""},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def register(client: FlaskClient, run_jobs: Jobs, text: str = LIST) -> str:
    path = send(client, text)
    run_jobs()
    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()
    return path


def test_nothing_is_registered_before_somebody_says_so(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)

    path = send(client)
    assert "Vi kontrollerer filen" in client.get(path).text
    run_jobs()

    shown = client.get(path).text
    assert "3 rader er klare" in shown
    assert "Rad 4, Serienummer: «AB» har for få tegn. Skriv 6 tegn." in shown
    assert "1 lokasjon er ikke registrert ennå: Oslo" in shown
    assert session.scalars(select(Product)).all() == []


def test_what_is_right_is_registered_and_what_is_wrong_passed_over(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)

    path = register(client, run_jobs)

    assert "Listen er registrert" in client.get(path).text
    products = session.scalars(select(Product).order_by(Product.id)).all()
    assert [(it.serial_number, it.room, it.version) for it in products] == [
        ("ABC123", "Fløyen", 1),
        ("ABC124", "", 1),
    ]
    site = session.scalars(select(Site)).one()
    assert {it.site_id for it in products} == {site.id}
    assert session.scalars(select(ProductCount.number)).all() == [1]
    assert session.scalars(select(Event.what).where(Event.what == What.IMPORTED)).all() == [
        What.IMPORTED
    ]


def test_the_same_list_again_changes_nothing(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    register(client, run_jobs)

    path = send(client, LIST + "\n")
    run_jobs()

    assert "Ingen rader kan registreres" in client.get(path).text
    answer = client.post(f"{path}/registration")
    assert answer.status_code == 422
    run_jobs()
    assert len(session.scalars(select(Product)).all()) == 2
    assert session.scalars(select(ProductCount.number)).all() == [1]


def test_a_changed_list_changes_the_devices(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    register(client, run_jobs)

    register(client, run_jobs, LIST.replace("Fløyen", "Ulriken"))

    rooms = session.scalars(select(Product.room).order_by(Product.id)).all()
    assert rooms == ["Ulriken", ""]


def test_an_import_can_be_undone(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    register(client, run_jobs)
    path = register(client, run_jobs, LIST.replace("Fløyen", "Ulriken") + "ABC125;Savi 7310;;\n")

    client.post(f"{path}/reversal")
    run_jobs()

    assert "Importen er angret" in client.get(path).text
    products = session.scalars(select(Product).order_by(Product.id)).all()
    assert [(it.serial_number, it.room) for it in products] == [
        ("ABC123", "Fløyen"),
        ("ABC124", ""),
    ]
    assert session.scalars(select(ProductCount.number)).all() == [1]


def test_an_import_whose_devices_were_used_is_not_undone(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs)
    product = session.scalars(select(Product)).first()
    assert product
    client.post(f"/products/{product.reference}/retirement")

    client.post(f"{path}/reversal")
    run_jobs()

    assert product.reference in client.get(path).text
    assert len(session.scalars(select(Product)).all()) == 2
    assert session.scalars(select(ProductImport.status)).one() is ImportStatus.DONE


def test_names_of_models_are_said_once_and_remembered(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    text = LIST.replace("ABC124;Savi 7310", "ABC124;polycom Savi 7310")
    path = send(client, text)
    run_jobs()
    assert "Mener du Savi 7310?" in client.get(path).text

    client.post(f"{path}/models", data={"model-0": "Savi 7310"})
    run_jobs()
    assert "3 rader er klare" in client.get(path).text

    again = send(client, text + "\n")
    run_jobs()
    assert "3 rader er klare" in client.get(again).text


def test_columns_that_nobody_knows_are_named_by_the_customer(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, "Serienummer;Dings\nABC123;Savi 7310\n")
    run_jobs()
    assert "Angi hva kolonnene betyr" in client.get(path).text

    client.post(f"{path}/columns", data={"column-0": "serial_number", "column-1": "model"})
    run_jobs()

    assert "1 rad er klar" in client.get(path).text


def test_the_wrong_rows_come_back_with_what_is_wrong(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()

    with client.get(f"{path}/faults.csv") as answer:
        table = answer.data.decode("utf-8-sig").splitlines()

    assert table == [
        "Serienummer;Modell;Lokasjon;Rom;Feil",
        "AB;Savi 7310;Oslo;;Serienummer: «AB» har for få tegn. Skriv 6 tegn.",
    ]


def test_devices_of_another_organization_are_told_of_in_neutral_words(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    theirs = make_product(session, account=make_account(session, "Hemmelig AS"))
    client = sign_in(kari)

    path = send(client, f"Serienummer;Modell\n{theirs.serial_number};Savi 7310\n")
    run_jobs()

    shown = client.get(path).text
    assert "er registrert på en annen virksomhet" in shown
    assert "Hemmelig" not in shown


def test_what_was_registered_between_check_and_commit_is_passed_over(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    make_product(session, account=make_account(session), serial_number="ABC123")

    client.post(f"{path}/registration")
    run_jobs()

    assert [
        it.serial_number
        for it in session.scalars(select(Product).where(Product.account_id == account_of(kari).id))
    ] == ["ABC124"]


def test_two_clicks_register_once(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()

    answers = [client.post(f"{path}/registration").status_code for _ in range(2)]
    run_jobs()

    assert answers == [303, 303]
    assert len(session.scalars(select(Product)).all()) == 2


def test_a_right_that_was_lost_meanwhile_stops_the_import(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    client.post(f"{path}/registration")
    kari.memberships[0].role = Role.OBSERVER
    session.commit()

    run_jobs()

    assert session.scalars(select(Product)).all() == []


def test_imports_of_others_do_not_exist(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    path = send(sign_in(kari))
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/faults.csv").status_code == 404
    assert stranger.post(f"{path}/registration").status_code == 404


def test_observers_do_not_import(session: Session, sign_in: SignIn) -> None:
    observer = sign_in(make_user(session, role=Role.OBSERVER))

    assert observer.get("/products/import").status_code == 403
    assert observer.post("/products/import").status_code == 403


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Filen er tom"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Filen er et bilde"),
        (b"MZ\0\0", "Filen er et program"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(
    content: bytes, told: str, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, content)
    run_jobs()

    assert told in client.get(path).text


def test_nothing_sent_is_told_beside_the_field(sign_in: SignIn, kari: User) -> None:
    answer = sign_in(kari).post("/products/import", data={"token": "t", "pasted": " "})

    assert answer.status_code == 422
    assert "Velg en fil, eller lim inn radene." in answer.text


def test_rows_can_be_pasted(sign_in: SignIn, run_jobs: Jobs, kari: User) -> None:
    client = sign_in(kari)
    path = client.post("/products/import", data={"token": "t", "pasted": LIST}).location
    run_jobs()

    assert "3 rader er klare" in client.get(path).text


def test_sites_that_are_known_are_used(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    site = make_site(session, account_of(kari), "OSLO")

    register(sign_in(kari), run_jobs)

    assert set(session.scalars(select(Product.site_id))) == {site.id}
    assert len(session.scalars(select(Account)).all()) == 1
