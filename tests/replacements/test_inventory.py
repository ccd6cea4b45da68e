from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account
from portal.base.history import Event, What
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.licenses.models import LicenseAssignment
from portal.products.actions import Place, register_product
from portal.products.models import Product, ProductCount, ProductStatus
from portal.replacements.approving import call_off
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.replacements.shipping import deliver, ship
from portal.returns.correcting import keep_the_other
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    make_account,
    make_license,
    make_model,
    make_product,
    make_replacement,
    make_seat,
    make_site,
    make_user,
)

NOW = datetime(2026, 11, 19, 11, tzinfo=UTC)
NEW = "8G22419999ZZCV"
LARS = Person(0)
Open = Callable[[int], ScopedSession]


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def old(session: Session, account: Account) -> Product:
    product = make_product(session, account=account, site=make_site(session, account))
    product.room, product.asset_tag, product.holder = "Møterom 2", "IT-7", "Kari"
    session.commit()
    return product


@pytest.fixture
def here(account: Account, session_of: Open) -> ScopedSession:
    return session_of(account.id)


@pytest.fixture
def sent(session: Session, here: ScopedSession, account: Account, old: Product) -> Replacement:
    made = make_replacement(session, account, product=old, stage=Stage.APPROVED)
    return shipped(here, made, NEW)


def shipped(here: ScopedSession, made: Replacement, serial: str) -> Replacement:
    it = here.get_one(Replacement, made.id)
    ship(
        here, it, serial_number=serial, tracking_number=f"37{serial}", carrier="", by=LARS, now=NOW
    )
    here.commit()
    return it


def arrives(here: ScopedSession, it: Replacement) -> None:
    deliver(here, it, on=date(2026, 11, 19), by=LARS, now=NOW)
    here.commit()


def registers(
    session: Session, here: ScopedSession, old: Product, serial: str, **place: str
) -> None:
    """The customer does, from the label."""
    kari = Person(make_user(session, account=session.get_one(Account, old.account_id)).id)
    told = {"serial_number": serial, "mac": "", "place": Place(**place)}  # type: ignore[arg-type]
    register_product(here, model_id=old.model_id, by=kari, now=NOW, **told)  # type: ignore[arg-type]
    here.commit()


def in_use(session: Session, account: Account) -> int:
    session.expire_all()
    here = Product.account_id == account.id, Product.status == ProductStatus.ACTIVE
    return session.scalars(select(func.count(Product.id)).where(*here)).one()


def known_as(session: Session, serial: str) -> Product:
    session.expire_all()
    return session.scalars(select(Product).where(Product.serial_number == serial)).one()


def done_to(session: Session, product: Product) -> list[What]:
    kind, here = Event.kind == "product", Event.record_id == product.id
    return list(session.scalars(select(Event.what).where(kind, here).order_by(Event.number)))


