"""Device lists of those who see chosen sites: only devices there, and nothing of anybody else's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite
from portal.accounts.models import Account, Membership, MembershipSite, Site, User
from portal.base import run as base_run
from portal.base.access import Role, Visibility
from portal.base.jobs import Job
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product, ProductCount
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)

LIST = """Serienummer;Modell;Lokasjon;Rom;Antall
AAA111;Studio X52;Bergen;;
AAA222;Studio X52;Oslo;;
AAA333;Studio X52;Bodø;;
AAA444;Studio X52;;;
HER001;Studio X52;;Nytt rom;
DER001;Studio X52;Bergen;Stjålet;
ANN001;Studio X52;Bergen;;
;Studio X52;Bergen;;5
;Studio X52;;;7
"""


@dataclass(frozen=True, slots=True)
class World:
    session: Session
    account: Account
    bergen: Site
    oslo: Site
    here: Product
    there: Product
    me: User
    browser: FlaskClient
    run_jobs: Callable[..., int]

    def send(self, rows: str = LIST, token: str = "t" * 20) -> str:
        sent = self.browser.post("/products/import", data={"token": token, "pasted": rows})
        assert sent.status_code == 303
        return sent.location

    def register(self, path: str) -> None:
        answer = self.browser.post(f"{path}/registration", data={"create_sites": "y"})
        assert answer.status_code == 303

    @property
    def it(self) -> ProductImport:
        self.session.expire_all()
        found = self.session.scalars(select(ProductImport).order_by(ProductImport.id.desc()))
        return found.first() or pytest.fail("There is no import.")

    def devices(self) -> dict[str, tuple[int | None, str]]:
        self.session.expire_all()
        mine = select(Product).where(Product.account_id == self.account.id)
        found = self.session.scalars(mine)
        return {it.serial_number or "": (it.site_id, it.room) for it in found}


@pytest.fixture(params=["member", "partner"])
def world(
    request: pytest.FixtureRequest, session: Session, sign_in: SignInAs, run_jobs: Any
) -> World:
    account, model = make_account(session), make_model(session, "Studio X52")
    bergen, oslo = make_site(session, account, "Bergen"), make_site(session, account, "Oslo")
    numbers = {"HER001": bergen, "DER001": oslo}
    here, there = (
        make_product(session, account=account, model=model, serial_number=number, site=site)
        for number, site in numbers.items()
    )
    make_product(session, model=model, serial_number="ANN001")
    if request.param == "member":
        me = make_user(session, account=account, sites=[bergen])
        browser = sign_in(me)
    else:
        partner = make_partner(session)
        make_grant(session, partner, account, sites=[bergen])
        me = make_user(session, role=Role.PARTNER, partner=partner)
        browser = sign_in(me, acting_for=account)
    return World(session, account, bergen, oslo, here, there, me, browser, run_jobs)


def test_rows_of_other_sites_are_faults_and_are_not_registered(world: World) -> None:
    path = world.send()
    world.run_jobs()

    shown = world.browser.get(path).text
    for told in (
        "“Oslo” is not one of the sites you have access to.",
        "“Bodø” is not one of the sites you have access to.",
        "The device has no site. Write which of the sites you have access to it is at.",
        "“DER001” is registered already, and not at a site you have access to.",
        "“ANN001” is registered already, and not at a site you have access to.",
    ):
        assert told in shown
    assert "create_sites" not in shown
    found = world.it.report["outcomes"]
    assert (found["new"], found["changed"], found["wrong"]) == (1, 1, 6)

    world.register(path)
    world.run_jobs()

    bergen, oslo = world.bergen.id, world.oslo.id
    assert world.it.status is ImportStatus.DONE
    assert world.devices() == {
        "HER001": (bergen, "Nytt rom"),
        "DER001": (oslo, ""),
        "AAA111": (bergen, ""),
    }
    counts = world.session.execute(select(ProductCount.site_id, ProductCount.number)).all()
    assert counts == [(bergen, 5)]
    assert world.session.scalars(select(func.count(Site.id))).one() == 2


def test_lists_of_others_are_not_there(
    world: World, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    boss = sign_in(make_user(world.session, account=world.account))
    data = {"token": "boss" * 5, "pasted": LIST.replace("AAA", "BBB")}
    path = boss.post("/products/import", data=data).location
    run_jobs()

    for asked in (path, f"{path}/faults.csv"):
        assert world.browser.get(asked).status_code == 404
    for deed in ("columns", "models", "registration", "reversal"):
        assert world.browser.post(f"{path}/{deed}").status_code == 404
    assert path not in world.browser.get("/products/import").text
    assert path not in world.browser.get("/").text
    assert boss.get(path).status_code == 200
    mine = world.send()
    assert boss.get(mine).status_code == 200  # whoever sees everything sees theirs


def _see(world: World, *sites: Site) -> None:
    """Decide anew which sites they see."""
    session = world.session
    membership = session.scalars(
        select(Membership).where(Membership.user_id == world.me.id)
    ).one_or_none()
    if membership:
        membership.sites = [MembershipSite(account_id=it.account_id, site_id=it.id) for it in sites]
    else:
        grant = session.scalars(select(Grant)).one()
        session.execute(delete(GrantSite).where(GrantSite.grant_id == grant.id))
        for it in sites:
            made = GrantSite(grant_id=grant.id, account_id=it.account_id, site_id=it.id)
            session.add(made)
    session.commit()


def test_what_was_checked_is_registered_by_what_they_see_by_then(world: World) -> None:
    path = world.send()
    world.run_jobs()
    world.register(path)
    _see(world, world.oslo)

    world.run_jobs()

    oslo, bergen = world.oslo.id, world.bergen.id
    devices = world.devices()
    assert devices["AAA222"] == (oslo, "")
    assert devices["HER001"] == (bergen, "")
    assert "AAA111" not in devices


def test_a_list_that_was_to_make_sites_makes_none_by_then(world: World, session: Session) -> None:
    if world.me.partner_id:
        session.scalars(select(Grant)).one().every_site = True
    else:
        world.me.memberships[0].sees = Visibility.EVERYTHING
    session.commit()
    path = world.send()
    world.run_jobs()
    world.register(path)
    if world.me.partner_id:
        session.scalars(select(Grant)).one().every_site = False
    else:
        world.me.memberships[0].sees = Visibility.OWN_SITES
    session.commit()

    world.run_jobs()

    assert session.scalars(select(func.count(Site.id))).one() == 2
    assert "AAA111" in world.devices()
    assert "AAA333" not in world.devices()


def test_a_commit_begins_anew_when_what_they_see_changes_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.session.get_bind().dialect.name == "sqlite":
        pytest.skip("Nobody else writes meanwhile.")
    path = world.send()
    world.run_jobs()
    world.register(path)
    scope, asked = base_run.Run.scope, []

    def changing(run: base_run.Run, permission: Any) -> Any:
        asked.append(run)
        if len(asked) == 3:  # while rows are written
            _see(world, world.oslo)
        return scope(run, permission)

    monkeypatch.setattr(base_run.Run, "scope", changing)
    world.run_jobs()
    assert "AAA111" not in world.devices()
    world.run_jobs()

    assert (
        world.session.scalars(select(Job).where(Job.name == "product_imports.commit")).all() == []
    )
    assert "AAA111" not in world.devices()
    assert world.devices()["AAA222"] == (world.oslo.id, "")


def test_an_import_of_devices_that_went_elsewhere_is_not_undone(world: World) -> None:
    path = world.send()
    world.run_jobs()
    world.register(path)
    world.run_jobs()
    moved = world.session.scalars(select(Product).where(Product.serial_number == "AAA111")).one()
    moved.site_id = world.oslo.id
    world.session.commit()

    world.browser.post(f"{path}/reversal")
    world.run_jobs()

    assert world.it.status is ImportStatus.DONE
    told = "Some of the devices are at sites you do not see by now."
    assert told in world.browser.get(path).text
    assert world.devices()["HER001"] == (world.bergen.id, "Nytt rom")


def test_an_import_at_ones_own_site_is_undone(
    world: World, travel: Callable[[timedelta], None]
) -> None:
    path = world.send()
    world.run_jobs()
    world.register(path)
    world.run_jobs()

    world.browser.post(f"{path}/reversal")
    world.run_jobs()

    assert world.it.status is ImportStatus.UNDONE
    assert world.devices() == {
        "HER001": (world.bergen.id, ""),
        "DER001": (world.oslo.id, ""),
    }
    assert world.session.scalars(select(ProductCount)).all() == []
