"""Every door of the portal against everyone who may come to it, as matrix.csv says.

The matrix is data, to be read like code: a row is a method and a rule, a column is an actor (see
cast.py), a cell the status they get. A door that is not in it fails. Each asks with a reference of
the same account, so the foreigner's column shows that it does not exist for others.
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.db import Base
from portal.base.deeds import LOOKS
from portal.base.file_store import FileStore
from tests.cast import ACTORS, REQUEST_PAGES, Making, assemble, doors, path_to
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_site, make_user

MATRIX = Path(__file__).with_name("matrix.csv")
# Who was here, how often they tried and what they took is noted at any door; a look moves the chain
# of deeds on.
NOTED = {"attempts", "download", "event_chain", "sign_in"}


def _houses() -> dict[str, dict[str, list[int]]]:
    """The rows, by the first words of their paths: as many as share a cast."""
    with MATRIX.open() as file:
        head, *rows = csv.reader(file)
    assert head == ["door", *ACTORS]
    found: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for door, *cells in rows:
        found["/".join(door.partition("/")[2].split("/")[:2])][door] = [int(cell) for cell in cells]
    return found


HOUSES = _houses()


def test_every_door_is_in_the_matrix(app: Flask) -> None:
    known = {door for doors_of in HOUSES.values() for door in doors_of}

    assert {door for door, _rule in doors(app)} == known


@pytest.fixture
def making(session: Session, files: FileStore) -> Making:
    return Making(session, make_account(session), files)


@pytest.mark.parametrize("house", HOUSES)
def test_doors_open_for_those_they_should(
    house: str, app: Flask, owner: Engine, making: Making, sign_in: SignInAs
) -> None:
    browsers = assemble(making.session, sign_in, app.test_client(), making.account)
    rules = dict(doors(app))
    for door, cells in HOUSES[house].items():
        method, expected = door.split()[0], dict(zip(ACTORS, cells, strict=True))
        paths = {actor: path_to(app, rules[door], making) for actor in ACTORS}
        # Those who are refused come first: they and whoever only looks leave nothing behind.
        first = [actor for actor in ACTORS if method == "GET" or expected[actor] >= 400]
        before = _everything(owner)
        found = {actor: _ask(browsers[actor], method, paths[actor]) for actor in first}
        changed = {name for name, rows in _everything(owner).items() if rows != before[name]}
        rest = [actor for actor in ACTORS if actor not in first]
        found |= {actor: _ask(browsers[actor], method, paths[actor]) for actor in rest}

        assert (door, found) == (door, expected)
        assert (door, changed) == (door, set())


# Those who see one site of the account, and who stands in the matrix for what they may do.
SITED = {"member": Role.MEMBER, "partner": Role.PARTNER}
# Whose records are at a site or somebody's own; those that are made here are at none, and nobody's.
NARROWED = {
    *("products", "product_counts", "product_imports", "import_tables", "sites"),
    *("cloud_partners", "replacement_asking", "replacements", "request_opening", *REQUEST_PAGES),
    *(
        "licenses",
        "license_assignments",
        "license_files",
        "license_papers",
        "license_paper_files",
        "license_activation",
    ),
    *("return_labels", "returns", "dead_on_arrival"),
}


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("actor", SITED)
def test_to_those_who_see_another_site_records_do_not_exist(
    actor: str, house: str, app: Flask, making: Making, sign_in: SignInAs
) -> None:
    session, account = making.session, making.account
    sites = [make_site(session, account, "Deres")]
    partner = make_partner(session) if actor == "partner" else None
    if partner:
        make_grant(session, partner, account, sites=sites)
    user = make_user(
        session, account=account, role=SITED[actor], partner=partner, sites=[] if partner else sites
    )
    browser, rules = sign_in(user, acting_for=account), dict(doors(app))
    for door, cells in HOUSES[house].items():
        rule, expected = rules[door], cells[ACTORS.index(actor)]
        records = "reference" in rule.arguments and rule.endpoint.split(".")[0] in NARROWED
        gone = records and expected in {200, 204, 303, 422}
        found = _ask(browser, door.split()[0], path_to(app, rule, making))
        assert (door, found) == (door, 404 if gone else expected)


def _ask(browser: FlaskClient, method: str, path: str) -> int:
    with browser.open(path, method=method) as answer:
        answer.get_data()
        return answer.status_code


def _everything(owner: Engine) -> dict[str, list[Any]]:
    """All that is stored, but for what is noted of everyone, and of guests: that they looked."""
    events = Base.metadata.tables["event"]
    rows = {name: select(table) for name, table in Base.metadata.tables.items()}
    # Hashes and numbers of what follows differ when somebody looked in between.
    told = [events.c[name] for name in ("id", "kind", "record_id", "what", "by_id", "details")]
    rows["event"] = select(*told).where(events.c.what.not_in(LOOKS))
    there = Base.metadata.tables["desk_event"]
    seen = [there.c[name] for name in ("id", "kind", "record_id", "what", "by_id", "details")]
    rows["desk_event"] = select(*seen).where(there.c.what.not_in(LOOKS))
    with owner.connect() as connection:
        return {
            name: list(connection.execute(query).all())
            for name, query in rows.items()
            if name not in NOTED
        }
