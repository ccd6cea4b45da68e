"""Licenses as they lie there after years: many customers', with sealed keys and seats in use."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Site, User
from portal.base import clock
from portal.base.access import Role
from portal.base.deeds import What
from portal.base.event_chain import EventChain
from portal.base.history import Event
from portal.base.search import Kind
from portal.base.text import sort_key
from portal.licenses.indexing import tokens_for
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.rules import Renewal, Standing, tail_of
from portal.licenses.sealing import KeyRing
from portal.products.models import Product
from tests.benchmarks.database import Bench
from tests.benchmarks.stock import Size, Stock, fill
from tests.benchmarks.years import Entry, Rows, events_of, finish, people_of, write

SHORTEST = 500  # licenses at least, at any scale
OURS = 5  # of so many one is of the account at hand
RARE = "Svartisen"  # in the name of one license of the account at hand
COMMON = "Premium"  # in the name of three of ten
_NAMES = (*[f"Poly Lens {COMMON}"] * 3, *["Zoom Rooms"] * 3, *["Poly VideoOS"] * 2, "RPD", "G7500")
_AT_ONCE = 2_000
_SEATS = 3  # of each license at most, beside the one that has many
_MANY = 150


@dataclass(frozen=True, slots=True)
class Licenses:
    """What there is, and which of it is looked at: one with few seats, and one with many."""

    beside: Stock
    number: int
    few: int
    many: int


def key_of(number: int) -> str:
    """The key of the number-th license: scattered, so that no two share their beginnings."""
    signs = f"{number * 7_368_787_919 % 36**8:012X}"
    return f"PLP7-{signs[:4]}-{signs[4:8]}-{signs[8:12]}"


def fill_with_licenses(bench: Bench, scale: float) -> Licenses:
    accounts = Size.of(scale).accounts
    stock = fill(bench, Size(accounts, accounts * 20 + 1_000, 1_000))
    number = max(SHORTEST, int(500_000 * scale))
    people = people_of(bench, stock, desk=Role.AGENT)
    ring = KeyRing.of(bench.settings.license_keys, bench.settings.secret_key)
    places = _places(bench)
    random, seats = Random(7), 0
    ours = [each for each in range(1, number + 1) if each % OURS == 0]
    others = [each for each in places if each != stock.account_id]
    numbers = iter(range(1, number + 1))
    while some := list(islice(numbers, _AT_ONCE)):
        rows: list[Rows] = []
        entries: dict[Kind, list[Entry]] = defaultdict(list)
        for each in some:
            account_id = others[each % len(others)] if each % OURS else stock.account_id
            many = _MANY if each == ours[-1] else random.randrange(_SEATS + 1)
            made = _license(ring, account_id, each, random, rare=each == ours[0])
            given = list(_given(made, many, places[account_id], random, first=seats + 1))
            seats += len(given)
            made["seats_used"] = len(given)
            told: list[tuple[What, int | None, dict[str, Any]]] = [(What.REGISTERED, None, {})]
            told += [(What.LICENSE_ASSIGNED, people.of_account[account_id][0], {"seats": 1})] * 3
            events = list(
                events_of(people, ("license", each, account_id), made["changed_at"], told)
            )
            rows.append({License: [made], LicenseAssignment: given, Event: events})
            it = License(**made)
            with_places = [_Seat(each["room"], each["holder"], each["site_id"]) for each in given]
            for kind, tokens in tokens_for(ring, it, with_places).items():
                entries[kind].append((each, account_id, tokens))
        write(bench, rows, entries)
    finish(bench, people, (License, LicenseAssignment, Event, EventChain, User))
    return Licenses(stock, number, ours[len(ours) // 2], ours[-1])


@dataclass(frozen=True, slots=True)
class _Seat:
    """As the index looks at one."""

    room: str
    holder: str
    site_id: int | None
    site: Any = None
    product: Any = None


def _license(
    ring: KeyRing, account_id: int, number: int, random: Random, *, rare: bool
) -> dict[str, Any]:
    today, now = clock.today(), clock.now()
    key, name = key_of(number), random.choice(_NAMES)
    name = f"{name} {RARE}" if rare else name
    return {
        "id": number,
        "account_id": account_id,
        "name": name,
        "name_key": sort_key(name),
        "key_sealed": ring.seal(account_id, key),
        "sealed_with": ring.newest,
        "key_tail": tail_of(key),
        "key_code": ring.code(key),
        "standing": random.choices(list(Standing), (1, 8, 1))[0],
        "starts_on": today - timedelta(400),
        "ends_on": today + timedelta(random.randrange(-600, 900))
        if random.random() < 0.9
        else None,
        "seats": random.choice((None, 200, 500)),
        "order_number": f"45{number:08}",
        "purchase_order": f"{number % 90_000:05}",
        "renewal": random.choice(list(Renewal)),
        "registered_at": now,
        "activated_at": now,
        "revoked_at": None,
        "revoked_because": "",
        "changed_at": now,
        "version": 1,
    }


def _given(
    it: dict[str, Any], number: int, places: "_Places", random: Random, *, first: int
) -> Iterator[dict[str, Any]]:
    for turn in range(number):
        kind = random.randrange(3)
        yield {
            "id": first + turn,
            "account_id": it["account_id"],
            "license_id": it["id"],
            "site_id": random.choice(places.sites) if kind == 0 else None,
            "room": f"Rom {random.randrange(90)}" if kind == 0 else "",
            "product_id": random.choice(places.devices) if kind == 1 else None,
            "holder": f"Bruker {random.randrange(5_000)}" if kind == 2 else "",
            "seats": 1,
            "assigned_at": it["changed_at"],
            "assigned_by_id": None,
            "ended_at": None,
        }


@dataclass(slots=True)
class _Places:
    sites: list[int]
    devices: list[int]


def _places(bench: Bench) -> dict[int, _Places]:
    found: dict[int, _Places] = defaultdict(lambda: _Places([], []))
    with bench.arranging() as session:
        for account_id, site_id in session.execute(select(Site.account_id, Site.id)):
            found[account_id].sites.append(site_id)
        for account_id, device_id in session.execute(select(Product.account_id, Product.id)):
            found[account_id].devices.append(device_id)
    return found
