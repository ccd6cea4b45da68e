"""Where another model is sent than the one that was in use, each number stands with its own."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.mails import Mail
from portal.employees.models import EmployeeOrder
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.replacements.telling import tell
from tests.factories import make_model, make_user
from tests.returns.conftest import account, desk, lars, ola, rma
from tests.returns.test_labels import words
from tests.returns.test_receiving import Run, serial_of

__all__ = ["account", "desk", "lars", "ola", "rma"]


def test_mails_and_lists_name_the_model_that_is_meant(
    session: Session, desk: FlaskClient, account: Account, rma: Replacement, run_jobs: Run
) -> None:
    old, serial = rma.model.name, serial_of(rma)
    rma.sent_model = make_model(session, name="Etterfølger 90")
    session.commit()
    for what in ("approved", "shipped", "delivered", "due"):
        tell(session, rma, what, by=None, near=1)  # type: ignore[arg-type]
    session.commit()
    while run_jobs(clock.now()):
        pass
    texts = [it.text for it in session.scalars(select(Mail).order_by(Mail.id))]
    assert len(texts) == 4
    for text in texts[:3]:
        assert "new Etterfølger 90" in text
        assert f"It is sent in place of a {old}." in text
    assert f"new Etterfølger 90, {rma.new_serial_number}, is delivered" in texts[2]
    assert f"It is {old} {serial}." in texts[3]

    assert f"{old} {serial}" in words(desk.get("/desk/logistics?view=returns").text)
    rma.stage = Stage.SHIPPED
    session.commit()
    shown = words(desk.get("/desk/logistics?view=on_the_way").text)
    assert f"Etterfølger 90 In place of {old} {serial}" in shown


def test_whoever_ordered_without_an_account_is_told_the_model_that_they_get(
    session: Session, account: Account, rma: Replacement, run_jobs: Run
) -> None:
    old, rma.asked_by_id = rma.model.name, None
    rma.sent_model = make_model(session, name="Etterfølger 90")
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR)
    order = {"name": "Siv Dahl", "email": "siv@nordlys.example.com", "language": "en"}
    session.add(EmployeeOrder(account_id=account.id, replacement_id=rma.id, waits=False, **order))
    session.commit()
    for held in ([], ["employee"]):
        rma.held = held
        tell(session, rma, "employee_asked", by=None)  # type: ignore[arg-type]
        session.commit()
        while run_jobs(clock.now()):
            pass
    rma.held = []
    for what in ("approved", "shipped", "declined", "called_off", "received"):
        tell(session, rma, what, by=None)  # type: ignore[arg-type]
        session.commit()
        while run_jobs(clock.now()):
            pass
    sent = session.scalars(select(Mail).order_by(Mail.id)).all()
    mine = [it.text for it in sent if it.address == order["email"]]
    assert len(mine) == 7
    for text in mine[:4]:
        assert "new Etterfølger 90" in text
        assert f"It is sent in place of a {old}." in text
    assert "You get no new Etterfølger 90" in mine[4]
    assert "No new Etterfølger 90 is sent" in mine[5]
    assert f"We have received {old}" in mine[6]
    asked = [it.text for it in sent if "An employee of" in it.text and it.address == kari.email]
    assert len(asked) == 2
    for text in asked:
        assert "a new Etterfølger 90. " in text
        assert f"It is sent in place of a {old}." in text
