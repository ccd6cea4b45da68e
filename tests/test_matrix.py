"""Every door of the portal against everyone who may come to it, as matrix.csv says.

The matrix is data, to be read like code: a row is a method and a rule, a column is an actor (see
cast.py), a cell the status they get. A door that is not in it fails. Each asks with a reference of
the same account, so the foreigner's column shows that it does not exist for others.
"""

import csv
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base.db import Base
from tests.cast import ACTORS, assemble, doors, path_to
from tests.conftest import SignInAs
from tests.factories import make_account

MATRIX = Path(__file__).with_name("matrix.csv")
NOTED = {"sign_in"}  # that someone was here is noted at any door


def _rows() -> dict[str, list[int]]:
    with MATRIX.open() as file:
        head, *rows = csv.reader(file)
    assert head == ["door", *ACTORS]
    return {door: [int(cell) for cell in cells] for door, *cells in rows}


ROWS = _rows()


def test_every_door_is_in_the_matrix(app: Flask) -> None:
    assert {door for door, _rule in doors(app)} == set(ROWS)


@pytest.mark.parametrize("door", ROWS)
def test_a_door_opens_for_those_it_should(
    door: str,
    app: Flask,
    client: FlaskClient,
    owner: Engine,
    session: Session,
    sign_in: SignInAs,
) -> None:
    rule = dict(doors(app))[door]
    account = make_account(session)
    browsers = assemble(session, sign_in, client, account)
    paths = [path_to(app, rule, session, account) for _ in ACTORS]
    method = door.split()[0]
    before = _everything(owner)
    found = []
    for path, browser in zip(paths, browsers.values(), strict=True):
        with browser.open(path, method=method) as answer:
            answer.get_data()
            found.append(answer.status_code)
        after = _everything(owner)
        if method == "GET" or answer.status_code >= 400:
            changed = {name for name in after if after[name] != before[name]}
            assert changed == set(), f"{answer.status_code} on {path} left something behind"
        before = after

    assert dict(zip(ACTORS, found, strict=True)) == dict(zip(ACTORS, ROWS[door], strict=True))


def _everything(owner: Engine) -> dict[str, list[Any]]:
    with owner.connect() as connection:
        return {
            name: connection.execute(select(table)).all()  # type: ignore[misc]
            for name, table in Base.metadata.tables.items()
            if name not in NOTED
        }
