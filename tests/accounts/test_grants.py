"""One rule says when a grant can be used and by whom: for pages, for choosing, and for jobs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts import gate, viewer
from portal.accounts.actions import open_sign_in
from portal.accounts.grants import Grant, PartnerAssignment, vouch
from portal.accounts.job_rights import account_scope
from portal.accounts.models import Account, Site, User
from portal.accounts.queries import account_numbered, credentials_of, within_reach
from portal.accounts.viewer import signed_in
from portal.base.access import Permission, RightGone
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.products.models import ProductStatus
from tests.conftest import SignInAs
from tests.factories import MOMENT, make_account, make_grant, make_partner, make_product, make_user

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Sessions = sessionmaker[ScopedSession]
P = Permission


@pytest.fixture(autouse=True)
def _now() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def siri(session: Session, account: Account) -> User:
    partner = make_partner(session)
    make_grant(session, partner, account)
    return make_user(session, partner=partner)


def reached(session: Session, user: User, account: Account) -> set[str]:
    """By which of the ways to an account this person gets there."""
    found = set()
    token = open_sign_in(session, user, now=NOW)
    session.commit()
    known = signed_in(session, token, now=NOW, today=TODAY, place="", across=True)
    if known and account.id in known.granted:
        found.add("pages")
    mine = within_reach(user_id=user.id, staff=False, today=TODAY)
    if session.scalars(account_numbered(account.digits).where(mine)).one_or_none():
        found.add("choosing")
    asked = {"user_id": user.id, "account_id": account.id, "today": TODAY}
    if account_scope(session, permission=P.PRODUCTS_VIEW, **asked):  # type: ignore[arg-type]
        found.add("jobs")
    return found


def withdraw(user: User, grant: Grant) -> None:
    grant.withdrawn_at = MOMENT


def end(user: User, grant: Grant) -> None:
    grant.last_day = TODAY - timedelta(days=1)


def work_for_some(user: User, grant: Grant) -> None:
    user.every_customer = False


def close(user: User, grant: Grant) -> None:
    assert user.partner
    user.partner.closed_at = MOMENT


EVERY = {"pages", "choosing", "jobs"}


def test_a_grant_is_used_by_those_of_the_partner(
    session: Session, siri: User, account: Account
) -> None:
    assert reached(session, siri, account) == EVERY
    assert reached(session, siri, make_account(session)) == set()
    assert reached(session, make_user(session, partner=make_partner(session)), account) == set()


@pytest.mark.parametrize("ended", [withdraw, end, work_for_some, close])
def test_what_ends_a_right_ends_it_everywhere(
    session: Session, siri: User, account: Account, ended: Callable[[User, Grant], None]
) -> None:
    ended(siri, session.query(Grant).one())
    session.commit()

    # Whoever is of a closed partner is nobody any more, so they get as far as no page.
    left = {"choosing"} if ended is close else set()
    assert reached(session, siri, account) == left


def test_the_last_day_belongs_to_it(session: Session, siri: User, account: Account) -> None:
    session.query(Grant).one().last_day = TODAY
    session.commit()
    assert reached(session, siri, account) == EVERY


def test_colleagues_work_for_the_customers_they_are_given(
    session: Session, siri: User, account: Account
) -> None:
    other, pal = make_account(session), make_user(session, partner=siri.partner)
    assert siri.partner
    make_grant(session, siri.partner, other)
    siri.every_customer = False
    # One that others have is not theirs, and one that never granted anything is nobody's.
    session.add(PartnerAssignment(user_id=pal.id, account_id=other.id))
    session.add(PartnerAssignment(user_id=siri.id, account_id=account.id))
    session.add(PartnerAssignment(user_id=siri.id, account_id=make_account(session).id))
    session.commit()

    assert reached(session, siri, account) == EVERY
    assert reached(session, siri, other) == set()
    assert reached(session, pal, account) == reached(session, pal, other) == EVERY
    assert len(seen_by(session, siri).granted) == 1  # type: ignore[attr-defined]


def seen_by(session: Session, user: User) -> object:
    token = open_sign_in(session, user, now=NOW)
    session.commit()
    return signed_in(session, token, now=NOW, today=TODAY, place="", across=True)


def test_nobody_of_a_closed_partner_is_let_in(session: Session, siri: User) -> None:
    assert session.execute(credentials_of(siri.email)).one_or_none()
    assert siri.partner
    siri.partner.closed_at = MOMENT
    session.commit()
    assert session.execute(credentials_of(siri.email)).one_or_none() is None
    assert seen_by(session, siri) is None


def test_a_page_of_one_customer_looks_at_the_grant_of_that_one_only(
    session: Session, siri: User, account: Account
) -> None:
    assert siri.partner
    for _ in range(3):
        make_grant(session, siri.partner, make_account(session))
    token = open_sign_in(session, siri, now=NOW)
    session.commit()
    found = signed_in(session, token, now=NOW, today=TODAY, place="")
    assert found
    assert found.granted == frozenset()


# What is under way when a grant ends


def under(grant: Grant) -> Scope:
    only = frozenset({grant.account_id})
    return Scope(only, grant.account_id, under=(grant.id, grant.version))


def test_what_is_done_under_a_grant_is_kept_while_it_holds(
    session: Session, sessions: Sessions, siri: User
) -> None:
    with sessions(scope=under(session.query(Grant).one())) as writing:
        writing.add(Site(name="Bodø"))
        writing.commit()
    assert session.query(Site).count() == 1


@pytest.mark.parametrize("ended", [withdraw, end, close])
def test_nothing_is_kept_that_was_begun_under_a_grant_that_ended(
    session: Session,
    sessions: Sessions,
    siri: User,
    ended: Callable[[User, Grant], None],
) -> None:
    grant = session.query(Grant).one()
    writing = sessions(scope=under(grant))  # whose rights were looked up before
    ended(siri, grant)
    session.commit()

    with writing:
        writing.add(Site(name="Bodø"))
        with pytest.raises(RightGone):
            writing.commit()
    assert session.query(Site).count() == 0


def test_nothing_is_kept_that_was_begun_under_a_grant_that_was_curtailed(
    session: Session, sessions: Sessions, siri: User
) -> None:
    grant = session.query(Grant).one()
    writing = sessions(scope=under(grant))
    grant.permissions = [P.ACCOUNT_VIEW]
    session.commit()

    with writing:
        writing.add(Site(name="Bodø"))
        with pytest.raises(RightGone):
            writing.commit()


def test_a_grant_that_is_being_withdrawn_is_not_waited_for(
    session: Session, sessions: Sessions, siri: User, account: Account
) -> None:
    """On PostgreSQL writers do not queue: the one who withdraws has not come to the end yet."""
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("writers are alone")
    grant = session.query(Grant).one()
    with sessions(scope=under(grant)) as writing, sessions(scope=NOBODY) as withdrawing:
        writing.add(Site(name="Bodø"))
        writing.flush()
        withdrawing.get_one(Grant, grant.id).withdrawn_at = MOMENT
        withdrawing.flush()
        with pytest.raises(RightGone):
            writing.commit()
        withdrawing.commit()


def test_a_grant_cannot_be_withdrawn_between_the_last_look_and_the_commit(
    session: Session, sessions: Sessions, siri: User
) -> None:
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("writers are alone")
    grant = session.query(Grant).one()
    with sessions(scope=under(grant)) as writing, sessions(scope=NOBODY) as withdrawing:
        writing.add(Site(name="Bodø"))
        writing.flush()
        vouch(writing)
        with pytest.raises(OperationalError):
            withdrawing.scalars(
                select(Grant).where(Grant.id == grant.id).with_for_update(nowait=True)
            ).one()


def test_what_a_page_did_is_undone_when_the_grant_ends_meanwhile(
    session: Session,
    sign_in: SignInAs,
    siri: User,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    product, browser = make_product(session, account=account), sign_in(siri, acting_for=account)
    looked_up = viewer.signed_in

    def overtaken(*args: Any, **more: Any) -> Any:
        found = looked_up(*args, **more)
        session.query(Grant).one().withdrawn_at = MOMENT
        session.commit()
        return found

    monkeypatch.setattr(gate, "signed_in", overtaken)
    answer = browser.post(f"/products/{product.reference}/retirement")
    session.refresh(product)

    assert (answer.status_code, answer.location) == (303, "/partner")
    assert product.status is ProductStatus.ACTIVE


@pytest.mark.parametrize(
    "over",
    [
        (withdraw, "The access to Nordlys Kraft AS has been withdrawn"),
        (end, "The access to Nordlys Kraft AS has ended"),
        (work_for_some, "You do not work for Nordlys Kraft AS any more"),
    ],
)
def test_an_open_page_leads_to_where_it_is_told_that_the_access_is_over(
    session: Session,
    sign_in: SignInAs,
    siri: User,
    account: Account,
    over: tuple[Callable[[User, Grant], None], str],
) -> None:
    ended, told = over
    product, browser = make_product(session, account=account), sign_in(siri, acting_for=account)
    path = f"/products/{product.reference}"
    assert browser.get(path).status_code == 200
    ended(siri, session.query(Grant).one())
    session.commit()

    assert browser.get(path).location == "/partner"
    assert browser.post(f"{path}/retirement").location == "/partner"
    fragment = browser.get("/products", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (403, "/partner")
    assert told in browser.get("/partner").text
    browser.post("/active-account", data={"account": ""})
    assert told not in browser.get("/partner").text
