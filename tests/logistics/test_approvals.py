"""Several that wait for a person are approved on one page; none of them holds the others up."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.approval_rules.rules import Held
from portal.base.access import Role
from portal.base.history import Event, What
from portal.logistics import approvals
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage, Track
from portal.replacements.step_models import ReplacementStep
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    account_of,
    make_account,
    make_agreement,
    make_model,
    make_product,
    make_replacement,
    make_stock,
    make_user,
)
from tests.replacements.test_routes import words

PAGE = "/desk/logistics/approvals"


@pytest.fixture(autouse=True)
def _thursday_afternoon() -> Iterator[None]:
    with time_machine.travel("2026-11-19 13:00Z", tick=False):
        yield


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS, name="Lars Lager"))


def waiting(session: Session, account: Account, *held: Held, **told: Any) -> Replacement:
    product = make_product(session, account=account)
    reasons = [each.value for each in held]
    return make_replacement(session, account, product=product, held=reasons, **told)


def picked(*them: Replacement, token: str = "t") -> dict[str, Any]:
    return {"picked": [it.reference for it in them], "token": token}


def stages(session: Session, *them: Replacement) -> list[Stage]:
    session.expire_all()
    return [it.stage for it in them]


def test_they_stand_by_their_first_reason_with_the_others_beside(
    session: Session, lars: FlaskClient, ola: User
) -> None:
    account = account_of(ola)
    first = waiting(session, account, Held.MANY, Held.ABROAD)
    second = waiting(session, account, Held.WEEK)
    theirs = waiting(session, account, Held.WEEK, Held.EMPLOYEE)

    shown = lars.get(PAGE).text
    groups = re.split(r'<h2 id="reason-(\w+)">', shown)[1:]
    told = dict(zip(groups[::2], groups[1::2], strict=True))
    assert list(told) == ["week", "many", "employee"]
    assert (second.reference in told["week"], first.reference in told["many"]) == (True, True)
    assert Held.ABROAD.label in told["many"]
    assert 'name="picked"' not in told["employee"]
    assert theirs.reference in told["employee"]
    # What nobody here can pick stands below the button, and has nothing that picks all.
    assert ("data-bulk" in told["many"], "data-bulk" in told["employee"]) == (True, False)
    assert ["data-pick-all" in told[each] for each in told] == [True, True, False]
    assert f'href="{PAGE}"' in lars.get("/desk/logistics?view=approve").text


def test_several_of_several_customers_are_approved_at_once(
    session: Session, lars: FlaskClient, ola: User
) -> None:
    other = make_account(session, "Fjordhelse HF")
    them = [
        waiting(session, account, Held.WEEK)
        for account in (account_of(ola), other, account_of(ola))
    ]
    left = waiting(session, other, Held.WEEK)

    assert lars.post(PAGE, data=picked(*them)).location == PAGE

    assert stages(session, *them, left) == [Stage.APPROVED] * 3 + [Stage.REQUESTED]
    page = words(lars.get(PAGE).text)
    assert "3 replacements are approved" in page
    events = session.scalars(select(Event).where(Event.what == What.APPROVED)).all()
    assert sorted(it.record_id for it in events) == sorted(it.id for it in them)


def test_sent_twice_each_is_approved_once(session: Session, lars: FlaskClient, ola: User) -> None:
    them = [waiting(session, account_of(ola), Held.WEEK) for _ in range(2)]
    for _ in range(2):
        assert lars.post(PAGE, data=picked(*them)).location == PAGE

    steps = session.scalars(
        select(ReplacementStep.state).where(ReplacementStep.track == Track.REPLACEMENT)
    ).all()
    assert list(steps) == ["approved", "approved"]
    shown = words(lars.get(PAGE).text)
    assert shown.count("2 replacements are approved") == 1


def test_one_that_moved_on_is_told_and_stops_no_other(
    session: Session, lars: FlaskClient, ola: User
) -> None:
    account = account_of(ola)
    gone = waiting(session, account, Held.WEEK, stage=Stage.CANCELED)
    done = waiting(session, account, Held.WEEK, stage=Stage.APPROVED)
    model = make_model(session, "Studio X50")
    make_stock(session, 0, model=model)
    short = make_replacement(
        session, account, product=make_product(session, account=account, model=model),
        held=["stock"],
    )  # fmt: skip
    good = waiting(session, account, Held.WEEK)

    answer = lars.post(PAGE, data=picked(gone, done, short, good))

    assert answer.status_code == 303
    page = words(lars.get(PAGE).text)
    assert f"1 replacement is approved: {good.reference}." in page
    assert f"{gone.reference} has moved on meanwhile, and stands as “Canceled”." in page
    assert f"{done.reference} has moved on meanwhile, and stands as “Approved”." in page
    assert f"{short.reference}: There is no Studio X50 left in stock." in page
    assert stages(session, gone, done, short, good) == [
        Stage.CANCELED, Stage.APPROVED, Stage.REQUESTED, Stage.APPROVED,
    ]  # fmt: skip


def test_where_none_could_be_approved_the_page_says_why_and_keeps_what_was_picked(
    session: Session, lars: FlaskClient, ola: User
) -> None:
    employees = waiting(session, account_of(ola), Held.EMPLOYEE)
    gone = waiting(session, account_of(ola), Held.WEEK, stage=Stage.DECLINED)
    waiting(session, account_of(ola), Held.WEEK)

    refused = lars.post(PAGE, data=picked(employees, gone))

    assert refused.status_code == 422
    assert f"{employees.reference}: {Held.EMPLOYEE.label}" in words(refused.text)
    assert "has moved on meanwhile" in words(refused.text)
    assert stages(session, employees) == [Stage.REQUESTED]


@pytest.mark.parametrize("sent", [{}, {"picked": "RMA-1"}, {"picked": ["", "x", "9" * 400]}])
def test_none_picked_is_said(sent: dict[str, Any], session: Session, lars: FlaskClient) -> None:
    refused = lars.post(PAGE, data=sent | {"token": "t"})

    assert refused.status_code == 422
    assert "Pick those that are to be approved." in words(refused.text)


def test_the_oldest_are_shown_and_that_there_are_more(
    session: Session, lars: FlaskClient, ola: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals, "MOST", 2)
    them = [waiting(session, account_of(ola), Held.WEEK) for _ in range(3)]

    shown = words(lars.get(PAGE).text)
    assert "The 2 oldest are shown." in shown
    assert [it.reference in shown for it in them] == [True, True, False]
    assert "Pick at most 2." in words(lars.post(PAGE, data=picked(*them)).text)
    lars.post(PAGE, data=picked(*them[:2], token="u"))
    assert "oldest are shown" not in words(lars.get(PAGE).text)


def test_the_page_asks_the_same_however_many_there_are(
    session: Session, lars: FlaskClient, ola: User, engine: Engine
) -> None:
    asked = []
    for _ in range(2):
        for _each in range(4):
            waiting(session, account_of(ola), Held.WEEK)
        lars.get(PAGE)
        with counted(engine) as found:
            lars.get(PAGE)
        asked.append(len(found))
    assert asked[0] == asked[1] <= 6
