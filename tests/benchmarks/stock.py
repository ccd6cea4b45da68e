"""What stands in the database: many accounts' devices, registered in turn as in real life."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.base.bulk import CHUNK, insert_rows
from portal.base.references import master_account_id
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.catalogue.imports import import_models, rows_by_column
from portal.catalogue.models import SerialPattern
from portal.demo_plans import MODELS
from portal.products.indexing import Entry, index_entries
from portal.products.models import Product, ProductStatus
from tests.benchmarks.database import Bench
from tests.factories import MOMENT, make_agreement, make_user

RARE = "Svartisen"  # a room of three devices of the account at hand
THIRD = "Møterom"  # the first word of the room of every third device
SITES = ("Tromsø", "Bodø", "Ålesund", "Hønefoss", "Trondheim", "Bergen", "Oslo", "Drammen")
_ROOMS = (THIRD, "Kontor", "Verksted")
_ROUNDS = 10
_CONSTANTS = {
    "status": ProductStatus.ACTIVE,
    "registered_at": MOMENT,
    "changed_at": MOMENT,
    "registered_by_id": None,
    "holder": "",
    "installed_version": "",
    "version": 1,
}
COLUMNS = ("identifier", "serial_number", "mac", "model_id", "site_id", "room", "asset_tag")


@dataclass(frozen=True, slots=True)
class Size:
    """How much: by default what issue 2 asks for."""

    accounts: int
    products: int
    ours: int  # of the products, those of the account at hand

    @classmethod
    def of(cls, scale: float) -> "Size":
        accounts = max(3, int(200 * min(1.0, scale * 10)))
        return cls(accounts, int(1_000_000 * scale), int(100_000 * scale))


@dataclass(frozen=True, slots=True)
class Stock:
    account_id: int  # the one at hand
    other_id: int  # an account that imports meanwhile
    user_id: int
    other_user_id: int
    sites: dict[int, str]  # of the account at hand

    def user(self, session: Session) -> User:
        return session.get_one(User, self.user_id)


def fill(bench: Bench, size: Size) -> Stock:
    """Accounts, sites, people, models and products."""
    with bench.arranging() as session:
        with MODELS.open("rb") as file:
            import_models(session, rows_by_column(read_sheet(file)), by=None)
        session.commit()
        catalogue = catalogue_of(session)
        accounts = [_account(number) for number in range(size.accounts)]
        session.add_all(accounts)
        session.flush()
        ours, other = accounts[len(accounts) // 2], accounts[0]
        user = make_user(session, account=ours, role=Role.ADMINISTRATOR, language="nb")
        importer = make_user(session, account=other, role=Role.ADMINISTRATOR, language="nb")
        for account in accounts:
            make_agreement(session, account)
            names = [f"{SITES[n % len(SITES)]} {n}" for n in range(40)]
            session.add_all(Site(account_id=account.id, name=name) for name in names)
        session.commit()
        rows = session.execute(select(Site.account_id, Site.id, Site.name)).all()
        ids = [account.id for account in accounts]
        stock = Stock(
            ours.id,
            other.id,
            user.id,
            importer.id,
            {site_id: name for owner, site_id, name in rows if owner == ours.id},
        )
    sites: dict[int, dict[int, str]] = {account_id: {} for account_id in ids}
    for owner, site_id, name in rows:
        sites[owner][site_id] = name
    rest = (size.products - size.ours) // (len(ids) - 1)
    numbers = iter(range(size.products))
    for turn in range(_ROUNDS):
        for account_id in ids:
            most = size.ours if account_id == stock.account_id else rest
            share = most * (turn + 1) // _ROUNDS - most * turn // _ROUNDS
            rare = 3 if account_id == stock.account_id and turn == 0 else 0
            devices = _devices(sites[account_id], catalogue, islice(numbers, share), rare)
            while chunk := list(islice(devices, CHUNK)):
                _register(bench, account_id, sites[account_id], chunk)
    bench.settle()
    return stock


def identifiers(number: int, pattern: SerialPattern) -> tuple[str | None, str | None]:
    """Serial number and MAC address of the number-th device: of its model's shape, scattered."""
    scattered = number * 7_368_787 % 2**24  # odd, so no two are the same
    if pattern is SerialPattern.MAC:
        return None, f"64167F{scattered:06X}"
    if pattern is SerialPattern.VIDEO:
        return f"8G{20 + number % 7}{1 + number % 52:02}{scattered:06X}CV", None
    return "G" + _base36(scattered), None


def _base36(number: int) -> str:
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


def _account(number: int) -> Account:
    digits = master_account_id(5_000 + number)
    return Account(name=f"Kunde {number} AS", digits=digits, created_at=MOMENT)


def _devices(
    sites: dict[int, str], catalogue: Catalogue, numbers: Iterator[int], rare: int
) -> Iterator[tuple[Any, ...]]:
    models, places = list(catalogue), list(sites)
    for number in numbers:
        model = models[number * 31 % len(models)]
        serial, mac = identifiers(number, model.serial_pattern)
        room = RARE if rare > 0 else f"{_ROOMS[number % 3]} {number % 500}"
        rare -= 1
        site_id = places[number * 7 % len(places)]
        yield serial or mac, serial, mac, model.id, site_id, room, f"A-{number:07}"


def _register(
    bench: Bench, account_id: int, sites: dict[int, str], devices: list[tuple[Any, ...]]
) -> None:
    with bench.sessions(scope=Scope(frozenset({account_id}), account_id)) as session:
        ids = insert_rows(
            session, Product, COLUMNS, devices, constants=_CONSTANTS, returning="identifier"
        )
        index_entries(
            session,
            (
                Entry(
                    ids[known_as],
                    *(serial, mac, model_id, site_id, sites[site_id], room, tag),
                    *(ProductStatus.ACTIVE, None),
                )
                for known_as, serial, mac, model_id, site_id, room, tag in devices
                if known_as in ids
            ),
        )
        session.commit()
