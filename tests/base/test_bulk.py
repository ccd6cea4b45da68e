from typing import Any

import pytest
from sqlalchemy import select

from portal.base.bulk import insert_rows, update_rows
from portal.base.tenancy import OutOfScope, ScopedSession
from tests.base.conftest import World
from tests.base.probes import Product

COLUMNS = ["serial_number", "model_id"]
NEW: dict[str, Any] = {"room": "", "version": 1}


def insert(session: ScopedSession, world: World, *serials: str) -> dict[Any, int]:
    rows = [[serial, world.model] for serial in serials]
    return insert_rows(session, Product, COLUMNS, rows, constants=NEW, returning="serial_number")


def test_rows_are_written_for_the_account_of_the_session(alfa: ScopedSession, world: World) -> None:
    ids = insert(alfa, world, "NEW1", "N 'quoted' Ø")

    found = alfa.scalars(select(Product).where(Product.id.in_(ids.values())).order_by(Product.id))
    assert [(p.serial_number, p.account_id, p.version) for p in found] == [
        ("NEW1", world.accounts["ALFA"], 1),
        ("N 'quoted' Ø", world.accounts["ALFA"], 1),
    ]


def test_rows_whose_twin_is_there_in_any_account_are_passed_over(
    alfa: ScopedSession, world: World
) -> None:
    assert list(insert(alfa, world, "ALFA", "BETA", "NEW")) == ["NEW"]


def test_only_the_accounts_own_rows_are_changed(alfa: ScopedSession, world: World) -> None:
    rows = [[product_id, "Fløyen"] for product_id in world.products.values()]

    assert update_rows(alfa, Product, ["id", "room"], rows, constants={}) == 1
    alfa.commit()

    with world.staff() as staff:
        rooms = {p.serial_number: (p.room, p.version) for p in staff.scalars(select(Product))}
    assert rooms == {"ALFA": ("Fløyen", 2), "BETA": ("", 1), "GAMMA": ("", 1)}


def test_who_only_reads_writes_no_rows(world: World) -> None:
    with world.of("ALFA") as reader, pytest.raises(OutOfScope):
        insert(reader, world, "NEW")
    with world.of("ALFA") as reader, pytest.raises(OutOfScope):
        update_rows(reader, Product, ["id", "room"], [[1, "x"]], constants={})


def test_a_name_that_is_no_column_is_refused(alfa: ScopedSession) -> None:
    with pytest.raises(KeyError):
        update_rows(alfa, Product, ["id", "room = 1; --"], [[1, "x"]], constants={})


def test_the_account_cannot_be_chosen(alfa: ScopedSession, world: World) -> None:
    stolen = {**NEW, "account_id": world.accounts["BETA"]}
    rows = [["NEW", world.model]]
    insert_rows(alfa, Product, COLUMNS, rows, constants=stolen, returning="serial_number")

    owner = alfa.scalars(select(Product.account_id).where(Product.serial_number == "NEW")).one()
    assert owner == world.accounts["ALFA"]
