"""Sites of a list that are not created, by choice or for want of the right: told, and not made."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Permission, Role
from portal.base.jobs import Hopeless
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.product_imports.models import ProductImport
from portal.products.models import Product
from tests.conftest import SignInAs
from tests.factories import account_of, make_grant, make_partner, make_product, make_user
from tests.product_imports.sending import LIST, Jobs, register, send

BOX = 'name="create_sites"'
UNTICKED = "Uten avkryssing blir nye enheter på disse lokasjonene registrert uten lokasjon."


def sites(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Site.name)))


def receipt_without_sites(client: FlaskClient, run_jobs: Jobs, text: str) -> str:
    path = send(client, text)
    run_jobs()
    assert client.post(f"{path}/registration", data={"csrf_token": "t"}).status_code == 303
    run_jobs()
    return client.get(path).text


@pytest.mark.parametrize("who", ["partner", "staff"])
def test_whoever_may_not_make_sites_does_not_make_them_by_a_list(
    session: Session, sign_in: SignInAs, run_jobs: Jobs, kari: User, who: str
) -> None:
    account = account_of(kari)
    if who == "partner":
        partner = make_partner(session)
        make_grant(session, partner, account)
        user = make_user(session, partner=partner, language="nb")
    else:
        user = make_user(session, role=Role.TAM, language="nb")
    client = sign_in(user, acting_for=account)
    path = send(client)
    run_jobs()
    shown = client.get(path).text
    assert BOX not in shown
    assert "1 lokasjon er ikke registrert ennå: Oslo" in shown
    assert "Du kan ikke opprette lokasjoner her." in shown

    client.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()

    assert sites(session) == []
    assert len(session.scalars(select(Product)).all()) == 2
    assert "3 enheter er registrert uten lokasjonen i listen" in client.get(path).text


def test_the_right_to_make_sites_is_asked_for_again_when_they_are_made(
    session: Session,
    sign_in: SignInAs,
    run_jobs: Jobs,
    kari: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    client.post(f"{path}/registration", data={"create_sites": "y"})
    scope_of: Any = Run.scope

    def lost(run: Run, permission: Permission) -> Scope:
        if permission is Permission.SITES_CHANGE:
            raise Hopeless("lost")
        scope: Scope = scope_of(run, permission)
        return scope

    monkeypatch.setattr(Run, "scope", lost)
    run_jobs()

    assert sites(session) == []
    assert session.scalars(select(Product)).all() == []


def test_what_becomes_of_devices_at_sites_that_are_not_made_is_told(
    session: Session, sign_in: SignInAs, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    path = send(client)
    run_jobs()
    assert UNTICKED in client.get(path).text

    shown = receipt_without_sites(client, run_jobs, LIST + ";Savi 7310;;\n")

    assert "3 enheter er registrert uten lokasjonen i listen" in shown  # two, and one by count
    assert sites(session) == []
    shown = receipt_without_sites(client, run_jobs, f"{LIST}ABC125;Savi 7310;;\n")
    assert "2 enheter er registrert uten lokasjonen i listen" in shown  # the count had it already


def test_nothing_is_told_of_sites_where_all_have_theirs(
    session: Session, sign_in: SignInAs, run_jobs: Jobs, kari: User
) -> None:
    client = sign_in(kari)
    assert "uten lokasjonen i listen" not in client.get(register(client, run_jobs)).text
    make_product(session, account=_other(session), serial_number="ABC129")

    shown = receipt_without_sites(
        client,
        run_jobs,
        LIST.partition("ABC123")[0] + "ABC129;Savi 7310;Bodø;\nABC130;Savi 7310;;\n",
    )

    assert "uten lokasjonen i listen" not in shown  # the one with a site is another's, and wrong
    assert (
        session.scalars(select(ProductImport.receipt).order_by(ProductImport.id)).all()[-1]["new"]
        == 1
    )


def _other(session: Session) -> Account:
    return account_of(make_user(session))
