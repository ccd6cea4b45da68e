"""Sealing license keys anew from the shell."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.cli import portal
from portal.licenses import rotating
from portal.licenses.models import License
from portal.licenses.sealing import KeyRing
from tests import databases
from tests.factories import RING, make_account, make_license

OLD = "signs nothing but what tests send"
NEW = "9f27c1d8e4b6a350R0ckets-and-fjords"
KEY = "PLP7-4KQ2-XN8D-9F2K"


def rotate(database_url: str, keys: str = NEW, secret: str = OLD) -> Result:
    settings = {
        "DATABASE_URL": databases.as_application(database_url),
        "SECRET_KEY": secret,
        "LICENSE_KEYS": keys,
        "STORAGE_URL": "file:///nowhere",
        "PORTAL_URL": "http://localhost",
    }
    return CliRunner().invoke(portal, ["licenses", "rotate"], env=settings)


def test_all_keys_are_sealed_anew_and_found_still(
    session: ScopedSession, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "AT_ONCE", 2)
    ours, theirs = make_account(session), make_account(session, "Andre AS")
    theirs.closed_at = clock.now() - timedelta(1)
    it = make_license(session, ours, key=KEY)
    for account in (ours, ours, ours, theirs):
        make_license(session, account)
    version = it.version

    first, second = rotate(database_url), rotate(database_url)

    assert (first.exit_code, first.output) == (0, "5 license keys are sealed anew.\n")
    assert second.output == "0 license keys are sealed anew.\n"
    session.expire_all()
    new = KeyRing([NEW])
    assert {each.sealed_with for each in session.scalars(select(License))} == {new.newest}
    assert new.unseal(ours.id, it.key_sealed or "", it.sealed_with or "") == KEY
    assert it.key_code == new.code(KEY)
    assert it.version == version  # it is nobody's change
    query = query_of(KEY, lambda text: new.marks_for(ours.id, text, parts=False))
    assert find(session, Kind.LICENSE, query, limit=9) == [it.id]


def test_what_no_key_opens_is_named_and_stays(session: Session, database_url: str) -> None:
    it = make_license(session, make_account(session), key=KEY)

    answer = rotate(database_url, secret="another-9f27c1d8e4b6a350-of-ours")

    assert answer.exit_code == 1
    assert it.reference in answer.output
    session.expire_all()
    assert RING.unseal(it.account_id, it.key_sealed or "", it.sealed_with or "") == KEY
