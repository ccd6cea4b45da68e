from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Permission, Role
from portal.base.mails import Mail
from portal.employees.models import EmployeeLink
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from tests.conftest import SignInAs
from tests.employees.conftest import (
    SIV,
    Run,
    last_mail,
    make_link,
    orders,
    path_of,
    proven,
    replacements,
    told,
)
from tests.factories import make_grant, make_partner, make_replacement, make_stock, make_user

DESK = "/desk/logistics/{}"
WAITS = "Waiting for approval by the organization"


@pytest.fixture
def link(session: Session, account: Account) -> EmployeeLink:
    return make_link(session, account, approval=True)


@pytest.fixture
def ordered(
    client: FlaskClient,
    session: Session,
    link: EmployeeLink,
    *,
    site: Site,
    product: Product,
    run_jobs: Run,
) -> Replacement:
    proven(client, session, link, run_jobs, product.serial_number or "")
    sent = client.post(f"{path_of(link)}/order", data=told(site))
    assert sent.status_code == 303, sent.text
    run_jobs()
    return replacements(session)[0]


def test_it_waits_and_the_administrator_is_told_where(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement
) -> None:
    assert (ordered.stage, ordered.held) == (Stage.REQUESTED, ["employee"])
    mail = last_mail(session, kari.email)
    assert "It waits for you to approve it." in mail
    assert f"/replacements/{ordered.reference}" in mail
    browser = sign_in(kari)
    assert "1 employee waits for a new device to be approved." in browser.get("/").text
    assert WAITS in browser.get("/replacements?stage=requested").text
    page = browser.get(f"/replacements/{ordered.reference}").text
    assert SIV in page
    assert f'action="/replacements/{ordered.reference}/approval"' in page
    assert WAITS in last_mail(session)


def test_approved_it_is_promised_and_the_employee_told(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement, run_jobs: Run
) -> None:
    browser, path = sign_in(kari), f"/replacements/{ordered.reference}"
    assert browser.post(f"{path}/approval").status_code == 303
    assert browser.post(f"{path}/approval").status_code == 303  # a second click
    run_jobs()
    it, asked = replacements(session)[0], orders(session)[0]
    assert (it.stage, it.approved_by_id, it.held) == (Stage.APPROVED, kari.id, [])
    assert (asked.waits, asked.answered_by_id) == (False, kari.id)
    assert "Arrives Friday 20 November" in last_mail(session)
    assert browser.post(f"{path}/refusal", data={"because": "Nei"}).status_code == 422
    assert replacements(session)[0].stage is Stage.APPROVED


def test_declined_takes_a_reason_that_the_employee_reads(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement, run_jobs: Run
) -> None:
    browser, path = sign_in(kari), f"/replacements/{ordered.reference}"
    for because in ("", " ", "x" * 201):
        assert browser.post(f"{path}/refusal", data={"because": because}).status_code == 422
    assert (
        browser.post(f"{path}/refusal", data={"because": "Hent en ny hos oss"}).status_code == 303
    )
    run_jobs()
    it = replacements(session)[0]
    assert (it.stage, it.declined_because) == (Stage.DECLINED, "Hent en ny hos oss")
    assert "Hent en ny hos oss" in last_mail(session)
    assert browser.post(f"{path}/approval").status_code == 422


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MEMBER, 403), (Role.OBSERVER, 403), (Role.ADMINISTRATOR, 303)]
)
def test_administrators_approve_and_nobody_below(
    session: Session,
    sign_in: SignInAs,
    account: Account,
    ordered: Replacement,
    *,
    role: Role,
    status: int,
) -> None:
    browser = sign_in(make_user(session, account=account, role=role))
    answer = browser.post(f"/replacements/{ordered.reference}/approval")
    assert answer.status_code == status
    assert ("/approval" in browser.get(f"/replacements/{ordered.reference}").text) is False


@pytest.mark.parametrize("granted", [True, False])
def test_a_partner_approves_where_it_was_granted(
    session: Session,
    sign_in: SignInAs,
    account: Account,
    link: EmployeeLink,
    *,
    site: Site,
    product: Product,
    client: FlaskClient,
    run_jobs: Run,
    granted: bool,
) -> None:
    partner = make_partner(session)
    held = {Permission.ACCOUNT_VIEW, Permission.REPLACEMENTS_VIEW}
    held |= {Permission.EMPLOYEES_APPROVE} if granted else set()
    make_grant(session, partner, account, permissions=frozenset(held))
    user = make_user(session, partner=partner)
    proven(client, session, link, run_jobs, product.serial_number or "")
    client.post(f"{path_of(link)}/order", data=told(site))
    run_jobs()

    assert bool(last_mail(session, user.email)) is granted
    it = replacements(session)[0]
    answer = sign_in(user, acting_for=account).post(f"/replacements/{it.reference}/approval")
    assert answer.status_code == (303 if granted else 403)
    assert (replacements(session)[0].stage is Stage.APPROVED) is granted


