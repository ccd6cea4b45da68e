"""A list goes in, is looked through, registered and undone, over HTTP and with real jobs."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, Site, User
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import Event, What
from portal.base.jobs import Hopeless, Job
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.catalogue.models import ProductModel
from portal.product_imports import passing, undoing
from portal.product_imports.committing import Commit
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.queries import Registered
from portal.products.models import Product, ProductCount
from tests.factories import (
    account_of,
    make_account,
    make_model,
    make_product,
    make_site,
    make_user,
)
from tests.product_imports.sending import LIST, Jobs, SignIn, register, send

LENS = Path(__file__).with_name("lens_devices.csv")


@pytest.mark.parametrize("deed", ["registering", "undoing"])
def test_whoever_loses_the_right_at_the_very_end_has_changed_nothing(  # noqa: PLR0917
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User, deed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client = sign_in(kari)
    path = register(client, run_jobs) if deed == "undoing" else send(client)
    run_jobs()
    before = session.query(Product).count()
    form = {"create_sites": "y"} if deed == "registering" else {}
    client.post(f"{path}/{'registration' if deed == 'registering' else 'reversal'}", data=form)
    owner, name = (Commit, "count") if deed == "registering" else (undoing, "_uncount")
    last, scope, lost = getattr(owner, name), Run.scope, []

    def at_last(*told: Any) -> None:
        last(*told)
        lost.append(True)
        if session.get_bind().dialect.name != "sqlite":
            session.query(Membership).update({"deactivated_at": clock.now()})
            session.commit()

    def asked(run: Run, permission: Permission) -> Scope:
        # On SQLite nobody can take the right away while an import is written.
        if lost and session.get_bind().dialect.name == "sqlite":
            raise Hopeless
        return scope(run, permission)

    monkeypatch.setattr(owner, name, at_last)
    monkeypatch.setattr(Run, "scope", asked)
    run_jobs()

    session.expire_all()
    assert lost
    assert session.query(Product).count() == before
    assert session.scalars(select(Job.parked_at).where(Job.parked_at.is_not(None))).one()


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
    event = session.scalars(select(Event)).one()  # for all of it, the site among it
    assert (event.what, event.details) == (
        What.IMPORTED,
        {"new": 2, "changed": 0, "sites": [site.id]},
    )
    assert "Lokasjonen ble opprettet da en enhetsliste ble importert." in (
        client.get(f"/organization/sites/{site.reference}").text
    )


def test_rows_are_counted_and_not_the_devices_that_they_stand_for(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    text = "Modell;Antall;Lokasjon\nSavi 7310;5;\nSavi 7310;x;\nSavi 7310;0;\nFinnes ikke;1;\n"
    path = send(client, text)
    run_jobs()

    shown = client.get(path).text
    assert "1 rad er klar" in shown
    assert "<b>1</b> som antall, 5 enheter" in shown
    assert "Registrer 1 rad</button>" in shown
    assert "3 rader med feil" in shown
    client.post(f"{path}/registration")
    run_jobs()
    assert session.scalars(select(ProductCount.number)).all() == [5]

    again = send(client, f"{text}Savi 7310;;\n".replace(";5;", ";4;"))
    run_jobs()
    assert "<b>2</b> uendret" in client.get(again).text  # rows, that come to the five there are


def test_the_template_as_it_is_registers_nothing(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    make_model(session, "Studio X52")
    client = sign_in(kari)
    with client.get("/products/import/template.csv") as answer:
        template = answer.data
    assert all(real not in template for real in (b"8G18256D07EFEN", b"64:16:7F:34:57:1E"))

    path = send(client, template)
    run_jobs()

    shown = client.get(path).text
    assert "Eksempelraden fra malen er utelatt." in shown
    assert "Listen har ingen rader under overskriftene." in shown
    assert "Register" not in shown.partition("<main")[2].partition("</form>")[0]
    assert client.post(f"{path}/registration").status_code == 422


def test_the_same_list_again_changes_nothing(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    register(client, run_jobs)

    path = send(client, LIST + "\n")
    run_jobs()

    shown = client.get(path).text
    assert "Ingenting å registrere</h1>" in shown
    assert "Alt som er riktig i listen, er allerede registrert. 1 rad har feil." in shown
    assert "Ingen rader kan registreres" not in shown
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


def test_the_record_says_from_where_an_import_was_asked_for(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs)
    client.post(f"{path}/reversal")
    run_jobs()

    ours = select(Event.what, Event.place).where(Event.kind == "product_import")

    assert {(what, place) for what, place in session.execute(ours)} == {
        (What.IMPORTED, "127.0.0.0/24"),
        (What.IMPORT_UNDONE, "127.0.0.0/24"),
    }


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


def test_a_list_whose_headings_nobody_knows_is_shown_as_it_is(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client, "Ting;Sak;Dings\nABC123;Savi 7310;Oslo\nABC124;Savi 7310;Bodø\n")
    run_jobs()
    shown = client.get(path).text
    assert [name for name in ("Ting", "Sak", "Dings") if f">{name}</label>" not in shown] == []
    assert "For eksempel ABC123 og ABC124" in shown

    fields = {"column-0": "serial_number", "column-1": "model", "column-2": "site"}
    client.post(f"{path}/columns", data=fields)
    run_jobs()

    shown = client.get(path).text
    assert "2 rader er klare" in shown
    assert "2 lokasjoner er ikke registrert ennå: Bodø og Oslo" in shown


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


def test_every_row_that_was_ready_is_accounted_for_when_another_list_was_quicker(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    head = "Serienummer;MAC;Modell\n"
    first = send(client, f"{head}ABC123;64:16:7F:34:57:1E;Savi 7310\n")
    second = send(
        client, f"{head}ABC124;64:16:7F:34:57:1E;Savi 7310\nABC125;64:16:7F:34:57:1F;Savi 7310\n"
    )
    run_jobs()
    assert "2 rader er klare" in client.get(second).text

    for path in (first, second):
        client.post(f"{path}/registration")
        run_jobs()

    shown = client.get(second).text
    assert "1 rad som var klar, er ikke registrert" in shown
    assert "1 rad med feil" in shown
    assert "Rad 2, Serienummer: Serienummeret og MAC-adressen hører til hver sin enhet." in shown
    with client.get(f"{second}/faults.csv") as answer:
        assert "ABC124;64:16:7F:34:57:1E;Savi 7310;" in answer.data.decode("utf-8-sig")


@pytest.mark.parametrize("ours", [True, False])
def test_every_row_that_was_ready_is_accounted_for_when_somebody_was_quicker(
    ours: bool, session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    account = account_of(kari) if ours else make_account(session)
    savi = session.scalars(select(ProductModel)).one()
    make_product(session, account=account, serial_number="ABC123", model=savi)

    client.post(f"{path}/registration")
    run_jobs()

    shown = client.get(path).text
    if ours:  # what it says of a device that is ours is noted of it
        assert "<b>1</b> endret" in shown
    else:
        assert "1 rad som var klar, er ikke registrert" in shown
        assert "Rad 2, Serienummer: «ABC123» er registrert på en annen virksomhet." in shown
        assert "2 rader med feil" in shown  # with the one that was wrong from the start
        with client.get(f"{path}/faults.csv") as answer:
            assert "ABC123;Savi 7310;Oslo;Fløyen;" in answer.data.decode("utf-8-sig")
    receipt = session.scalars(select(ProductImport.receipt)).one()
    assert receipt["new"] == 1


def test_a_row_that_is_registered_while_it_is_written_is_told_of(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    make_product(session, account=make_account(session), serial_number="ABC123")
    nothing = Registered({}, {}, frozenset())  # as it was seen the moment before
    monkeypatch.setattr(passing, "registered", lambda *_args, **_values: nothing)

    client.post(f"{path}/registration")
    run_jobs()

    shown = client.get(path).text
    assert "Rad 2, Serienummer: «ABC123» ble registrert samtidig med listen." in shown
    assert "1 rad som var klar, er ikke registrert" in shown


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


def test_one_is_one_and_what_is_registered_already_is_told_once(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    text = "Serienummer;Modell;Lokasjon\nABC123X;Savi 7310;Oslo\nABC124;Savi 7310;\n"
    path = send(client, text)
    run_jobs()
    shown = client.get(path).text
    assert "<b>2</b> nye" in shown
    assert "Disse radene blir registrert." in shown

    path = register(client, run_jobs, text.replace("ABC124;Savi 7310;\n", ""))
    receipt = client.get(path).text
    assert "<b>1</b> ny<" in receipt
    assert "<b>1</b> ny lokasjon" in receipt

    register(client, run_jobs, text)
    path = send(client, text + "\n")
    run_jobs()
    shown = client.get(path).text
    assert "Alt i listen er allerede registrert." in shown
    assert "Disse radene er allerede registrert." in shown
    assert "Disse radene blir registrert." not in shown
