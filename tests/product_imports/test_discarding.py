"""Lists that nobody is going to register wait for nobody."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.product_imports.models import ImportStatus, ProductImport
from tests.product_imports.sending import LIST, Jobs, SignIn, register, send

WAITS = "er kontrollert og venter på at du registrerer enhetene"


def test_a_list_can_be_discarded_and_then_waits_for_nobody(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    assert WAITS in client.get("/").text

    answer = client.post(f"{path}/disposal")

    assert (answer.status_code, answer.location) == (303, "/products/import")
    assert "Forkastet" in client.get("/products/import").text
    assert WAITS not in client.get("/").text
    assert "Listen er forkastet" in client.get(path).text
    assert client.post(f"{path}/registration").status_code == 422
    assert client.post(f"{path}/disposal").status_code == 303  # the second of two clicks


def test_a_list_that_was_registered_is_undone_and_not_discarded(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs)

    assert client.post(f"{path}/disposal").status_code == 422

    assert session.scalars(select(ProductImport.status)).one() is ImportStatus.DONE


def test_a_list_with_nothing_to_register_waits_for_nobody(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    send(client, "Serienummer;Modell\nAB;Savi 7310\n")
    run_jobs()

    assert WAITS not in client.get("/").text


def test_many_lists_that_wait_take_one_line(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    for number in range(7):
        send(client, LIST + f"ABD12{number};Savi 7310;;\n")
    run_jobs()

    shown = client.get("/").text
    assert "7 enhetslister venter på at du registrerer enhetene eller forkaster dem." in shown
    assert WAITS not in shown


def test_a_list_with_nothing_to_register_is_told_as_such_among_the_earlier_ones(
    sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    send(client, "Serienummer;Modell\nAB;Savi 7310\n")
    run_jobs()

    shown = client.get("/products/import").text
    assert "Ingenting å registrere" in shown
    assert "Klar til registrering" not in shown
    send(client)
    run_jobs()
    assert "Klar til registrering" in client.get("/products/import").text
