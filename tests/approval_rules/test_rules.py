from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.approval_rules.actions import change_rules, rules_in_force, the_rules
from portal.approval_rules.rules import Asking, Held, Rules, checked, reasons
from portal.base.access import Role
from portal.base.words import Overtaken, Refused
from portal.catalogue.models import Category
from tests.conftest import SignInAs
from tests.factories import make_user

PLAIN = Asking(
    number=1,
    category=Category.HEADSET,
    abroad=False,
    own_address=True,
    sent_days_ago=None,
    within_a_week=True,
)
STRICT = Rules(
    at_once=5,
    own_addresses=True,
    at_home=True,
    again_days=30,
    categories=frozenset({Category.VIDEO}),
)
PATH = "/desk/logistics/rules"


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({}, []),
        ({"within_a_week": False}, [Held.WEEK]),
        ({"number": 6}, [Held.MANY]),
        ({"category": Category.VIDEO}, [Held.CATEGORY]),
        ({"abroad": True}, [Held.ABROAD]),
        ({"own_address": False}, [Held.ADDRESS]),
        ({"sent_days_ago": 29}, [Held.AGAIN]),
        ({"sent_days_ago": 30}, []),
        ({"number": 6, "abroad": True}, [Held.MANY, Held.ABROAD]),
    ],
)
def test_why_a_person_must_look(told: dict[str, Any], held: list[Held]) -> None:
    assert reasons(replace(PLAIN, **told), STRICT) == held


def test_without_rules_of_our_own_the_agreement_decides_alone() -> None:
    every = replace(PLAIN, number=100, abroad=True, own_address=False, sent_days_ago=0)
    assert reasons(every, Rules()) == []
    assert reasons(replace(every, within_a_week=False), Rules()) == [Held.WEEK]


@pytest.mark.parametrize("told", [{"at_once": 101}, {"again_days": -1}, {"again_days": 366}])
def test_no_nonsense_is_a_rule(told: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        checked(replace(STRICT, **told))


def test_they_are_changed_and_hold_at_once(session: Session) -> None:
    lars = Person(make_user(session, role=Role.LOGISTICS).id)
    assert rules_in_force(session) == Rules()
    assert change_rules(session, STRICT, version=0, by=lars)
    session.commit()

    assert rules_in_force(session) == STRICT
    assert not change_rules(session, STRICT, version=1, by=lars)
    assert change_rules(session, replace(STRICT, at_once=1), version=1, by=lars)
    with pytest.raises(Overtaken):
        change_rules(session, Rules(), version=1, by=lars)


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


def test_logistics_decides_and_others_read(
    session: Session, sign_in: SignInAs, lars: FlaskClient
) -> None:
    told = {"at_once": "5", "again_days": "30", "categories": ["video"], "version": "0"}
    assert lars.post(PATH, data=told).status_code == 303
    row = the_rules(session)
    assert row
    assert (row.at_once, row.own_addresses, row.categories) == (5, False, ["video"])
    assert lars.post(PATH, data=told | {"version": "0", "at_once": "6"}).status_code == 422
    assert lars.post(PATH, data=told | {"version": "1", "at_once": "x"}).status_code == 422
    csm = sign_in(make_user(session, role=Role.CSM))
    assert "Video" in csm.get(PATH).text
    assert csm.post(PATH, data=told).status_code == 403
