"""The log of what was downloaded: whole however long, narrowed, as a table, and of one's own."""

import csv
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base import clock
from portal.downloads.taking import Download
from tests.conftest import SignInAs
from tests.counting import counted
from tests.downloads.conftest import World
from tests.factories import make_account, make_user

LOG = "/downloads/log"


def note(session: Session, world: World, user: Any, account: Any, many: int = 1) -> Any:
    """Somebody took so many times what is the newest."""
    it = world.publish("7.2.0")
    for _ in range(many):
        session.add(
            Download(
                account_id=account.id,
                file_id=it.file_id,
                release_id=it.id,
                document_id=None,
                user_id=user.id,
                at=clock.now(),
            )
        )
    session.commit()
    return it


def test_a_long_log_is_read_to_its_end(session: Session, world: World) -> None:
    note(session, world, world.kari, world.account, many=60)

    page, rows = world.kari_browses.get(LOG), 0
    assert "60 downloads" in page.text
    while True:
        rows += page.text.count('<th scope="row"')
        onwards = page.text.partition('rel="next"')[2].partition('href="')[2].partition('"')[0]
        if not onwards:
            break
        page = world.kari_browses.get(onwards.replace("&amp;", "&"))
        assert page.status_code == 200

    assert rows == 60


def test_the_log_costs_as_many_statements_however_long(
    session: Session, world: World, engine: Engine
) -> None:
    counts = []
    for many in (1, 80):
        note(session, world, world.kari, world.account, many=many)
        world.kari_browses.get(LOG)
        with counted(engine) as sent:
            world.kari_browses.get(LOG)
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 6


def test_a_search_in_the_log_costs_few_statements(
    session: Session, world: World, engine: Engine
) -> None:
    note(session, world, world.kari, world.account, many=3)
    for text in ("ola", "firmware", "7.2", "finnesikke"):
        with counted(engine) as sent:
            world.kari_browses.get(LOG, query_string={"q": text})
        assert len(sent) <= 6


def test_who_has_taken_much_is_found_from_the_newest(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.downloads.log.CAP", 5)
    note(session, world, world.kari, world.account, many=30)
    rare = make_user(session, name="Per Ås", account=world.account)
    it = note(session, world, rare, world.account)

    assert world.kari_browses.get(LOG, query_string={"q": "ola"}).text.count("<tr>") == 26
    assert world.kari_browses.get(LOG, query_string={"q": "per"}).text.count("<tr>") == 2
    assert it.file.name in world.kari_browses.get(LOG, query_string={"q": "per"}).text


@pytest.mark.parametrize(
    ("text", "found"),
    [("firmware", 1), ("7.2", 1), ("per as", 1), ("kari", 0), ("%", 0), ("'", 0), ("per\0", 1)],
)
def test_the_log_is_narrowed_by_file_version_and_person(
    session: Session, world: World, text: str, found: int
) -> None:
    per = make_user(session, name="Per Ås", account=world.account)
    note(session, world, per, world.account)

    answer = world.kari_browses.get(LOG, query_string={"q": text})

    assert answer.status_code == 200
    assert answer.text.count('<th scope="row"') == found


def test_another_accounts_log_is_its_own(session: Session, world: World, sign_in: SignInAs) -> None:
    other = make_account(session, "Andre AS")
    somebody = make_user(session, name="Fremmed Person", account=other)
    note(session, world, somebody, other)

    for path in (LOG, f"{LOG}?q=fremmed", f"{LOG}/downloads.csv"):
        answer = world.kari_browses.get(path)
        assert "Fremmed Person" not in answer.text
        answer.close()


def test_the_whole_log_is_taken_along(session: Session, world: World) -> None:
    per = make_user(session, name="=Per Ås", account=world.account)
    it = note(session, world, per, world.account, many=40)
    note(session, world, world.kari, world.account)

    with world.kari_browses.get(f"{LOG}/downloads.csv", query_string={"q": "per"}) as answer:
        rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))

    assert len(rows) == 41
    assert rows[1][-1] == it.file.sha256
    assert "=Per Ås" not in rows[1]  # or it would be a formula
    with world.kari_browses.get(f"{LOG}/downloads.xlsx") as table:
        assert table.data.startswith(b"PK")
