"""What is seen by whoever takes part in it, and what is seen together with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased, sessionmaker

from portal.base import bulk
from portal.base.participation import seen_by
from portal.base.tenancy import OutOfScope, Scope, ScopedSession
from portal.base.visibility import Limits, of_whole_account
from tests import databases
from tests.base.probes import Case, Page, Probes
from tests.factories import make_account

ME, COLLEAGUE = 7, 77  # the one's number is in the other's
BERGEN, OSLO = 1, 2


@dataclass(frozen=True)
class House:
    """Alfa has cases of mine at Oslo and a colleague's at Bergen, at Oslo and nowhere; Beta has a
    colleague's. Each has a page of its own name."""

    sessions: "sessionmaker[ScopedSession]"
    alfa: int
    beta: int
    ids: dict[str, int]

    def as_one_who(self, limits: Limits | None, *, both: bool = False) -> ScopedSession:
        read = frozenset({self.alfa, self.beta} if both else {self.alfa})
        return self.sessions(scope=Scope(read, self.alfa, limits=limits))

    @property
    def own(self) -> Limits:
        return Limits(ME, own=frozenset({self.alfa}))

    @property
    def at_bergen(self) -> Limits:
        return replace(self.own, at_sites=frozenset({self.alfa}), sites=frozenset({BERGEN}))

    def case(self, session: ScopedSession, name: str) -> Case:
        return session.get_one(Case, self.ids[name])


@pytest.fixture
def house(owner: Engine, session: Session, sessions: "sessionmaker[ScopedSession]") -> House:
    databases.build(owner, Probes.metadata)
    alfa, beta = make_account(session, "Alfa").id, make_account(session, "Beta").id
    made = [
        Case(account_id=alfa, name="mine", site_id=OSLO, people=seen_by([ME, COLLEAGUE])),
        Case(account_id=alfa, name="Bergen", site_id=BERGEN, people=seen_by([COLLEAGUE])),
        Case(account_id=alfa, name="Oslo", site_id=OSLO, people=seen_by([COLLEAGUE])),
        Case(account_id=alfa, name="nowhere", people=seen_by([])),
        Case(account_id=beta, name="Beta", people=seen_by([COLLEAGUE])),
    ]
    session.add_all(made)
    session.flush()
    session.add_all(
        Page(account_id=it.account_id, case_id=it.id, name=it.name) for it in list(made)
    )
    session.commit()
    return House(sessions, alfa, beta, {it.name: it.id for it in made})


