"""Sites that an import makes: only for what it registers, and only as long as that is there."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Site, User
from portal.products.models import Product
from tests.factories import account_of, make_model, make_product, make_request
from tests.product_imports.sending import Jobs, SignIn, register, send

HEAD = "Serienummer;Modell;Lokasjon;Rom\n"
TWO = HEAD + "ABC123;Savi 7310;Oslo;\nABC124;Savi 7310;Bodø;\n;Savi 7310;Vadsø;\n"


def sites(session: Session) -> set[str]:
    session.expire_all()
    return set(session.scalars(select(Site.name)))


def undo(client: FlaskClient, path: str, run_jobs: Jobs) -> str:
    client.post(f"{path}/reversal")
    run_jobs()
    return client.get(path).text


def test_undoing_an_import_takes_its_sites_away(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs, TWO)
    assert sites(session) == {"Oslo", "Bodø", "Vadsø"}

    shown = undo(client, path, run_jobs)

    assert sites(session) == set()
    assert "blir stående" not in shown


def test_sites_that_something_else_needs_stay_and_are_named(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs, TWO)
    oslo, bodo = (
        session.scalars(select(Site).where(Site.name == name)).one() for name in ("Oslo", "Bodø")
    )
    make_product(session, account=account_of(kari), site=oslo)
    form = {"name": "Bodø", "street": "Storgata 1", "country": "NO", "version": "1"}
    changed = client.post(f"/organization/sites/{bodo.reference}/details", data=form)
    assert changed.status_code == 303, changed.text

    shown = undo(client, path, run_jobs)

    assert sites(session) == {"Oslo", "Bodø"}
    assert "er i bruk og blir stående" in shown
    assert f'href="/organization/sites/{oslo.reference}"' in shown


def test_no_site_is_offered_or_made_for_a_row_that_is_passed_over(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    make_product(session, serial_number="ABC129")  # another organization's
    text = f"{HEAD}ABC123;Savi 7310;Oslo;\nABC124;Ukjent 99;Kautokeino;\nABC129;Savi 7310;Hamar;\n"
    path = send(client, text)
    run_jobs()
    shown = client.get(path).text
    assert "1 lokasjon er ikke registrert ennå: Oslo" in shown
    assert "Kautokeino" not in shown.partition("Hvilke modeller")[0].partition("</form>")[0]

    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()

    assert sites(session) == {"Oslo"}


def test_sites_of_corrected_devices_are_made_with_the_correction_only(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    make_model(session, "Savi 8240")
    register(client, run_jobs, HEAD + "ABC123;Savi 7310;Oslo;\n")
    text = HEAD + "ABC123;Savi 8240;Hamar;\nABC125;Savi 7310;Moss;\n"
    for correct, made in (({}, {"Oslo", "Moss"}), ({"correct": "y"}, {"Oslo", "Moss", "Hamar"})):
        path = send(client, text)
        run_jobs()
        assert "Hamar" in client.get(path).text
        client.post(f"{path}/registration", data={"create_sites": "y"} | correct)
        run_jobs()
        assert sites(session) == made
        text += "\n"


def test_what_a_list_that_is_undone_had_changed_does_not_count_as_used(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    first = register(client, run_jobs, TWO)
    second = register(client, run_jobs, TWO.replace("Oslo;", "Oslo;Fløyen"))
    undo(client, second, run_jobs)
    assert "Importen er angret" in undo(client, first, run_jobs)
    assert session.scalars(select(Product)).all() == []


def test_what_somebody_did_before_the_other_list_was_undone_still_counts(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    first = register(client, run_jobs, TWO)
    product = session.scalars(select(Product).where(Product.serial_number == "ABC123")).one()
    client.post(f"/products/{product.reference}/details", data={"version": "1", "room": "Ulriken"})
    second = register(client, run_jobs, TWO.replace("Oslo;", "Oslo;Fløyen"))
    undo(client, second, run_jobs)

    assert product.reference in undo(client, first, run_jobs)
    assert len(session.scalars(select(Product)).all()) == 2


def test_an_import_with_a_device_that_a_request_is_about_is_not_undone(
    session: Session, sign_in: SignIn, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = register(client, run_jobs, TWO)
    product = session.scalars(select(Product)).first()
    request = make_request(session, account_of(kari))
    request.product_id = product.id if product else None
    session.commit()

    assert "Det finnes nå forespørsler om noen av enhetene." in undo(client, path, run_jobs)
    assert len(session.scalars(select(Product)).all()) == 2
    assert sites(session) == {"Oslo", "Bodø", "Vadsø"}
