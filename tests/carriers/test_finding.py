"""A parcel that comes back is found by the number on it: by customers, and on both desk lists."""

import re

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.tenancy import ScopedSession
from portal.base.worker import Worker
from portal.replacements.indexing import index_replacement
from portal.replacements.models import Replacement
from portal.spare_parts.models import SparePart
from tests.carriers.conftest import Desk
from tests.carriers.test_bring import booking
from tests.carriers.test_jobs import BACK, SCANS, approved, scan
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_model, make_replacement

__all__ = ["approved"]
LISTS = ("/desk/logistics", "/desk/returns")


def found(client: FlaskClient, path: str, text: str) -> list[str]:
    shown = client.get(path, query_string={"q": text}).text
    return re.findall(rf'href="{path}/(RMA-\d+)"', shown)


def test_the_number_on_the_label_finds_it_and_goes_on_doing_so(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, lars: FlaskClient, worker: Worker,
    posten: Desk, approved: Replacement,
) -> None:  # fmt: skip
    posten.books = booking(number=BACK)
    scan(lars, approved)
    worker.run_due()

    for text in (BACK, BACK[3:12], SCANS["tracking_number"], approved.reference):
        assert found(sign_in(ola), "/replacements", text) == [approved.reference], text
        for path in LISTS:
            assert found(lars, path, text) == [approved.reference], (path, text)
    came = {"rma": approved.reference, "unread": "y"}  # a deed writes anew what it is found by
    assert lars.post("/desk/logistics/returns", data=came).status_code == 303
    for path in LISTS:  # whatever list it is in by now
        assert found(lars, path, BACK) == [approved.reference]
    assert found(lars, LISTS[0], "370722150000099") == []
    assert "No matches on “370722150000099”" in lars.get(f"{LISTS[1]}?q=370722150000099").text


def test_parts_are_found_where_they_are_sent_and_not_where_things_come_back(
    session: ScopedSession, lars: FlaskClient, account: Account, ola: User
) -> None:
    part = SparePart(number="85S19-AA", model_ids=[make_model(session).id])
    part.name_nb, part.name_en = "Øreputer", "Ear cushions"
    session.add(part)
    session.flush()
    it = make_replacement(session, account, by=ola, part_id=part.id, part_count=2)
    index_replacement(session, it)
    session.commit()

    assert found(lars, LISTS[0], "85s19aa") == [it.reference]
    assert found(lars, LISTS[1], "85s19aa") == []


def test_a_search_of_the_desk_asks_little(
    session: ScopedSession, lars: FlaskClient, account: Account, ola: User, engine: Engine
) -> None:
    for _ in range(6):
        index_replacement(session, make_replacement(session, account, by=ola))
    session.commit()
    for path in LISTS:
        lars.get(f"{path}?q=RMA")
        with counted(engine) as asked:
            lars.get(f"{path}?q=oslo")
        assert len(asked) <= 6, path
