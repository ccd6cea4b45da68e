from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.base.history import Event, What
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import Scope, ScopedSession
from portal.base.visibility import Limits
from portal.base.words import Refused
from portal.catalogue.models import Category
from portal.products.models import ProductCount, ProductStatus
from portal.replacements.actions import Asked, ask_for_replacement
from portal.replacements.addresses import Address
from portal.replacements.faults import Fault
from portal.replacements.models import Replacement
from portal.replacements.rules import Barred, Liability, ReturnStage, Stage, Track
from portal.replacements.step_models import ReplacementStep
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_agreement,
    make_model,
    make_product,
    make_replacement,
    make_site,
    make_user,
)

THURSDAY = datetime(2026, 11, 19, 13, 59, 59, tzinfo=UTC)  # a second before three in Oslo
ADDRESS = Address(
    recipient="Ola Hansen",
    phone="22 22 22 22",
    street="Storgata 1",
    postal_code="0155",
    city="Oslo",
)
ASKED = Asked(fault=Fault.NO_SOUND, tried=[0, 1, 2], address=ADDRESS)
Open = Callable[[int], ScopedSession]


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def here(account: Account, session_of: Open) -> ScopedSession:
    return session_of(account.id)


def ask(here: ScopedSession, device: Any, by: User, **told: Any) -> Replacement:
    now = told.pop("now", THURSDAY)
    found: Any = here.get_one(type(device), device.id)
    made = ask_for_replacement(here, found, replace(ASKED, **told), by=Person(by.id), now=now)
    here.commit()
    return made


def a_count(session: Session, account: Account, number: int) -> ProductCount:
    count = ProductCount(account_id=account.id, model=make_model(session), number=number)
    count.registered_at = MOMENT
    session.add(count)
    session.commit()
    return count


