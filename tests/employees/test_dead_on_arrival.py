"""What an employee ordered does not work when it comes: they are told of the next one as well."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Site, User
from portal.base import clock
from portal.employees.models import EmployeeLink
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from tests.conftest import SignInAs
from tests.counting import counted
from tests.employees.conftest import (
    SIV,
    Run,
    last_mail,
    orders,
    path_of,
    proven,
    replacements,
    told,
)
from tests.factories import make_stock


@pytest.fixture
def arrived(  # noqa: PLR0917
    client: FlaskClient, session: Session, link: EmployeeLink, site: Site, product: Product,
    run_jobs: Run,
) -> Replacement:  # fmt: skip
    proven(client, session, link, run_jobs, product.serial_number or "")
    assert client.post(f"{path_of(link)}/order", data=told(site)).status_code == 303
    it = replacements(session)[0]
    it.stage, it.returned = Stage.DELIVERED, ReturnStage.LABEL_READY
    it.liability, it.shipped_at = Liability.AT_RISK, datetime(2026, 11, 19, 14, tzinfo=UTC)
    it.delivered_on, it.return_due_on = date(2026, 11, 20), date(2026, 12, 4)
    session.commit()
    return it


def sent_again(session: Session, admin: FlaskClient, it: Replacement, run_jobs: Run) -> Replacement:
    answer = admin.post(f"/replacements/{it.reference}/dead-on-arrival")
    assert answer.status_code == 303, answer.text
    while run_jobs(clock.now()):
        pass
    made = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    assert answer.location == f"/replacements/{made.reference}"
    return made


def test_the_employee_is_told_of_the_next_one_and_stands_on_its_page(
    session: Session, sign_in: SignInAs, kari: User, *, arrived: Replacement, run_jobs: Run,
    engine: Any,
) -> None:  # fmt: skip
    with time_machine.travel("2026-11-23 09:00:00Z", tick=False):
        admin = sign_in(kari)
        made = sent_again(session, admin, arrived, run_jobs)
        with counted(engine) as asked:
            page = admin.get(f"/replacements/{made.reference}").text
    assert len(asked) <= 8, asked
    mail = last_mail(session, SIV)
    assert f"The new device did not work, so you get another one, a {arrived.model.name}." in mail
    assert "Arrives Tuesday 24 November" in mail
    assert "/track/" in mail
    assert last_mail(session, kari.email, that_says="We have your request")
    first, second = orders(session)
    assert (first.replacement_id, second.replacement_id) == (arrived.id, made.id)
    assert (second.name, second.email, second.language) == ("Siv Dahl", SIV, "en")
    assert not second.waits
    assert "Ordered by an employee" in page
    assert SIV in page
    assert "/approval" not in page


def test_where_there_is_none_left_they_are_told_that(
    session: Session, sign_in: SignInAs, kari: User, *, arrived: Replacement, run_jobs: Run
) -> None:
    make_stock(session, 0, model=arrived.model)
    with time_machine.travel("2026-11-23 09:00:00Z", tick=False):
        sent_again(session, sign_in(kari), arrived, run_jobs)
    assert "There is none left." in last_mail(session, SIV, that_says="another one")
