"""Where another model is sent than the one that was in use, each number stands with its own."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.mails import Mail
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.replacements.telling import tell
from tests.factories import make_model
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
