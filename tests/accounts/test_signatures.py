"""In whose name staff act: what the vendor owes its customers is its own deed."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role
from portal.base.deeds import VENDORS_OWN, What
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from tests.conftest import SignInAs
from tests.factories import account_of, make_agreement, make_product, make_replacement, make_user
from tests.replacements.test_asking import words

OURS = "Lars Lager (Poly)"


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def it(session: Session, ola: User) -> Replacement:
    product = make_product(session, account=account_of(ola))
    return make_replacement(session, account_of(ola), product=product, by=ola)


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS, name="Lars Lager"))


def test_what_the_vendor_owes_is_signed_by_the_vendor_alone(
    session: Session, sign_in: SignInAs, ola: User, it: Replacement, lars: FlaskClient
) -> None:
    desk = f"/desk/logistics/{it.reference}"
    lars.post(f"{desk}/approval")
    scans = {"serial_number": "8G22419999ZZCV", "tracking_number": "370722150000001"}
    lars.post("/desk/logistics/shipments", data=scans | {"rma": it.reference})
    lars.post(f"{desk}/shipment", data=scans | {"tracking_number": "370722150000002"})
    lars.post(f"{desk}/delivery", data={"delivered_on": f"{clock.today():%d.%m.%Y}"})
    faulty = {"rma": it.reference, "unread": "y"}
    assert lars.post("/desk/logistics/returns", data=faulty).status_code == 303

    session.expire_all()
    assert it.stage is Stage.DELIVERED
    assert it.product is not None
    for path in (f"/replacements/{it.reference}", f"/products/{it.product.reference}"):
        history = words(sign_in(ola).get(path).text)
        assert OURS in history
        assert "on behalf of" not in history
    history = words(sign_in(ola).get(f"/replacements/{it.reference}").text)
    for what in ("Approved", "Shipped", "Number of the shipment corrected", "Received back"):
        assert f"{what} {OURS}" in history


def test_what_staff_ask_for_is_asked_on_the_customers_behalf(
    session: Session, sign_in: SignInAs, ola: User, it: Replacement
) -> None:
    agent = make_user(session, role=Role.AGENT, name="Anna Agent")
    anna = sign_in(agent, acting_for=account_of(ola))
    anna.post(f"/replacements/{it.reference}/cancellation")

    history = words(sign_in(ola).get(f"/replacements/{it.reference}").text)
    assert f"Called off Anna Agent (Poly) on behalf of {account_of(ola).name}" in history


def test_what_customers_decide_is_none_of_the_vendors_deeds() -> None:
    theirs = {
        *(What.REPLACEMENT_ASKED, What.PARTS_ASKED, What.CALLED_OFF, What.EXTENSION_ASKED),
        *(What.CERTIFICATE_SENT, What.KEPT_THE_OTHER, What.DEAD_ON_ARRIVAL, What.EMPLOYEE_APPROVED),
    }
    assert not theirs & VENDORS_OWN