another, page = aliased(Case), aliased(Page)
QUESTIONS: dict[str, Any] = {
    "cases": select(Case.name),
    "an alias": select(another.name),
    "a subquery": select(Case.name).where(Case.id.in_(select(another.id))),
    "pages": select(Page.name),
    "pages by an alias": select(page.name),
    "a join": select(Page.name).join(Case, Case.id == Page.case_id),
    "cases with a page": select(Case.name).where(exists().where(page.case_id == Case.id)),
    "for update": select(Case.name).with_for_update(),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_one_sees_where_one_takes_part_and_what_is_at_ones_sites(
    house: House, question: Any
) -> None:
    for limits, seen in (
        (house.own, {"mine"}),
        (house.at_bergen, {"mine", "Bergen"}),
        (replace(house.at_bergen, sites=frozenset({BERGEN, OSLO})), {"mine", "Bergen", "Oslo"}),
        (None, {"mine", "Bergen", "Oslo", "nowhere"}),
    ):
        with house.as_one_who(limits) as session:
            assert set(session.scalars(question)) == seen


@pytest.mark.parametrize("kind", [Case, Page])
def test_in_other_accounts_everything_is_seen(house: House, kind: Any) -> None:
    limits = replace(house.own, others=True)
    with house.as_one_who(limits, both=True) as session:
        assert set(session.scalars(select(kind.name))) == {"mine", "Beta"}


def test_counts_and_ids_tell_of_nothing_else(house: House) -> None:
    with house.as_one_who(house.own) as session:
        assert session.scalars(select(func.count(Page.id))).one() == 1
        assert session.get(Case, house.ids["Bergen"]) is None


def test_what_is_decided_for_everyone_is_asked_of_the_whole_account(house: House) -> None:
    whole = of_whole_account(select(func.count(Page.id)))
    with house.as_one_who(house.own) as session:
        assert session.scalars(whole).one() == 4  # none of the other account's
        assert session.scalars(select(func.count(Page.id))).one() == 1
    entities: list[Any] = [select(Case), select(Case.name, another)]
    for records in entities:
        with pytest.raises(OutOfScope):
            of_whole_account(records)


def test_numbers_are_told_apart() -> None:
    assert seen_by([12, 7, None, 7]) == ",7,12,"
    assert seen_by([7]) not in seen_by([77])
    assert seen_by([None]) == ""


Write = Callable[[ScopedSession, House], object]
REFUSED: dict[str, Write] = {
    "a new case of a colleague's": lambda s, h: s.add(Case(name="x", people=seen_by([COLLEAGUE]))),
    "nobody's new case": lambda s, h: s.add(Case(name="x")),
    "leaving": lambda s, h: setattr(h.case(s, "mine"), "people", seen_by([COLLEAGUE])),
    "a stray case": lambda s, h: s.add(stray(h, "Oslo")),
    "a page of an unseen case": lambda s, h: s.add(Page(name="x", case_id=h.ids["Oslo"])),
    "a page without its case": lambda s, h: s.add(Page(name="x", case_id=h.ids["mine"])),
    "joining by statement": lambda s, h: s.execute(update(Case).values(people=seen_by([ME]))),
    "moving by statement": lambda s, h: s.execute(update(Case).values(site_id=BERGEN)),
    "pages moved by statement": lambda s, h: s.execute(update(Page).values(case_id=1)),
    "rows": lambda s, h: rows(s, Case, {"people": seen_by([COLLEAGUE])}),
    "rows of pages": lambda s, h: rows(s, Page, {"case_id": h.ids["mine"]}),
}


def stray(house: House, name: str) -> Case:
    """As another session left it lying about."""
    with house.as_one_who(None) as session:
        record = house.case(session, name)
        session.expunge(record)
    return record


def rows(session: ScopedSession, kind: Any, constants: dict[str, Any]) -> dict[Any, int]:
    return bulk.insert_rows(
        session, kind, ("name",), [("x",)], constants=constants, returning="name"
    )


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED)
def test_nobody_writes_where_they_take_no_part(house: House, write: Write) -> None:
    with house.as_one_who(house.own) as session, pytest.raises(OutOfScope):  # noqa: PT012
        write(session, house)
        session.flush()


def test_at_ones_sites_one_may_write(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        case = house.case(session, "Bergen")
        case.name = "new"
        session.add(Page(name="x", case_id=case.id))
        session.add(Case(name="y", site_id=BERGEN))
        session.flush()
        case.site_id = OSLO
        with pytest.raises(OutOfScope):
            session.flush()


def test_one_lets_nothing_slip_in_that_was_out_of_sight(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        record = house.case(session, "Bergen")
        record.__dict__["site_id"] = OSLO  # as a refresh past the session would
        record.site_id = BERGEN
        with pytest.raises(OutOfScope):
            session.flush()


def test_where_one_takes_part_one_writes_wherever_it_is(house: House) -> None:
    with house.as_one_who(house.own) as session:
        case = house.case(session, "mine")
        case.site_id, case.people = None, seen_by([ME])
        session.add(Page(name="x", case_id=case.id))
        session.add(Case(name="y", people=seen_by([ME])))
        session.flush()
        taken: Any = session.execute(delete(Page))
        assert taken.rowcount == 2
        assert rows(session, Case, {"people": seen_by([ME])})


def test_whoever_sees_everything_pays_nothing(house: House, statements: list[str]) -> None:
    with house.as_one_who(None) as session:
        session.add(Page(name="x", case_id=house.ids["mine"]))
        session.flush()
        assert len(session.scalars(select(Page)).all()) == 5
    assert "EXISTS" not in statements[-1]
