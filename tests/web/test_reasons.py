"""Why staff do something is read by the customer, in the log and in its tables."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, SignIn
from portal.base.access import Role
from tests.conftest import SignInAs
from tests.factories import make_account, make_user

UNSEEN = ["\x1b[2J", "\u202e", "\u2067"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_reason_holds_nothing_that_cannot_be_seen(
    session: Session, sign_in: SignInAs, sign: str
) -> None:
    account = make_account(session)
    browser = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR), acting_for=account)
    reason = f"Ola asked{sign} us"

    stated = browser.post("/desk/accounts/reason", data={"reason": reason})
    closing = f"/desk/accounts/{account.master_account_id}/closure"
    closed = browser.post(closing, data={"reason": reason})

    assert [stated.status_code, closed.status_code] == [422, 422]
    assert "nothing in it that cannot be seen" in stated.text
    assert session.scalars(select(SignIn.reason)).all() == ["Asked to by phone"]
    assert session.scalars(select(Account.closed_at)).all() == [None]
    fine = browser.post("/desk/accounts/reason", data={"reason": "Åse asked: «flytt dem», 50 %"})
    assert fine.status_code == 303
