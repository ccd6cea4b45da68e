"""Money is charged only when it was announced and time is over; and let go of by two."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.agreements.targets import targets_with
from portal.base.access import Role
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.workdays import Workdays
from portal.liability.models import LiabilityWaiver
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, SettledAs, Track, charged_from
from portal.returns.extending import ask_for_more_time
from portal.returns.models import ReturnExtension
from portal.returns.rules import Answer
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import account_of, make_agreement, make_product, make_replacement, make_user
from tests.returns.conftest import BACK, done, fresh, sent, told, went
from tests.returns.test_labels import words

OFF = frozenset({(12, 24), (12, 31)})
NORWAY = Workdays("NO", OFF)
DUE = date(2026, 12, 7)  # a Monday
Run = Callable[..., int]


@pytest.mark.parametrize(
    ("grace", "told_on", "expected"),
    [
        (5, date(2026, 12, 8), date(2026, 12, 15)),  # told in time: five business days are over
        (5, date(2026, 12, 7), date(2026, 12, 15)),
        (5, date(2026, 12, 14), date(2026, 12, 21)),  # told late: five business days from then
        (0, date(2026, 12, 8), date(2026, 12, 9)),  # never on the day it is announced
        (0, date(2026, 12, 11), date(2026, 12, 14)),  # a Friday: on the Monday
        (10, date(2026, 12, 8), date(2026, 12, 22)),
        (13, date(2026, 12, 8), date(2026, 12, 29)),  # Christmas Eve is no business day
    ],
)
def test_the_day_it_is_charged_is_after_the_grace_and_after_it_was_told(
    grace: int, told_on: date, expected: date
) -> None:
    assert charged_from(DUE, grace, told_on, NORWAY) == expected


def at(day: int) -> datetime:
    return datetime(2026, 12, day, 9, tzinfo=UTC)


def look(session: Session, run_jobs: Run, *days: int) -> None:
    """What the hourly jobs do on these days, each twice."""
    for day in (each for each in days for _ in range(2)):
        with time_machine.travel(at(day), tick=False):
            for name in ("returns.remind", "liability.charge"):
                later(session, name, key=name)
                session.commit()
                while run_jobs(at(day)):
                    pass


def subjects(session: Session, address: str) -> list[str]:
    session.expire_all()
    mails = session.scalars(select(Mail).where(Mail.address == address).order_by(Mail.id))
    return [it.subject.partition("] ")[2] for it in mails]


def test_it_is_charged_once_on_the_day_that_was_announced(
    session: Session, rma: Replacement, run_jobs: Run, ola: User, account: Account
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR)
    look(session, run_jobs, 8, 9, 10, 11, 14)
    assert fresh(session, rma).liability is Liability.AT_RISK
    look(session, run_jobs, 15, 16)

    it = fresh(session, rma)
    assert (it.liability, it.charged_at) == (Liability.CHARGED, at(15))
    assert went(session, it, Track.LIABILITY) == ["charged"]
    assert done(session, it) == [What.OVERDUE, What.CHARGED]
    over, charged = (
        "The faulty device should have been sent back",
        "A device that was not sent back is charged",
    )
    for who in (ola, kari):  # money is a matter of the administrators' as well
        assert subjects(session, who.email) == [over, charged]


def test_who_was_told_late_is_charged_late(
    session: Session, rma: Replacement, run_jobs: Run
) -> None:
    look(session, run_jobs, 21, 22, 23)
    assert fresh(session, rma).liability is Liability.AT_RISK
    look(session, run_jobs, 30)  # 22, 23, 28, 29 and 30 are business days
    assert fresh(session, rma).liability is Liability.CHARGED


@pytest.mark.parametrize(
    "standing",
    [
        {"returned": ReturnStage.UNDER_WAY},
        {"returned": ReturnStage.RECEIVED, "liability": Liability.SETTLED},
        {"liability": Liability.WAIVED},
        {"stage": "shipped", "delivered_on": None},
        {"return_due_on": date(2026, 12, 30)},
    ],
)
def test_what_is_not_late_is_not_charged(
    standing: dict[str, Any], session: Session, account: Account, ola: User, run_jobs: Run
) -> None:
    it = make_replacement(session, account, by=ola, **BACK | standing)
    look(session, run_jobs, 8, 15, 22)
    assert fresh(session, it).charged_at is None


def test_nothing_is_charged_while_somebody_waits_for_an_answer(
    session: Session, rma: Replacement, run_jobs: Run, ola: User, session_of: Any
) -> None:
    look(session, run_jobs, 8)
    with session_of(rma.account_id) as ours, time_machine.travel(at(9), tick=False):
        ours_it = ours.get_one(Replacement, rma.id)
        ask_for_more_time(ours, ours_it, date(2026, 12, 21), "Ferie", by=Person(ola.id), now=at(9))
        ours.commit()
    look(session, run_jobs, 15, 16)
    assert fresh(session, rma).liability is Liability.AT_RISK


def test_what_had_no_price_is_charged_at_the_one_that_was_announced(
    session: Session, account: Account, ola: User, run_jobs: Run
) -> None:
    it = make_replacement(session, account, by=ola, **BACK | {"at_risk": None})
    look(session, run_jobs, 8, 15)
    assert fresh(session, it).charged_at is None
    priced = make_product(session, account=account)
    priced.model.list_price = Decimal("990.50")
    session.commit()
    nothing = {"at_risk": None, "new_serial_number": None}
    other = make_replacement(session, account, by=ola, product=priced, **BACK | nothing)
    look(session, run_jobs, 8, 15)
    it = fresh(session, other)
    assert (it.at_risk, it.liability) == (Decimal("990.50"), Liability.CHARGED)


def test_the_grace_is_what_was_agreed_when_it_was_asked(session: Session, account: Account) -> None:
    agreement = make_agreement(session, account)
    agreement.targets = {"charge_grace": 0, "dead_on_arrival": 60}
    session.commit()
    targets = targets_with(agreement.targets)
    assert (targets["charge_grace"], targets["dead_on_arrival"]) == (0, 60)
    assert targets_with({})["charge_grace"] == 5


def charged(session: Session, account: Account, by: User, **other: Any) -> Replacement:
    told = BACK | {"liability": Liability.CHARGED, "charged_at": at(15)} | other
    return make_replacement(session, account, by=by, **told)


def path(it: Replacement, what: str) -> str:
    return f"/desk/returns/{it.reference}/{what}"


def test_one_proposes_a_waiver_and_another_confirms_it(
    session: Session, both: Any, liv: User, sign_in: SignInAs, rma: Replacement
) -> None:
    customer, desk = both
    reason = {"reason": "Kunden har vært syk"}
    assert desk.post(path(rma, "waiver"), data={"reason": " "}).status_code == 422
    assert desk.post(path(rma, "waiver"), data=reason).status_code == 303
    assert desk.post(path(rma, "waiver"), data=reason).status_code == 422  # a second click
    assert rma.reference in desk.get("/desk/returns?view=waivers").text
    own = desk.post(path(rma, "waiver/confirmation"))
    assert own.status_code == 422
    assert "Somebody else than whoever proposed it has to answer." in words(own.text)
    assert desk.post(path(rma, "waiver/refusal"), data={"why_not": "Nei"}).status_code == 422
    assert fresh(session, rma).liability is Liability.AT_RISK
    # The customer hears nothing of what may not come.
    before = customer.get(f"/replacements/{rma.reference}").text
    assert "syk" not in before
    assert "Return by" in before
    assert done(session, rma) == []

    assert sign_in(liv).post(path(rma, "waiver/confirmation")).status_code == 303
    it = fresh(session, rma)
    assert (it.liability, it.returned) == (Liability.WAIVED, ReturnStage.NOT_DUE)
    assert it.closed_at is not None
    assert done(session, it) == [What.WAIVED]
    proposed = session.scalars(select(DeskEvent.what)).all()
    assert proposed.count(What.WAIVER_PROPOSED) == 1
    page = customer.get(f"/replacements/{rma.reference}").text
    assert "Nothing is charged" not in page
    for each in (page, desk.get(f"/desk/logistics/{rma.reference}").text):
        assert "Return by" not in each


def test_a_waiver_can_be_refused_and_is_told_to_nobody(
    session: Session, desk: FlaskClient, liv: User, sign_in: SignInAs, rma: Replacement
) -> None:
    desk.post(path(rma, "waiver"), data={"reason": "Syk"})
    other = sign_in(liv)
    assert other.post(path(rma, "waiver/refusal"), data={"why_not": ""}).status_code == 422
    assert other.post(path(rma, "waiver/refusal"), data={"why_not": "Nei"}).status_code == 303
    assert fresh(session, rma).liability is Liability.AT_RISK
    assert session.scalars(select(Event)).all() == []
    assert desk.post(path(rma, "waiver"), data={"reason": "Likevel"}).status_code == 303


def test_waived_and_confirmed_at_the_same_moment_is_once(
    session: Session, desk: FlaskClient, liv: User, sign_in: SignInAs, rma: Replacement
) -> None:
    desk.post(path(rma, "waiver"), data={"reason": "Syk"})
    other = sign_in(liv)
    assert other.post(path(rma, "waiver/confirmation")).status_code == 303
    assert other.post(path(rma, "waiver/confirmation")).status_code == 422
    assert went(session, rma, Track.LIABILITY) == ["waived"]


def test_what_is_charged_is_settled_with_a_number_by_two(  # noqa: PLR0917
    session: Session, desk: FlaskClient, liv: User, sign_in: SignInAs, account: Account,
    ola: User, run_jobs: Run,
) -> None:  # fmt: skip
    it = charged(session, account, ola)
    for wrong in ({"how": "paid", "reference": ""}, {"how": "returned", "reference": "F-1"}, {}):
        assert desk.post(path(it, "settlement"), data=wrong).status_code == 422
    paid = {"how": "paid", "reference": "F-2041"}
    assert desk.post(path(it, "settlement"), data=paid).status_code == 303
    again = desk.post(path(it, "settlement"), data=paid)
    assert again.status_code == 422
    assert "A waiver or a settlement is proposed already." in words(again.text)
    assert "F-2041" in desk.get(f"/desk/returns/{it.reference}").text
    assert desk.post(path(it, "waiver/confirmation")).status_code == 422  # it takes two
    assert fresh(session, it).liability is Liability.CHARGED
    assert sign_in(liv).post(path(it, "waiver/confirmation")).status_code == 303
    it = fresh(session, it)
    assert (it.liability, it.settled_as, it.settled_reference) == (
        Liability.SETTLED,
        SettledAs.PAID,
        "F-2041",
    )
    assert (it.returned, it.closed_at is not None) == (ReturnStage.NOT_DUE, True)
    assert done(session, it) == [What.SETTLED]
    assert (ola.email, "It is settled") in told(session, run_jobs)


def test_what_comes_after_it_was_charged_is_credited_by_two(  # noqa: PLR0917
    session: Session, desk: FlaskClient, liv: User, sign_in: SignInAs, account: Account, ola: User
) -> None:
    it = charged(session, account, ola)
    serial = it.product and it.product.identifier
    scan = {"rma": it.reference, "serial_number": serial}
    assert desk.post("/desk/logistics/returns", data=scan).status_code == 303
    assert fresh(session, it).liability is Liability.CHARGED
    credit = {"how": "credited", "reference": "K-7"}
    assert desk.post(path(it, "settlement"), data=credit).status_code == 303
    assert fresh(session, it).liability is Liability.CHARGED
    assert sign_in(liv).post(path(it, "waiver/confirmation")).status_code == 303
    it = fresh(session, it)
    assert (it.liability, it.returned) == (Liability.SETTLED, ReturnStage.RECEIVED)
    assert (it.settled_as, it.settled_reference) == (SettledAs.CREDITED, "K-7")


def test_a_settlement_can_be_refused_and_proposed_anew(  # noqa: PLR0917
    session: Session, desk: FlaskClient, liv: User, sign_in: SignInAs, account: Account, ola: User
) -> None:
    it = charged(session, account, ola)
    desk.post(path(it, "settlement"), data={"how": "credited", "reference": "K-7"})
    other = sign_in(liv)
    assert other.post(path(it, "waiver/refusal"), data={"why_not": ""}).status_code == 422
    assert other.post(path(it, "waiver/refusal"), data={"why_not": "Feil"}).status_code == 303
    assert fresh(session, it).liability is Liability.CHARGED
    proposed = session.scalars(select(DeskEvent.what)).all()
    assert proposed[-2:] == [What.SETTLEMENT_PROPOSED, What.SETTLEMENT_REFUSED]
    again = {"how": "paid", "reference": "F-2041"}
    assert desk.post(path(it, "settlement"), data=again).status_code == 303


@pytest.mark.parametrize("change", [{"staff_role": Role.CSM}, {"deactivated_at": at(1)}])
def test_who_has_lost_the_right_does_not_count_as_one_of_the_two(  # noqa: PLR0917
    change: dict[str, Any], session: Session, desk: FlaskClient, lars: User, liv: User,
    sign_in: SignInAs, rma: Replacement,
) -> None:  # fmt: skip
    desk.post(path(rma, "waiver"), data={"reason": "Syk"})
    for name, value in change.items():
        setattr(lars, name, value)
    session.commit()
    other = sign_in(liv)
    refused = other.post(path(rma, "waiver/confirmation"))
    assert refused.status_code == 422
    assert "Whoever proposed it has lost the right to." in words(refused.text)
    assert fresh(session, rma).liability is Liability.AT_RISK
    assert other.post(path(rma, "waiver/refusal"), data={"why_not": "Nei"}).status_code == 303


def waits(session: Session, session_of: Any, it: Replacement, desk: FlaskClient) -> None:
    """More time is asked for, and a waiver proposed."""
    with session_of(it.account_id) as ours, time_machine.travel(at(2), tick=False):
        ours_it = ours.get_one(Replacement, it.id)
        by = Person(it.asked_by_id or 0)
        ask_for_more_time(ours, ours_it, date(2026, 12, 21), "Ferie", by=by, now=at(2))
        ours.commit()
    assert desk.post(path(it, "waiver"), data={"reason": "Syk"}).status_code == 303


def answers(session: Session) -> list[str]:
    session.expire_all()
    kinds: tuple[Any, ...] = (ReturnExtension, LiabilityWaiver)
    return [answer for kind in kinds for answer in session.scalars(select(kind.answer))]


@pytest.mark.parametrize("end", ["waived", "received", "corrected"])
def test_when_it_ends_otherwise_nobody_waits_for_an_answer(  # noqa: PLR0917
    end: str, session: Session, session_of: Any, both: Any, liv: User, sign_in: SignInAs,
    rma: Replacement, account: Account, run_jobs: Run,
) -> None:  # fmt: skip
    customer, desk = both
    waits(session, session_of, rma, desk)
    if end == "waived":
        assert sign_in(liv).post(path(rma, "waiver/confirmation")).status_code == 303
    elif end == "received":
        scan = {"rma": rma.reference, "serial_number": rma.product and rma.product.identifier}
        assert desk.post("/desk/logistics/returns", data=scan).status_code == 303
    else:  # by the customer, who does not see what is proposed
        new = sent(session, account, rma).serial_number
        wrong = {"rma": rma.reference, "serial_number": new, "another": "y"}
        assert desk.post("/desk/logistics/returns", data=wrong).status_code == 303
        correction = f"/replacements/{rma.reference}/correction"
        assert customer.post(correction, data={"serial_number": new}).status_code == 303
    mails = told(session, run_jobs)

    waiver = Answer.YES if end == "waived" else Answer.OVER
    assert answers(session) == [Answer.OVER, waiver]
    for view in ("extensions", "waivers"):
        assert f"/returns/{rma.reference}" not in desk.get(f"/desk/returns?view={view}").text
    page = desk.get(f"/desk/returns/{rma.reference}").text
    assert "Grant more time" not in page
    assert "Confirm the waiver" not in page
    assert "Waiting for an answer" not in customer.get(f"/replacements/{rma.reference}").text
    late = {"because": "For sent"}
    assert desk.post(path(rma, "extension/refusal"), data=late).status_code == 422
    assert "More time is refused" not in str(mails + told(session, run_jobs))


def test_what_is_charged_keeps_its_waiver_when_it_comes_back(
    session: Session, desk: FlaskClient, account: Account, ola: User
) -> None:
    it = charged(session, account, ola)
    desk.post(path(it, "waiver"), data={"reason": "Syk"})
    scan = {"rma": it.reference, "serial_number": it.product and it.product.identifier}
    assert desk.post("/desk/logistics/returns", data=scan).status_code == 303
    assert answers(session) == [Answer.OPEN]


def test_others_of_staff_decide_nothing(
    session: Session, sign_in: SignInAs, rma: Replacement
) -> None:
    csm = sign_in(make_user(session, role=Role.CSM))
    assert csm.get(f"/desk/returns/{rma.reference}").status_code == 200
    for what in ("waiver", "waiver/confirmation", "settlement", "extension", "certificate"):
        assert csm.post(path(rma, what)).status_code == 403
    assert session.scalars(select(LiabilityWaiver)).all() == []


def test_accounting_takes_the_charges_of_a_period(
    session: Session, desk: FlaskClient, account: Account, ola: User
) -> None:
    told = {"at_risk": Decimal("4190.50"), "new_serial_number": None}
    first = charged(session, account, ola, **told)
    later_on = charged(session, account, ola, **told | {"charged_at": at(20)})
    make_replacement(session, account, by=ola, **BACK | {"new_serial_number": None})

    def taken(query: str) -> list[list[str]]:
        with desk.get(f"/desk/returns/charges.csv?{query}") as answer:
            table = answer.data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(table), delimiter=";"))[1:]

    assert [row[0] for row in taken("")] == [first.reference, later_on.reference]
    assert [row[0] for row in taken("since=16.12.2026")] == [later_on.reference]
    assert [row[0] for row in taken("since=15.12.2026&until=15.12.2026")] == [first.reference]
    row = taken("until=15.12.2026")[0]
    assert (row[1], row[2], row[7:11]) == (
        account.name,
        account.master_account_id,
        ["2026-12-15", "4190,50", "NOK", "Charged"],
    )
    for query in ("since=tull", "until=31.12.9999", "since=0001-01-01"):
        assert desk.get(f"/desk/returns/charges.csv?{query}").status_code == 422
    turned = desk.get("/desk/returns/charges.csv?since=16.12.2026&until=15.12.2026")
    assert turned.status_code == 422
    assert 'id="until-error">Choose a day that is not before 16 December 2026.<' in turned.text
    with desk.get("/desk/returns/charges.xlsx") as sheet:
        assert sheet.data[:2] == b"PK"


def test_the_customers_page_and_list_say_what_is_at_risk_and_from_when(
    sign_in: SignInAs, ola: User, rma: Replacement, engine: Engine
) -> None:
    with time_machine.travel(at(2), tick=False):
        customer = sign_in(ola)
        page = words(customer.get(f"/replacements/{rma.reference}").text)
        listed = words(customer.get("/replacements").text)
        with counted(engine) as asked:
            customer.get(f"/replacements/{rma.reference}")
    plain = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "NOK 4,190.00 excl. VAT" in plain
    assert "It is charged Tuesday 15 December if we have not received the device" in plain
    assert "At risk: NOK 4,190.00" in listed.replace("\N{NO-BREAK SPACE}", " ")
    assert len(asked) <= 8


def test_once_it_was_told_the_page_says_the_day_that_was_told(
    session: Session, sign_in: SignInAs, rma: Replacement, run_jobs: Run, engine: Engine
) -> None:
    look(session, run_jobs, 11)  # a Friday: three days late
    with time_machine.travel(at(16), tick=False):
        assert rma.asked_by
        customer = sign_in(rma.asked_by)
        page = words(customer.get(f"/replacements/{rma.reference}").text)
        with counted(engine) as asked:
            customer.get(f"/replacements/{rma.reference}")
    assert "It is charged Friday 18 December" in page
    assert len(asked) <= 8, asked


def test_of_a_customer_that_is_closed_nobody_is_told_or_charged_and_others_are(
    session: Session, rma: Replacement, run_jobs: Run, account: Account, ola: User
) -> None:
    other = make_user(session)
    theirs = BACK | {"new_serial_number": None}
    it = make_replacement(session, account_of(other), by=other, **theirs)
    account.closed_at = at(1)
    session.commit()
    look(session, run_jobs, 8, 15)

    assert fresh(session, rma).liability is Liability.AT_RISK
    assert subjects(session, ola.email) == []
    assert fresh(session, it).liability is Liability.CHARGED