def test_a_covered_device_is_approved_at_once_and_promised_for_a_day(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    made = ask(here, make_product(session, account=account), ola)

    assert made.reference.startswith("RMA-1")
    assert (made.stage, made.returned, made.liability) == (
        Stage.APPROVED,
        ReturnStage.NOT_DUE,
        Liability.NONE,
    )
    assert (made.hand_over_on, made.promised_on) == (date(2026, 11, 19), date(2026, 11, 20))
    assert (made.approved_at, made.approved_by_id) == (THURSDAY, None)
    assert (made.phone, made.return_window) == ("+4722222222", 10)


def test_what_it_went_through_is_in_its_steps_and_in_the_history(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    made = ask(here, make_product(session, account=account), ola)

    steps = session.scalars(select(ReplacementStep).order_by(ReplacementStep.id)).all()
    assert [(it.track, it.state, it.by_id) for it in steps] == [
        (Track.REPLACEMENT, "requested", ola.id),
        (Track.REPLACEMENT, "approved", None),
    ]
    done = select(Event.what).where(Event.kind == "replacement", Event.record_id == made.id)
    found = session.scalars(done.order_by(Event.number)).all()
    assert found == [What.REPLACEMENT_ASKED, What.APPROVED]


def test_steps_are_never_changed(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    ask(here, make_product(session, account=account), ola)
    step = here.scalars(select(ReplacementStep)).first()
    assert step
    step.state = "declined"

    with pytest.raises(TypeError):
        here.flush()


def test_the_cut_off_and_the_window_are_those_of_the_agreement(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    agreement = make_agreement(session, account, ends_on=date(2029, 12, 31))
    agreement.targets, agreement.retain_and_destroy = {"cut_off": 600, "return_window": 5}, True
    session.commit()

    made = ask(here, make_product(session, account=account), ola)

    assert (made.hand_over_on, made.promised_on) == (date(2026, 11, 20), date(2026, 11, 23))
    assert (made.return_window, made.retain_and_destroy) == (5, True)


def test_no_device_is_replaced_twice_at_once(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    product = make_product(session, account=account)
    ask(here, product, ola)

    with pytest.raises(Refused) as refused:
        ask(here, product, ola)
    assert refused.value.message == Barred.BEING_REPLACED.label
    here.rollback()
    assert len(session.scalars(select(Replacement)).all()) == 1


def test_of_two_who_ask_at_the_same_moment_one_is_told_so(
    session: Session,
    here: ScopedSession,
    account: Account,
    ola: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither saw the other's when they looked: the index tells."""
    product = make_product(session, account=account)
    make_replacement(session, account, product=product)
    monkeypatch.setattr("portal.replacements.standing.barred", lambda _: None)

    with pytest.raises(Refused) as refused:
        ask(here, product, ola)
    assert refused.value.message == Barred.BEING_REPLACED.label


def test_what_was_called_off_can_be_asked_for_again(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    product = make_product(session, account=account)
    over = make_replacement(session, account, product=product, stage=Stage.CANCELED)
    over.closed_at = MOMENT
    session.commit()

    assert ask(here, product, ola).stage is Stage.APPROVED


def test_of_those_by_count_no_more_are_replaced_than_there_are(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    count = a_count(session, account, 2)
    made = [ask(here, count, ola) for _ in range(2)]

    assert [(it.product_id, it.model_id) for it in made] == [(None, count.model_id)] * 2
    with pytest.raises(Refused) as refused:
        ask(here, count, ola)
    assert refused.value.message == Barred.NONE_LEFT.label


@pytest.mark.parametrize("category", [Category.HEADSET, Category.QUOTE_ONLY])
def test_what_is_not_covered_is_not_replaced(
    category: Category, session: Session, session_of: Open
) -> None:
    user = make_user(session)
    make_agreement(session, account_of(user), categories=(Category.VIDEO,))
    model = make_model(session, category=category)
    product = make_product(session, account=account_of(user), model=model)

    with pytest.raises(Refused) as refused:
        ask(session_of(account_of(user).id), product, user)
    assert refused.value.message == Barred.NOT_COVERED.label


def test_what_is_out_of_use_is_not_replaced(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    product = make_product(session, account=account)
    product.status = ProductStatus.RETIRED
    session.commit()

    with pytest.raises(Refused) as refused:
        ask(here, product, ola)
    assert refused.value.message == Barred.NOT_IN_USE.label


def test_beyond_so_many_a_week_a_person_looks_at_it(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    agreement = make_agreement(session, account, ends_on=date(2029, 12, 31))
    agreement.targets = {"replaced_by_rule": 1}
    session.commit()

    first, second = (ask(here, make_product(session, account=account), ola) for _ in range(2))
    week_later = ask(
        here, make_product(session, account=account), ola, now=THURSDAY + timedelta(days=7, hours=1)
    )

    assert (first.stage, second.stage) == (Stage.APPROVED, Stage.REQUESTED)
    assert (second.approved_at, second.promised_on) == (None, None)
    assert week_later.stage is Stage.APPROVED


def test_another_customers_replacements_count_for_nothing(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    agreement = make_agreement(session, account, ends_on=date(2029, 12, 31))
    agreement.targets = {"replaced_by_rule": 1}
    make_replacement(session, make_account(session), stage=Stage.APPROVED, approved_at=THURSDAY)
    session.commit()

    assert ask(here, make_product(session, account=account), ola).stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"fault": Fault.CALLS}, "fault"),  # of another category
        ({"tried": [0]}, "untried"),
        ({"tried": [], "untried": "x" * 201}, "untried"),
        ({"fault": Fault.OTHER, "tried": [0, 1]}, "description"),
        ({"address": replace(ADDRESS, street="Storgata")}, "street"),
    ],
)
def test_what_says_too_little_is_refused_and_nothing_is_kept(  # noqa: PLR0917
    told: dict[str, Any],
    field: str,
    session: Session,
    here: ScopedSession,
    account: Account,
    ola: User,
) -> None:
    with pytest.raises(Refused) as refused:
        ask(here, make_product(session, account=account), ola, **told)
    here.rollback()

    assert refused.value.field == field
    assert session.scalars(select(Replacement)).all() == []


def test_checks_may_be_skipped_with_a_reason(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    made = ask(
        here, make_product(session, account=account), ola, tried=[2, 9], untried="  Er på  reise "
    )

    assert (made.tried, made.untried) == ([2], "Er på reise")


def test_it_is_found_by_its_numbers_and_not_by_who_receives_it(
    session: Session, here: ScopedSession, account: Account, ola: User
) -> None:
    product = make_product(session, account=account)
    made = ask(here, product, ola)

    for text in (made.reference, product.serial_number or "", "oslo"):
        assert find(here, Kind.REPLACEMENT, query_of(text), limit=5) == [made.id], text
    assert find(here, Kind.REPLACEMENT, query_of("hansen"), limit=5) == []


def test_it_is_its_accounts_alone(
    session: Session, here: ScopedSession, account: Account, ola: User, session_of: Open
) -> None:
    made = ask(here, make_product(session, account=account), ola)
    number, ref = made.id, made.reference
    here.close()
    elsewhere = session_of(make_account(session).id)

    assert elsewhere.get(Replacement, number) is None
    assert elsewhere.scalars(select(ReplacementStep)).all() == []
    assert find(elsewhere, Kind.REPLACEMENT, query_of(ref), limit=5) == []


def test_whoever_sees_their_own_alone_sees_what_they_asked_for(
    session: Session, here: ScopedSession, account: Account, ola: User, sessions: Any
) -> None:
    mine = ask(
        here, make_product(session, account=account, site=make_site(session, account)), ola
    ).id
    here.close()
    make_replacement(session, account)
    only = frozenset({account.id})
    scope = Scope(only, account.id, limits=Limits(ola.id, own=only))

    with sessions(scope=scope) as limited:
        assert limited.scalars(select(Replacement.id)).all() == [mine]
        assert {it.replacement_id for it in limited.scalars(select(ReplacementStep))} == {mine}
        assert find(limited, Kind.REPLACEMENT, query_of("oslo"), limit=5) == [mine]