def test_at_any_time_one_of_both_is_in_use(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    assert in_use(session, account) == 1
    arrives(here, sent)

    new = known_as(session, NEW)
    assert in_use(session, account) == 1
    assert (old.status, new.status) == (ProductStatus.REPLACED, ProductStatus.ACTIVE)
    assert (new.site_id, new.room, new.asset_tag, new.holder) == (
        old.site_id, "Møterom 2", "IT-7", "Kari",
    )  # fmt: skip
    assert done_to(session, new) == [What.TOOK_ITS_PLACE]
    assert find(here, Kind.PRODUCT, query_of(NEW), limit=5) == [new.id]


def test_the_new_one_may_be_registered_from_its_label_before_we_know_that_it_came(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    registers(session, here, old, NEW, room="Møterom 3")

    assert in_use(session, account) == 1
    arrives(here, sent)
    new = known_as(session, NEW)
    assert in_use(session, account) == 1
    assert (old.status, new.room, new.asset_tag) == (ProductStatus.REPLACED, "Møterom 3", "IT-7")
    assert done_to(session, old).count(What.REPLACED) == 1


@pytest.mark.parametrize("registered_first", [False, True])
def test_what_took_its_place_has_the_licenses_that_were_on_it(
    *,
    registered_first: bool,
    session: Session,
    here: ScopedSession,
    account: Account,
    old: Product,
    sent: Replacement,
    run_jobs: Callable[..., int],
) -> None:
    it, other = make_license(session, account, seats=5), make_license(session, account)
    before = make_seat(session, it, product_id=old.id, holder="Kari", seats=2)
    kept = make_seat(session, other, holder="Ola")
    if registered_first:
        registers(session, here, old, NEW)
    arrives(here, sent)
    run_jobs()

    new = known_as(session, NEW)
    assert before.ended_at is not None
    now = session.scalars(
        select(LicenseAssignment).where(LicenseAssignment.ended_at.is_(None))
    ).all()
    held = {(seat.license_id, seat.product_id, seat.holder, seat.seats) for seat in now}
    assert held == {(it.id, new.id, "Kari", 2), (other.id, None, kept.holder, 1)}
    assert it.seats_used == 2
    assert find(here, Kind.LICENSE, query_of(NEW), limit=5) == [it.id]


def test_a_device_of_no_parcel_is_registered_as_ever(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    registers(session, here, old, "8G22418888ZZCV")

    assert in_use(session, account) == 2
    assert known_as(session, old.serial_number or "").status is ProductStatus.ACTIVE


def test_one_that_somebody_took_out_of_use_meanwhile_is_replaced_all_the_same(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    old.status = ProductStatus.RETIRED
    session.commit()
    arrives(here, sent)

    assert in_use(session, account) == 1
    assert known_as(session, old.serial_number or "").status is ProductStatus.REPLACED


def test_from_a_count_nothing_changes_in_number(
    session: Session, here: ScopedSession, account: Account
) -> None:
    model = make_model(session)
    count = ProductCount(account_id=account.id, model=model, number=3, registered_at=MOMENT)
    session.add(count)
    made = make_replacement(session, account, stage=Stage.APPROVED)
    made.product_id, made.model_id = None, model.id
    session.commit()
    before = in_use(session, account)
    arrives(here, shipped(here, made, NEW))

    assert (in_use(session, account), session.get_one(ProductCount, count.id).number) == (before, 3)


def test_what_is_called_off_leaves_everything_as_it_was(
    session: Session, here: ScopedSession, account: Account, old: Product
) -> None:
    made = make_replacement(session, account, product=old, stage=Stage.APPROVED)
    call_off(here, here.get_one(Replacement, made.id), by=LARS, now=NOW)
    here.commit()

    assert known_as(session, old.serial_number or "").status is ProductStatus.ACTIVE
    assert in_use(session, account) == 1


def test_a_new_one_that_does_not_work_is_replaced_in_its_turn(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    arrives(here, sent)
    new = known_as(session, NEW)
    again = make_replacement(session, account, product=new, stage=Stage.APPROVED)
    arrives(here, shipped(here, again, "8G22419999ZZFF"))

    third = known_as(session, "8G22419999ZZFF")
    assert in_use(session, account) == 1
    assert (third.status, third.room) == (ProductStatus.ACTIVE, "Møterom 2")
    assert known_as(session, NEW).status is ProductStatus.REPLACED


def test_who_kept_the_old_one_has_it_in_use_again(
    session: Session, here: ScopedSession, account: Account, old: Product, sent: Replacement
) -> None:
    arrives(here, sent)
    for _ in range(2):
        keep_the_other(here, sent, sent.new_serial_number or "", by=LARS, now=NOW)
        here.commit()

    assert in_use(session, account) == 1
    assert known_as(session, old.serial_number or "").status is ProductStatus.ACTIVE
    assert known_as(session, NEW).status is ProductStatus.REPLACED
    assert done_to(session, old).count(What.BROUGHT_BACK) == 1


def test_each_tells_of_the_other_and_the_history_moves_along(  # noqa: PLR0917
    session: Session,
    sign_in: SignInAs,
    here: ScopedSession,
    account: Account,
    old: Product,
    sent: Replacement,
) -> None:
    client = sign_in(make_user(session, account=account))
    waiting = client.get(f"/products/{old.reference}").text
    assert f'href="/replacements/{sent.reference}"' in waiting
    arrives(here, sent)
    new = known_as(session, NEW)

    page = client.get(f"/products/{new.reference}").text
    assert f'href="/products/{old.reference}#history-heading"' in page
    assert f"What happened to {old.identifier} before" in page
    former = client.get(f"/products/{old.reference}").text
    assert "Replaced by a new one" in former
    assert f'href="/products/{new.reference}"' in former
