"""What a list changes of devices that are registered is told before and after, or is refused."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.mails import Mail
from portal.product_imports.models import ProductImport
from portal.products.models import ImportedChange, Product
from tests.counting import counted
from tests.factories import account_of, make_agreement, make_model, make_site
from tests.product_imports.sending import Jobs, SignIn, register, send

HEAD = "Serienummer;MAC;Modell;Rom\n"
REGISTERED = HEAD + "8G18256D07EFEN;64:16:7F:34:57:1E;TC10;Fløyen\n"


@pytest.fixture
def registered(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> tuple[FlaskClient, Product]:
    """A device that is registered already, and whoever registered it."""
    for name in ("TC10", "EagleEye Cube"):
        make_model(session, name)
    client = sign_in(kari)
    register(client, run_jobs, REGISTERED)
    return client, session.scalars(select(Product)).one()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "8G18256D07EFEN;64:16:7F:34:57:1F;EagleEye Cube;Ulriken",
            "«8G18256D07EFEN» er serienummeret til en annen enhet, TC10, med en annen MAC-adresse.",
        ),
        (
            "8G18256D07EFEN;;EagleEye Cube;Ulriken",
            "Enheten er registrert som TC10, ikke som EagleEye Cube.",
        ),
        (
            "8G18256D07EFEN;64:16:7F:34:57:1F;TC10;Ulriken",
            "Enheten er registrert med 64:16:7F:34:57:1E, ikke med «64:16:7F:34:57:1F».",
        ),
    ],
    ids=["both", "model", "mac"],
)
def test_a_row_about_another_device_changes_none_that_is_registered(
    row: str,
    told: str,
    session: Session,
    run_jobs: Jobs,
    registered: tuple[FlaskClient, Product],
) -> None:
    client, device = registered
    before = (device.model_id, device.mac, device.room)

    path = register(client, run_jobs, f"{HEAD}{row}\n8G18256D07EFFN;;TC10;\n")

    assert told in client.get(path).text
    session.refresh(device)
    assert (device.model_id, device.mac, device.room) == before
    assert len(session.scalars(select(Product)).all()) == 2  # the row that is right


def test_a_registration_that_was_wrong_is_corrected_when_somebody_says_so(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product]
) -> None:
    client, device = registered
    path = send(client, f"{HEAD}8G18256D07EFEN;;EagleEye Cube;\n")
    run_jobs()
    assert "1 rad har en annen modell eller MAC-adresse" in client.get(path).text

    assert client.post(f"{path}/registration").status_code == 422  # nobody has said so
    client.post(f"{path}/registration", data={"correct": "y"})
    run_jobs()

    session.refresh(device)
    assert device.model.name == "EagleEye Cube"
    receipt = session.scalars(select(ProductImport.receipt).order_by(ProductImport.id.desc()))
    first = receipt.first()
    assert first
    assert (first["changed"], first["late_count"]) == (1, 0)


def test_saying_that_the_list_is_right_makes_no_two_devices_one(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product]
) -> None:
    client, device = registered
    text = f"{HEAD}8G18256D07EFEN;64:16:7F:34:57:1F;EagleEye Cube;\n8G18256D07EFFN;;TC10;\n"
    path = send(client, text)
    run_jobs()

    client.post(f"{path}/registration", data={"correct": "y"})
    run_jobs()

    session.refresh(device)
    assert (device.model.name, device.mac) == ("TC10", "64167F34571E")


CHANGED = """Serienummer;Modell;Lokasjon;Rom;Bruker
8G18256D07EFEN;TC10;Bodø;Ulriken;Hemmelig Hansen
8G18256D07EFFN;TC10;;;
"""


def test_a_list_says_what_it_changes_before_and_after(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product]
) -> None:
    client, _device = registered
    path = send(client, CHANGED)
    run_jobs()
    told = ("Rad 2, 8G18256D07EFEN", "Lokasjon: fra – til Bodø", "Rom: fra Fløyen til Ulriken")

    shown = client.get(path).text
    assert "1 registrert enhet endres" in shown
    assert [line for line in told if line not in shown] == []

    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()

    receipt = client.get(path).text
    assert [line for line in told if line not in receipt] == []
    with client.get(f"{path}/changes.csv") as answer:
        table = answer.data.decode("utf-8-sig").splitlines()
    assert table == [
        "Rad;Enhet;Hva;Fra;Til",
        "2;8G18256D07EFEN;Lokasjon;;Bodø",
        "2;8G18256D07EFEN;Rom;Fløyen;Ulriken",
        "2;8G18256D07EFEN;Bruker;;Hemmelig Hansen",
    ]


def test_the_history_of_a_device_tells_what_a_list_changed_and_whether_it_was_undone(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product], kari: User
) -> None:
    client, device = registered
    path = register(client, run_jobs, CHANGED)
    page = f"/products/{device.reference}"

    shown = client.get(page).text.partition("history-heading")[2]
    assert f'Endret <a class="ds-link" href="{path}">fra en enhetsliste</a>' in shown
    assert "<li>Lokasjon: fra – til Bodø</li><li>Rom: fra Fløyen til Ulriken</li>" in shown
    assert kari.name in shown
    assert "Hemmelig" not in shown  # who holds a device is not told in history

    client.post(f"{path}/reversal")
    run_jobs()

    shown = client.get(page).text.partition("history-heading")[2]
    assert "Rom: fra Fløyen til Ulriken" in shown
    assert "Angret" in shown


def test_the_site_of_a_list_that_is_not_created_changes_nothing(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product]
) -> None:
    client, _device = registered
    path = send(client, "Serienummer;Modell;Lokasjon\n8G18256D07EFEN;TC10;Bodø\n")
    run_jobs()
    assert "Lokasjon: fra – til Bodø" in client.get(path).text

    client.post(f"{path}/registration", data={"csrf_token": "t"})
    run_jobs()

    receipts = session.scalars(select(ProductImport.receipt).order_by(ProductImport.id)).all()
    assert (receipts[-1]["changed"], receipts[-1]["unchanged"]) == (0, 1)
    assert session.scalars(select(ImportedChange)).all() == []


def test_a_site_that_somebody_made_since_the_check_is_the_one(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product], kari: User
) -> None:
    client, device = registered
    path = send(client, CHANGED)
    run_jobs()
    site = make_site(session, account_of(kari), "BODØ")

    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()

    session.refresh(device)
    assert device.site_id == site.id


def test_the_page_of_a_device_asks_little_whatever_has_happened_to_it(
    session: Session,
    engine: Engine,
    run_jobs: Jobs,
    registered: tuple[FlaskClient, Product],
    kari: User,
) -> None:
    client, device = registered
    make_agreement(session, account_of(kari))
    register(client, run_jobs, CHANGED)
    session.refresh(device)
    place = {"version": str(device.version), "site": "Bodø", "room": "Rødhette"}
    assert client.post(f"/products/{device.reference}/details", data=place).status_code == 303

    client.get(f"/products/{device.reference}")  # known issues are in memory from now on
    with counted(engine) as sent:
        shown = client.get(f"/products/{device.reference}").text

    assert "Rom: fra Ulriken til Rødhette" in shown
    assert len(sent) <= 8, "\n\n".join(each[:300] for each in sent)


def test_the_mail_tells_of_what_came_of_the_list_and_of_nothing_that_did_not(
    session: Session, run_jobs: Jobs, registered: tuple[FlaskClient, Product]
) -> None:
    client, _device = registered
    register(client, run_jobs, CHANGED)

    mails = session.scalars(select(Mail).order_by(Mail.id)).all()

    assert "1 enhet er ny." in mails[0].text
    assert "endret" not in mails[0].text
    assert "1 enhet er endret." in mails[1].text
    assert "0 enheter" not in mails[1].text
