"""Every shape of question and write of somebody who sees a part of an account only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased, joinedload, selectinload, sessionmaker

from portal.base import bulk
from portal.base.tenancy import OutOfScope, Scope, ScopedSession
from portal.base.visibility import Limits, criteria_of, sees_every_site
from tests import databases
from tests.base.probes import Device, Paper, Place, Probes
from tests.factories import make_account

ME, COLLEAGUE = 7, 8
another = aliased(Device)


@dataclass(frozen=True)
class House:
    """Alfa has a device at Bergen, one at Oslo, one nowhere; Beta has one at Bodø. Each has papers
    of mine, of a colleague and of nobody."""

    sessions: "sessionmaker[ScopedSession]"
    alfa: int
    beta: int
    ids: dict[str, int]

    def as_one_who(self, limits: Limits | None, *, both: bool = False) -> ScopedSession:
        read = frozenset({self.alfa, self.beta} if both else {self.alfa})
        return self.sessions(scope=Scope(read, self.alfa, limits=limits))

    @property
    def at_bergen(self) -> Limits:
        only = frozenset({self.alfa})
        return Limits(ME, own=only, at_sites=only, sites=frozenset({self.ids["Bergen"]}))

    @property
    def own(self) -> Limits:
        return Limits(ME, own=frozenset({self.alfa}))


@pytest.fixture
def house(owner: Engine, session: Session, sessions: "sessionmaker[ScopedSession]") -> House:
    databases.build(owner, Probes.metadata)
    alfa, beta = make_account(session, "Alfa").id, make_account(session, "Beta").id
    made: list[Any] = []
    for account, names in ((alfa, ("Bergen", "Oslo")), (beta, ("Bodø",))):
        made += [Place(account_id=account, name=name) for name in names]
    session.add_all(made)
    session.flush()
    places = {each.name: each.id for each in made}
    for name, account in (("Bergen", alfa), ("Oslo", alfa), ("Bodø", beta), ("nowhere", alfa)):
        made.append(Device(account_id=account, name=f"device {name}", site_id=places.get(name)))
    for account, whose in ((alfa, "alfa"), (beta, "beta")):
        for person, of in ((ME, "mine"), (COLLEAGUE, "theirs"), (None, "nobody's")):
            made.append(Paper(account_id=account, name=f"{whose} {of}", person_id=person))
    session.add_all(made)
    session.commit()
    return House(sessions, alfa, beta, {each.name: each.id for each in made})


NAMES: dict[str, Any] = {
    "rows": select(Device.name),
    "an alias": select(another.name),
    "a join": select(Device.name).join(Place, Place.id == Device.site_id),
    "a subquery": select(Device.name).where(Device.id.in_(select(another.id))),
    "a union": select(Device.name).where(exists().where(another.id == Device.id)),
    "for update": select(Device.name).with_for_update(),
}


@pytest.mark.parametrize("question", NAMES.values(), ids=NAMES)
def test_whoever_sees_a_site_is_answered_for_it(house: House, question: Any) -> None:
    with house.as_one_who(house.at_bergen) as session:
        assert session.scalars(question).all() == ["device Bergen"]
        assert session.scalars(select(Place.name)).all() == ["Bergen"]


def test_counts_and_groups_know_nothing_of_other_sites(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        assert session.scalars(select(func.count(Device.id))).one() == 1
        by_site = select(Device.site_id, func.count()).group_by(Device.site_id)
        assert session.execute(by_site).all() == [(house.ids["Bergen"], 1)]


def test_several_sites_are_seen_together(house: House) -> None:
    sites = frozenset(house.ids[name] for name in ("Bergen", "Oslo"))
    with house.as_one_who(replace(house.at_bergen, sites=sites)) as session:
        names = session.scalars(select(Device.name).order_by(Device.name)).all()
        assert names == ["device Bergen", "device Oslo"]


def test_without_a_site_nothing_is_seen(house: House) -> None:
    with house.as_one_who(replace(house.at_bergen, sites=frozenset())) as session:
        for kind in (Device, Place):
            assert session.scalars(select(kind)).all() == []
        assert session.scalars(select(Paper.name)).all() == ["alfa mine"]


@pytest.mark.parametrize("load", [joinedload, selectinload])
def test_loaders_bring_along_only_what_is_seen(house: House, load: Any) -> None:
    with house.as_one_who(house.at_bergen) as session:
        place = session.scalars(select(Place).options(load(Place.devices))).unique().one()
        assert [device.name for device in place.devices] == ["device Bergen"]


def test_records_of_other_sites_cannot_be_had_by_id(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        assert session.get(Device, house.ids["device Oslo"]) is None
        assert session.get(Device, house.ids["device nowhere"]) is None
        assert session.get(Place, house.ids["Oslo"]) is None
        assert session.get(Paper, house.ids["alfa theirs"]) is None


def test_whoever_sees_their_own_sees_every_site_and_their_own_papers(house: House) -> None:
    with house.as_one_who(house.own) as session:
        assert len(session.scalars(select(Device)).all()) == 3
        assert session.scalars(select(Paper.name)).all() == ["alfa mine"]


def test_in_other_accounts_everything_is_seen(house: House) -> None:
    with house.as_one_who(replace(house.at_bergen, others=True), both=True) as session:
        names = session.scalars(select(Device.name).order_by(Device.id)).all()
        assert names == ["device Bergen", "device Bodø"]
        papers = session.scalars(select(Paper.name).order_by(Paper.id)).all()
        assert papers == ["alfa mine", "beta mine", "beta theirs", "beta nobody's"]


def test_whoever_sees_everything_pays_nothing(house: House, statements: list[str]) -> None:
    with house.as_one_who(None) as session:
        assert len(session.scalars(select(Device)).all()) == 3
    assert "probe_device.site_id =" not in statements[-1]
    assert "site_id IN" not in statements[-1]


def test_what_is_added_is_made_once(house: House) -> None:
    assert criteria_of(house.at_bergen) is criteria_of(replace(house.at_bergen))


def test_it_is_told_who_sees_what_is_nowhere(house: House) -> None:
    assert sees_every_site(None)
    assert sees_every_site(house.own)
    assert not sees_every_site(house.at_bergen)


Write = Callable[[ScopedSession, House], object]


def device(name: str) -> Callable[[ScopedSession, House], Device]:
    """As another session left it lying about."""

    def found(session: ScopedSession, house: House) -> Device:
        with house.as_one_who(None) as other:
            record = other.get_one(Device, house.ids[name])
            other.expunge(record)
        return record

    return found


def mine(session: ScopedSession, house: House) -> Device:
    return session.get_one(Device, house.ids["device Bergen"])


REFUSED: dict[str, Write] = {
    "a new device at another site": lambda s, h: s.add(Device(name="x", site_id=h.ids["Oslo"])),
    "a new device nowhere": lambda s, h: s.add(Device(name="x")),
    "a new place": lambda s, h: s.add(Place(name="x")),
    "a colleague's new paper": lambda s, h: s.add(Paper(name="x", person_id=COLLEAGUE)),
    "nobody's new paper": lambda s, h: s.add(Paper(name="x")),
    "a move to another site": lambda s, h: setattr(mine(s, h), "site_id", h.ids["Oslo"]),
    "a move to nowhere": lambda s, h: setattr(mine(s, h), "site_id", None),
    "a paper given away": lambda s, h: setattr(
        s.get_one(Paper, h.ids["alfa mine"]), "person_id", COLLEAGUE
    ),
    "a stray record": lambda s, h: s.add(device("device Oslo")(s, h)),
    "a stray record, deleted": lambda s, h: s.delete(device("device Oslo")(s, h)),
    "moves by statement": lambda s, h: s.execute(update(Device).values(site_id=h.ids["Bergen"])),
    "papers taken by statement": lambda s, h: s.execute(update(Paper).values(person_id=ME)),
    "rows at another site": lambda s, h: insert(s, [("x", h.ids["Oslo"])]),
    "rows at another site among others": lambda s, h: insert(
        s, [("x", h.ids["Bergen"]), ("y", h.ids["Oslo"])]
    ),
    "rows nowhere": lambda s, h: bulk.insert_rows(
        s, Device, ("name",), [("x",)], constants={}, returning="name"
    ),
    "rows that are a colleague's": lambda s, h: bulk.insert_rows(
        s, Paper, ("name",), [("x",)], constants={"person_id": COLLEAGUE}, returning="name"
    ),
}


def insert(session: ScopedSession, rows: list[tuple[str, int]]) -> dict[Any, int]:
    columns = ("name", "site_id")
    return bulk.insert_rows(session, Device, columns, rows, constants={}, returning="name")


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED)
def test_nobody_writes_what_they_do_not_see(house: House, write: Write) -> None:
    with house.as_one_who(house.at_bergen) as session, pytest.raises(OutOfScope):  # noqa: PT012
        write(session, house)
        session.flush()


def test_statements_write_only_what_is_seen(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        changed: Any = session.execute(update(Device).values(name="x"))
        gone: Any = session.execute(delete(Paper))
        assert (changed.rowcount, gone.rowcount) == (1, 1)


def test_whoever_sees_everything_moves_devices_by_statement(house: House) -> None:
    with house.as_one_who(None) as session:
        moved: Any = session.execute(update(Device).values(site_id=house.ids["Bergen"]))
        assert moved.rowcount == 3


def test_what_is_seen_is_written(house: House) -> None:
    sites = frozenset(house.ids[name] for name in ("Bergen", "Oslo"))
    with house.as_one_who(replace(house.at_bergen, sites=sites)) as session:
        mine(session, house).site_id = house.ids["Oslo"]
        session.add(Device(name="new", site_id=house.ids["Bergen"]))
        session.add(Paper(name="new", person_id=ME))
        session.flush()
        session.delete(session.get_one(Paper, house.ids["alfa mine"]))
        session.flush()
        assert insert(session, [("row", house.ids["Oslo"])])
        one: Any = {"person_id": ME}
        papers = bulk.insert_rows(
            session, Paper, ("name",), [("row",)], constants=one, returning="name"
        )
        assert papers


def test_whoever_sees_their_own_puts_devices_anywhere(house: House) -> None:
    with house.as_one_who(house.own) as session:
        session.add_all([Device(name="x"), Device(name="y", site_id=house.ids["Oslo"])])
        mine(session, house).site_id = None
        session.add(Place(name="new"))
        session.flush()


def test_a_record_that_slipped_out_of_sight_is_written_no_more(
    house: House, session: Session
) -> None:
    """It was at hand when somebody else moved it; what it was and what it becomes both count."""
    with house.as_one_who(house.at_bergen) as mine_session:
        record = mine(mine_session, house)
        other = house.ids["Oslo"]
        record.__dict__["site_id"] = other  # as a refresh past the session would
        record.site_id = house.ids["Bergen"]
        with pytest.raises(OutOfScope):
            mine_session.flush()


def test_a_stray_record_that_is_seen_comes_back(house: House) -> None:
    with house.as_one_who(house.at_bergen) as session:
        record = device("device Bergen")(session, house)
        session.add(record)
        assert record in session
