from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import Person
from portal.accounts.models import Account
from portal.base import clock
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import Refused
from portal.licenses.actions import Seat, assign_license, take_back
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.queries import assignment_with_id, has_status, license_ids, license_with_id
from portal.licenses.registering import Terms, register_license
from portal.licenses.rules import Standing, Status, status_of
from tests.factories import RING, make_account, make_license, make_seat, make_user

KEY = "PLP7-4KQ2-XN8D-9F2K"
SessionOf = Callable[[int], ScopedSession]


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


def register(session: ScopedSession, key: str = KEY, name: str = "Poly Lens") -> License:
    return register_license(
        session, RING, name=name, key=key, terms=Terms(), by=None, now=clock.now()
    )


def test_a_key_is_registered_once_in_an_account(session_of: SessionOf, account: Account) -> None:
    session = session_of(account.id)
    with session.begin():
        first = register(session)
        with pytest.raises(Refused) as refused:
            register(session, KEY.lower().replace("-", " "))
    assert refused.value.field == "key"
    assert refused.value.values["number"] == first.reference


def test_anothers_key_is_refused_without_telling_whose_it_is(
    session: Session, session_of: SessionOf, account: Account
) -> None:
    make_license(session, make_account(session, "Andre AS"), key=KEY)

    with session_of(account.id) as ours, ours.begin(), pytest.raises(Refused) as refused:
        register(ours)

    assert refused.value.field == "key"
    assert refused.value.values == {}
    assert "Andre" not in refused.value.message


def test_a_license_may_have_no_key_and_needs_a_name(
    session_of: SessionOf, account: Account
) -> None:
    session = session_of(account.id)
    with session.begin():
        one, other = register(session, ""), register(session, "", "Zoom")
        assert (one.key_code, other.masked_key) == (None, "")
        with pytest.raises(Refused):
            register(session, name="  ")


def test_what_the_database_asks_is_what_the_rule_says(session: Session, account: Account) -> None:
    today = clock.today()
    for days in (None, -1, 0, 1, 89, 90, 91):
        for standing in Standing:
            ends_on = None if days is None else today + timedelta(days)
            make_license(session, account, standing=standing, ends_on=ends_on)
    every = session.scalars(select(License)).all()

    for status in Status:
        found = set(session.scalars(license_ids(has_status(status, today))))
        told = {it.id for it in every if status_of(it.standing, it.ends_on, today) is status}
        assert found == told, status


def test_many_at_once_are_given_no_more_seats_than_there_are(
    session: Session,
    sessions: "sessionmaker[ScopedSession]",
    account: Account,
) -> None:
    it, by = make_license(session, account, seats=3), Person(make_user(session).id)
    license_id, scope = it.id, Scope(frozenset({account.id}), account.id)
    session.commit()
    given: list[bool] = []

    def give() -> None:
        try:
            with sessions(scope=scope) as own, own.begin():
                mine = own.scalars(license_with_id(license_id)).one()
                assign_license(own, RING, mine, Seat(holder="Ola"), by=by, now=clock.now())
            given.append(True)
        except Refused:
            given.append(False)

    threads = [Thread(target=give) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(given) == [False] * 5 + [True] * 3
    session.expire_all()
    assert session.get_one(License, license_id).seats_used == 3
    assert len(session.scalars(select(LicenseAssignment)).all()) == 3


def test_seats_are_taken_back_once_also_by_two_at_once(
    session: Session,
    sessions: "sessionmaker[ScopedSession]",
    account: Account,
) -> None:
    it, by = make_license(session, account, seats=3), Person(make_user(session).id)
    seat_id = make_seat(session, it, holder="Ola", seats=2).id
    license_id, scope = it.id, Scope(frozenset({account.id}), account.id)
    session.commit()
    done: list[bool] = []

    def take() -> None:
        try:
            with sessions(scope=scope) as own, own.begin():
                seat = own.scalars(assignment_with_id(seat_id)).one()
                take_back(own, RING, seat.license, seat, by=by, now=clock.now())
            done.append(True)
        except Refused:
            done.append(False)

    threads = [Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(done) == [False, False, False, True]
    session.expire_all()
    assert session.get_one(License, license_id).seats_used == 0


def test_another_account_can_be_given_nothing(
    session: Session, session_of: SessionOf, engine: Engine, account: Account
) -> None:
    theirs = make_license(session, make_account(session, "Andre AS"))
    with session_of(account.id) as ours, pytest.raises(NoResultFound):
        assign_license(ours, RING, theirs, Seat(holder="Ola"), by=Person(1), now=clock.now())
    session.expire_all()
    assert session.scalars(select(LicenseAssignment)).all() == []
