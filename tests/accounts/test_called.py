"""Whom the words of a search may stand for."""

import pytest

from portal.accounts.called import MOST, NAMES, Names, Person
from portal.accounts.models import User
from portal.base import held
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from tests.counting import counted
from tests.factories import make_account, make_partner, make_user

OURS, THEIRS = frozenset({1}), frozenset({2})


def person(number: int, *, accounts: frozenset[int] = OURS, **other: bool) -> Person:
    return Person(number, **({"staff": False, "partner": False} | other), accounts=accounts)


OLA, KARI, LISE, ANNA, SIRI = (
    person(1),
    person(2, accounts=THEIRS),
    person(3),
    person(4, accounts=frozenset(), staff=True),
    person(5, accounts=frozenset(), partner=True),
)
WHO = Names(
    [
        ("Ola Ødegård", OLA),
        ("Kari Ødegaard", KARI),
        ("Anne-Lise O'Brien", LISE),
        ("Anna Agent", ANNA),
        ("Siri Berg", SIRI),
    ]
)


@pytest.mark.parametrize(
    ("word", "people"),
    [
        ("odegaard", {OLA, KARI}),
        ("ødeg", {OLA, KARI}),
        ("lise", {LISE}),
        ("brien", {LISE}),
        ("ann", {LISE, ANNA}),
        ("siri", {SIRI}),
        ("o", set()),
        ("degård", set()),
        ("8g22", set()),
    ],
)
def test_a_word_stands_for_those_a_part_of_whose_name_begins_so(
    word: str, people: set[Person]
) -> None:
    assert set(WHO.meant([word], None)[word] if len(word) > 1 else ()) == people


def test_of_customers_people_only_those_of_accounts_that_are_read() -> None:
    assert WHO.meant(["ødegård"], OURS) == {"ødegård": [OLA]}
    assert WHO.meant(["ødegård"], THEIRS) == {"ødegård": [KARI]}
    assert WHO.meant(["agent", "berg"], THEIRS) == {"agent": [ANNA], "berg": [SIRI]}


def test_of_many_those_whom_most_of_the_words_tell() -> None:
    many = [(f"Ola Hansen{it}", person(it)) for it in range(10, 10 + 2 * MOST)]
    names = Names([("Ola Nordby", person(1)), *many, ("Ola Agent", person(2, staff=True))])

    found = names.meant(["ola"], None)["ola"]
    assert len(found) == MOST
    assert [it.id for it in found[:2]] == [2, 9 + 2 * MOST]
    assert [it.id for it in names.meant(["ola", "nordby"], None)["nordby"]] == [1]


def test_names_are_held_until_somebody_is_called_something_else(
    session: ScopedSession,
) -> None:
    account = make_account(session)
    ola = make_user(session, account=account, name="Ola Hansen")
    siri = make_user(session, role=Role.PARTNER, partner=make_partner(session), name="Siri Berg")
    anna = make_user(session, role=Role.AGENT, name="Anna Agent")
    found = NAMES.of(session).meant(["hansen", "siri", "agent"], None)
    assert [it.id for who in found.values() for it in who] == [ola.id, siri.id, anna.id]
    assert found["hansen"] == [Person(ola.id, False, False, frozenset({account.id}))]
    assert [found["siri"][0].partner, found["agent"][0].staff] == [True, True]

    def read_anew() -> int:
        with counted(session.get_bind().engine) as sent:
            NAMES.of(session)
        session.commit()
        return len([it for it in sent if "name_fold" in it])

    session.commit()
    assert read_anew() == 0
    user = session.get_one(User, ola.id)
    user.phone = "+4722334455"
    session.commit()
    assert read_anew() == 0
    user.name = "Ola Nilsen"
    session.commit()
    assert read_anew() == 1
    assert NAMES.of(session).meant(["hansen"], None) == {"hansen": []}
    user.name = ""  # a former user
    session.commit()
    for word in ("ola", "nilsen", "tidligere", "former", "bruker"):
        assert NAMES.of(session).meant([word], None) == {word: []}
    session.commit()
    make_user(session, account=account, name="Kari Nilsen")
    session.commit()
    assert read_anew() == 1
    held.forget_all()