def test_an_agent_approves_it_on_the_desk(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement
) -> None:
    agent = sign_in(make_user(session, role=Role.AGENT))
    page = agent.get(f"/desk/logistics/{ordered.reference}").text
    assert "An employee asked for it" in page
    assert agent.post(f"/desk/logistics/{ordered.reference}/approval").status_code == 303
    assert replacements(session)[0].stage is Stage.APPROVED
    browser = sign_in(kari)
    assert "waits for a new device" not in browser.get("/").text
    assert browser.post(f"/replacements/{ordered.reference}/approval").status_code == 303
    assert orders(session)[0].waits is False


def test_nobody_approves_here_what_no_employee_ordered(
    session: Session, sign_in: SignInAs, kari: User, account: Account
) -> None:
    it = make_replacement(session, account, by=kari, held=["many"])
    browser = sign_in(kari)
    for deed in ("approval", "refusal"):
        answer = browser.post(f"/replacements/{it.reference}/{deed}", data={"because": "Nei"})
        assert answer.status_code == 404
    assert replacements(session)[0].stage is Stage.REQUESTED


def test_what_we_must_look_at_as_well_waits_for_us_then(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement
) -> None:
    ordered.held = ["employee", "many"]
    session.commit()
    sign_in(kari).post(f"/replacements/{ordered.reference}/approval")
    it = replacements(session)[0]
    assert (it.stage, it.held) == (Stage.REQUESTED, ["many"])


def test_where_there_is_none_left_by_then_it_waits_for_more(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement, product: Product
) -> None:
    make_stock(session, 0, model=product.model)
    assert sign_in(kari).post(f"/replacements/{ordered.reference}/approval").status_code == 303
    it = replacements(session)[0]
    assert (it.stage, it.held, it.waits_for_stock) == (Stage.REQUESTED, ["stock"], True)


def test_what_is_told_later_goes_to_the_employee_without_money(
    session: Session,
    session_of: Callable[[int], Any],
    sign_in: SignInAs,
    kari: User,
    *,
    ordered: Replacement,
    run_jobs: Run,
) -> None:
    sign_in(kari).post(f"/replacements/{ordered.reference}/approval")
    run_jobs()  # of what is told at one moment, nobody says what comes first
    desk = sign_in(make_user(session, role=Role.LOGISTICS))
    scans = {"rma": ordered.reference, "serial_number": "8G22419999ZZCV", "carrier": "Posten"}
    desk.post("/desk/logistics/shipments", data=scans | {"tracking_number": "370722150000001"})
    run_jobs()
    mail = last_mail(session)
    assert "Tracking number: 370722150000001" in mail
    assert "/track/" in mail
    assert "NOK" not in mail
    addresses = session.scalars(select(Mail.address)).all()
    assert addresses.count(SIV) == 4  # code, order, approval, shipment


def test_the_table_for_spreadsheets_names_who_asked(  # noqa: PLR0917
    client: FlaskClient, session: Session, sign_in: SignInAs, kari: User, link: EmployeeLink,
    account: Account, product: Product, site: Site, run_jobs: Run,
) -> None:  # fmt: skip
    proven(client, session, link, run_jobs, product.serial_number or "")
    client.post(f"{path_of(link)}/order", data=told(site))
    make_replacement(session, account, by=kari)
    with sign_in(kari).get("/replacements/replacements.csv") as table:
        lines = table.get_data(as_text=True).splitlines()
    asked = [line for line in lines[1:] if "Siv Dahl" in line]
    assert len(lines) == 3
    assert len(asked) == 1
    assert str(product.serial_number) in asked[0]


def test_logistics_decides_nothing_over_the_administrators_head(
    session: Session, sign_in: SignInAs, kari: User, ordered: Replacement
) -> None:
    lars, page = sign_in(make_user(session, role=Role.LOGISTICS)), DESK.format(ordered.reference)
    shown = lars.get(page).text
    assert "the customer&#39;s administrator decides" in shown
    for deed in ("approval", "refusal"):
        assert f'action="{page}/{deed}"' not in shown
        refused = lars.post(f"{page}/{deed}", data={"because": "Nei"})
        assert refused.status_code == 422
    assert (replacements(session)[0].stage, orders(session)[0].waits) == (Stage.REQUESTED, True)

    assert sign_in(kari).post(f"/replacements/{ordered.reference}/approval").status_code == 303
    assert replacements(session)[0].stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("deed", "held", "stage"),
    [
        ("approval", ["employee"], Stage.APPROVED),
        ("approval", ["employee", "many"], Stage.REQUESTED),
        ("refusal", ["employee"], Stage.DECLINED),
    ],
)
def test_an_agent_answers_in_the_administrators_place(  # noqa: PLR0917
    deed: str, held: list[str], stage: Stage, session: Session, sign_in: SignInAs,
    ordered: Replacement,
) -> None:  # fmt: skip
    ordered.held = held
    session.commit()
    anne, page = sign_in(make_user(session, role=Role.AGENT)), DESK.format(ordered.reference)
    assert f'action="{page}/{deed}"' in anne.get(page).text

    assert anne.post(f"{page}/{deed}", data={"because": "Nei"}).status_code == 303

    assert (replacements(session)[0].stage, orders(session)[0].waits) == (stage, False)
