from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, with_loader_criteria
from sqlalchemy.sql.functions import FunctionElement

from portal.base import reach
from portal.base.plans import KEPT
from portal.base.tenancy import OutOfScope, Owned
from tests.base.probes import Model, Product


class Nameless(FunctionElement[int]):
    """SQLAlchemy keeps no statement compiled in which this is."""

    inherit_cache = False
    type = Integer()


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was asked before, and what the test says is owned is so only during the test."""
    monkeypatch.setattr(reach, "_looked_through", set())
    monkeypatch.setattr(reach, "owned_tables", set(reach.owned_tables))


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The statements that are walked through."""
    walked: list[Any] = []
    walk = reach.reaches_owned_tables

    def noted(statement: Any) -> bool:
        walked.append(statement)
        return walk(statement)

    monkeypatch.setattr(reach, "reaches_owned_tables", noted)
    return walked


def test_a_form_is_walked_through_once_whatever_its_values(walks: list[Any]) -> None:
    for number in range(3):
        reach.look_through(select(Product).where(Product.id == number))
    assert len(walks) == 1

    reach.look_through(select(Product).where(Product.room == "x"))
    assert len(walks) == 2


def test_the_forms_that_are_remembered_do_not_grow_without_end(
    monkeypatch: pytest.MonkeyPatch, walks: list[Any]
) -> None:
    monkeypatch.setattr(reach, "_MOST_FORMS", 3)
    for columns in range(1, 9):
        reach.look_through(select(*[Model.id + Model.id] * columns))

        assert len(reach._looked_through) <= 3


def test_what_is_kept_is_walked_through_once_for_each_scope(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(reach, "look_through", looked.append)
    monkeypatch.setattr(reach, "_MOST_SCOPES", 2)
    kept = select(Product).execution_options(**KEPT)
    ours, theirs, third = (
        (with_loader_criteria(Product, Product.account_id == number),) for number in (1, 2, 3)
    )

    narrowed = [reach.under(each, kept) for each in (ours, theirs, ours, theirs)]
    assert narrowed[:2] == narrowed[2:]
    assert narrowed[0] is not narrowed[1]
    assert looked == narrowed[:2]

    reach.under(third, kept)
    assert len(reach._under[kept]) == 1


def test_what_is_not_kept_is_looked_through_each_time(walks: list[Any]) -> None:
    question = select(Product)
    before = len(reach._under)

    assert reach.under((), question) is not question
    assert [len(walks), len(reach._under)] == [1, before]


def test_a_form_without_a_name_is_walked_through_every_time(walks: list[Any]) -> None:
    nameless = select(Model.id + Nameless())
    for _ in range(2):
        reach.look_through(nameless)
    assert len(walks) == 2


def test_a_table_that_becomes_owned_is_out_of_reach_from_then_on() -> None:
    table = Table("probe_late", MetaData(), Column("id", Integer, primary_key=True))
    reach.look_through(select(table))

    reach.own("probe_late")

    with pytest.raises(OutOfScope, match="probe_late"):
        reach.look_through(select(table))


def test_a_class_that_is_owned_needs_no_more_than_to_say_so() -> None:
    class Later(DeclarativeBase):
        metadata = MetaData()

    Table("account", Later.metadata, Column("id", Integer, primary_key=True))

    class Late(Owned, Later):
        __tablename__ = "probe_later"

        id: Mapped[int] = mapped_column(primary_key=True)

    table: Any = Late.__table__
    unique = [
        set(it.columns.keys()) for it in table.constraints if isinstance(it, UniqueConstraint)
    ]
    assert unique == [{"account_id", "id"}]
    assert reach.reaches_owned_tables(select(Late))
    assert not reach.reaches_owned_tables(select(Model))
    with pytest.raises(OutOfScope, match="probe_later"):
        reach.look_through(select(table))
