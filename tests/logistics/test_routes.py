from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import SerialPattern
from portal.products.models import Product, ProductStatus
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from portal.replacements.step_models import ReplacementStep
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_site,
    make_user,
)
from tests.replacements.test_routes import listed, words

DESK = "/desk/logistics"
SCANS = {"serial_number": "8G22419999ZZCV", "tracking_number": "370722150000001"}
PROMISED: Any = {"hand_over_on": date(2026, 11, 19), "promised_on": date(2026, 11, 20)}


@pytest.fixture(autouse=True)
def _thursday_afternoon() -> Iterator[None]:
    with time_machine.travel("2026-11-19 13:00Z", tick=False):
        yield


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def approved(session: Session, account: Account, ola: User) -> Replacement:
    product = make_product(session, account=account, site=make_site(session, account))
    product.room, product.asset_tag, product.holder = "Møterom 2", "IT-7", "Kari"
    return make_replacement(
        session, account, product=product, by=ola, stage=Stage.APPROVED, **PROMISED
    )


def scanned(client: FlaskClient, it: Replacement, **told: Any) -> Any:
    return client.post(f"{DESK}/shipments", data={"rma": it.reference, **SCANS, **told})


def steps(session: Session, track: Track) -> list[str]:
    query = select(ReplacementStep.state).where(ReplacementStep.track == track)
    return list(session.scalars(query.order_by(ReplacementStep.id)))


def fresh(session: Session, it: Replacement) -> Replacement:
    session.expire_all()
    return it


def test_three_scans_send_it_and_the_other_two_tracks_begin(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    assert approved.reference in lars.get(DESK).text
    sent = scanned(lars, approved, serial_number="8g22 41-9999zzcv")

    assert sent.status_code == 303
    it = fresh(session, approved)
    assert (it.stage, it.new_serial_number) == (Stage.SHIPPED, "8G22419999ZZCV")
    assert (it.returned, it.liability) == (ReturnStage.LABEL_READY, Liability.AT_RISK)
    assert it.return_due_on is None  # nobody knows yet when it arrives
    assert steps(session, Track.RETURN) == ["label_ready"]
    page = lars.get(sent.location).text
    assert f"{it.reference} is sent." in page
    assert "Everything is sent" in words(page)


def test_scanned_twice_it_is_sent_once(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    assert [scanned(lars, approved).status_code for _ in range(2)] == [303, 303]

    assert steps(session, Track.REPLACEMENT) == ["shipped"]
    done = session.scalars(select(Event.what).where(Event.kind == "replacement")).all()
    assert done == [What.SHIPPED]


def test_another_device_cannot_be_sent_for_what_is_sent(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    scanned(lars, approved)
    again = scanned(lars, approved, serial_number="8G22418888ZZCV")

    assert again.status_code == 422
    says = f"{approved.reference} is sent already, with the tracking number 370722150000001."
    assert says in words(again.text)
    assert fresh(session, approved).new_serial_number == "8G22419999ZZCV"


def test_what_was_scanned_wrongly_is_corrected_until_it_arrives(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    scanned(lars, approved)
    path = f"{DESK}/{approved.reference}/shipment"
    assert 'value="8G22419999ZZCV"' in lars.get(f"{DESK}/{approved.reference}").text
    right = {"serial_number": "8G22418888ZZCV", "tracking_number": "370722150000002"}
    for wrong in ({"tracking_number": "X1"}, {"serial_number": ""}):
        assert lars.post(path, data=right | wrong).status_code == 422
    for _ in range(2):
        assert lars.post(path, data=right).status_code == 303
    it = fresh(session, approved)
    assert (it.new_serial_number, it.tracking_number) == tuple(right.values())
    done = session.scalars(select(Event).where(Event.kind == "replacement")).all()
    assert [each.what for each in done] == [What.SHIPPED, What.SHIPMENT_CORRECTED]
    assert done[-1].details["tracking_number"] == ["370722150000001", "370722150000002"]
    approved.stage, approved.delivered_on = Stage.DELIVERED, date(2026, 11, 19)
    session.commit()
    late = lars.post(path, data=right | {"tracking_number": "370722150000003"})
    assert late.status_code == 422
    assert "Only what is on its way can be corrected." in words(late.text)


def test_a_number_that_has_arrived_is_asked_about(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    told: Any = {"stage": Stage.DELIVERED, "tracking_number": SCANS["tracking_number"]}
    old = make_replacement(session, make_account(session), **told)
    refused = scanned(lars, approved)
    assert refused.status_code == 422
    assert f"has arrived already: {old.reference}" in words(refused.text)
    assert 'name="again"' in refused.text
    assert 'name="again"' not in lars.get(DESK).text
    assert fresh(session, approved).stage is Stage.APPROVED
    assert scanned(lars, approved, again="y").status_code == 303


def test_one_new_device_is_not_sent_to_two(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    elsewhere = make_replacement(session, make_account(session), stage=Stage.APPROVED, **PROMISED)
    scanned(lars, approved)
    second = scanned(lars, elsewhere, tracking_number="370722150000002")

    assert second.status_code == 422
    assert "This serial number was sent in another replacement." in words(second.text)
    assert elsewhere.reference in second.text.partition("<tbody>")[2]  # it still waits
    assert fresh(session, elsewhere).stage is Stage.APPROVED
    assert (elsewhere.returned, elsewhere.liability) == (ReturnStage.NOT_DUE, Liability.NONE)


def test_a_wrong_model_stops_with_both_names(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    other = make_model(session, "Savi 7310")
    make_product(session, model=other, serial_number=SCANS["serial_number"])
    refused = scanned(lars, approved)

    assert refused.status_code == 422
    told = f"This is a Savi 7310, but a {approved.model.name} is to be sent."
    assert told in words(refused.text)
    assert f'value="{SCANS["tracking_number"]}"' in refused.text
    assert fresh(session, approved).stage is Stage.APPROVED


def test_what_is_no_serial_number_of_the_model_stops(
    session: Session, lars: FlaskClient, account: Account
) -> None:
    model = make_model(session, "Voyager 4320", serial_pattern=SerialPattern.HEADSET)
    product = make_product(session, account=account, model=model, serial_number="AB12CD")
    it = make_replacement(session, account, product=product, stage=Stage.APPROVED)

    refused = scanned(lars, it)
    assert "8G22419999ZZCV is no serial number of a Voyager 4320." in words(refused.text)

    make_model(session, "Studio X50", serial_pattern=SerialPattern.VIDEO)
    both = (
        "8G22419999ABCV is no serial number of a Voyager 4320. It looks like one of a Studio X50."
    )
    assert both in words(scanned(lars, it, serial_number="8G22419999ABCV").text)
    assert scanned(lars, it, serial_number="XY34ZW").status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("rma", "", "There is no replacement with this number."),
        ("rma", "RMA-1000001", "There is no replacement with this number."),
        ("rma", "'; DROP TABLE", "There is no replacement with this number."),
        ("serial_number", "", "Enter the serial number."),
        ("serial_number", "\u0000\u202e<b>", "A serial number has letters A to Z and digits only."),
        ("tracking_number", "", "Scan or write the tracking number."),
        ("tracking_number", "X1", "A tracking number has at least 6 characters."),
        ("tracking_number", "RMA-1000015", "This is an RMA number. Scan the one that the carrier"),
        ("tracking_number", "8G2241-9999ZZCV", "This is the number of what you send."),
        ("tracking_number", "å" * 30, "A tracking number has letters, digits and dashes only."),
    ],
)
def test_garbage_is_refused_at_its_field_and_the_other_scans_are_kept(  # noqa: PLR0917
    field: str,
    value: str,
    says: str,
    session: Session,
    lars: FlaskClient,
    approved: Replacement,
) -> None:
    refused = scanned(lars, approved, **{field: value})

    assert refused.status_code == 422
    assert says in refused.text.partition(f'id="{field}-error">')[2].partition("</div>")[0]
    for name, kept in {"rma": approved.reference, **SCANS}.items():
        assert name == field or f'value="{kept}"' in refused.text
    assert fresh(session, approved).stage is Stage.APPROVED


def test_what_nobody_approved_is_not_sent(
    session: Session, lars: FlaskClient, account: Account
) -> None:
    asked = make_replacement(session, account)

    assert scanned(lars, asked).status_code == 422
    assert fresh(session, asked).stage is Stage.REQUESTED


def test_of_who_keeps_the_device_nothing_is_asked_back(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    approved.retain_and_destroy = True
    session.commit()
    scanned(lars, approved)

    it = fresh(session, approved)
    assert (it.returned, it.liability) == (ReturnStage.NOT_DUE, Liability.NONE)
    assert it.return_due_on is None


def test_when_it_arrives_it_takes_the_faulty_ones_place(
    session: ScopedSession,
    sign_in: SignInAs,
    lars: FlaskClient,
    approved: Replacement,
    account: Account,
) -> None:
    scanned(lars, approved)
    with time_machine.travel("2026-11-23 09:00Z", tick=False):
        lars = sign_in(make_user(session, role=Role.LOGISTICS))
        path = f"{DESK}/{approved.reference}/delivery"
        for _ in range(2):
            assert lars.post(path, data={"delivered_on": "23.11.2026"}).status_code == 303

    it = fresh(session, approved)
    assert (it.stage, it.delivered_on) == (Stage.DELIVERED, date(2026, 11, 23))
    assert it.return_due_on == date(2026, 12, 7)
    old, new = session.scalars(select(Product).order_by(Product.id)).all()
    assert (old.status, new.status) == (ProductStatus.REPLACED, ProductStatus.ACTIVE)
    assert (new.serial_number, new.model_id) == ("8G22419999ZZCV", old.model_id)
    assert (new.site_id, new.room, new.asset_tag) == (old.site_id, "Møterom 2", "IT-7")
    assert (new.holder, new.account_id) == ("Kari", account.id)
    assert find(session, Kind.PRODUCT, query_of("8G22419999ZZCV"), limit=5) == [new.id]


@pytest.mark.parametrize("day", ["18.11.2026", "24.11.2026", "i går", ""])
def test_it_arrives_neither_before_it_is_sent_nor_tomorrow(
    day: str, session: Session, sign_in: SignInAs, lars: FlaskClient, approved: Replacement
) -> None:
    scanned(lars, approved)
    with time_machine.travel("2026-11-23 09:00Z", tick=False):
        lars = sign_in(make_user(session, role=Role.LOGISTICS))
        refused = lars.post(f"{DESK}/{approved.reference}/delivery", data={"delivered_on": day})
    assert refused.status_code == 422
    assert 'id="delivered_on-error"' in refused.text
    assert fresh(session, approved).stage is Stage.SHIPPED


def test_when_the_faulty_one_is_back_no_money_hangs_on_it_and_it_is_over(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    scanned(lars, approved)
    lars.post(f"{DESK}/{approved.reference}/delivery", data={"delivered_on": "19.11.2026"})
    serial = approved.product and approved.product.serial_number
    back = {"rma": approved.reference, "serial_number": serial, "condition": "Uten kabel"}

    for _ in range(2):
        assert lars.post(f"{DESK}/returns", data=back).status_code == 303
    it = fresh(session, approved)
    assert (it.returned, it.liability) == (ReturnStage.RECEIVED, Liability.SETTLED)
    assert (it.condition, it.received_serial_number) == ("Uten kabel", serial)
    assert it.closed_at is not None
    assert steps(session, Track.LIABILITY) == ["at_risk", "settled"]
    done = session.scalars(select(Event.what).where(Event.kind == "replacement")).all()
    assert done.count(What.RECEIVED_BACK) == 1


def test_a_wrong_device_that_comes_back_is_told_apart(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    scanned(lars, approved)
    wrong = {"rma": approved.reference, "serial_number": "8G22410000XXCV"}
    refused = lars.post(f"{DESK}/returns", data=wrong)

    assert refused.status_code == 422
    assert "You scanned 8G22410000XXCV, but" in words(refused.text)
    assert "Register what has come back" in words(refused.text)
    assert fresh(session, approved).returned is ReturnStage.LABEL_READY
    early = make_replacement(session, make_account(session), stage=Stage.APPROVED)
    answer = lars.post(f"{DESK}/returns", data={"rma": early.reference})
    assert answer.status_code == 422


def test_what_no_rule_approved_a_person_approves_and_the_promise_counts_from_then(
    session: Session, sign_in: SignInAs, account: Account, ola: User
) -> None:
    asked = make_replacement(session, account, by=ola, now=MOMENT)
    anna = make_user(session, role=Role.AGENT)
    client = sign_in(anna)

    assert "Approve the replacement" in words(client.get(f"{DESK}/{asked.reference}").text)
    assert asked.reference in client.get(f"{DESK}?view=approve").text
    for _ in range(2):
        assert client.post(f"{DESK}/{asked.reference}/approval").status_code == 303
    it = fresh(session, asked)
    assert (it.stage, it.approved_by_id) == (Stage.APPROVED, anna.id)
    assert (it.hand_over_on, it.promised_on) == (date(2026, 11, 19), date(2026, 11, 20))
    assert steps(session, Track.REPLACEMENT) == ["approved"]


def test_whoever_asked_reads_why_it_is_declined(
    session: Session, sign_in: SignInAs, account: Account, ola: User
) -> None:
    asked = make_replacement(session, account, by=ola)
    anna = sign_in(make_user(session, role=Role.AGENT))
    path = f"{DESK}/{asked.reference}/refusal"

    assert anna.post(path, data={"because": " "}).status_code == 422
    assert anna.post(path, data={"because": "Det er en kjent feil."}).status_code == 303
    assert fresh(session, asked).stage is Stage.DECLINED
    told = words(sign_in(ola).get(f"/replacements/{asked.reference}").text)
    assert "It was declined." in told
    assert "Det er en kjent feil." in told
    assert anna.post(f"{DESK}/{asked.reference}/approval").status_code == 422


def test_approved_and_called_off_at_the_same_moment_is_one_of_both(
    session: Session, sign_in: SignInAs, account: Account, ola: User, lars: FlaskClient
) -> None:
    asked = make_replacement(session, account, by=ola, stage=Stage.APPROVED, **PROMISED)
    sign_in(ola).post(f"/replacements/{asked.reference}/cancellation")

    assert scanned(lars, asked).status_code == 422
    assert fresh(session, asked).stage is Stage.CANCELED


def test_each_list_has_what_it_says_the_most_urgent_first(
    session: Session, lars: FlaskClient
) -> None:
    today = clock.today()

    def one(stage: Stage, **told: Any) -> str:
        return make_replacement(session, make_account(session), stage=stage, **told).reference

    later = one(Stage.APPROVED, hand_over_on=today)
    late = one(Stage.APPROVED, hand_over_on=today - timedelta(days=1))
    asked = one(Stage.REQUESTED)
    back = {"returned": ReturnStage.LABEL_READY, "return_due_on": today - timedelta(days=1)}
    sent = one(Stage.SHIPPED, **back)
    one(Stage.CANCELED)

    for view, expected in {
        "": [late, later],
        "approve": [asked],
        "on_the_way": [sent],
        "returns": [sent],
        "garbage": [late, later],
    }.items():
        text = lars.get(f"{DESK}?view={view}").text
        assert [it for it in (late, later, asked, sent) if it in text] == expected
    text = lars.get(DESK).text
    assert text.index(late) < text.index(later)
    assert "Overdue" in words(lars.get(f"{DESK}?view=returns").text)


def test_lists_and_pages_take_few_statements_however_long(
    session: Session, lars: FlaskClient, engine: Engine
) -> None:
    model, account = make_model(session), make_account(session)

    def some(number: int) -> Replacement:
        devices = [make_product(session, account=account, model=model) for _ in range(number)]
        made = [
            make_replacement(session, account, product=it, stage=Stage.APPROVED, **PROMISED)
            for it in devices
        ]
        return made[-1]

    some(2)
    lars.get(DESK)
    with counted(engine) as few:
        lars.get(DESK)
    last = some(26)
    with counted(engine) as many:
        lars.get(DESK)
    with counted(engine) as paged:
        lars.get(f"{DESK}/{last.reference}")

    assert len(many) <= len(few) <= 6
    assert len(paged) <= 8
    assert len(listed(lars)) == 0  # staff have chosen no customer


def test_others_of_staff_look_and_send_nothing(
    session: Session, sign_in: SignInAs, approved: Replacement
) -> None:
    csm = sign_in(make_user(session, role=Role.CSM))

    assert "Register what you send" not in words(csm.get(DESK).text)
    assert csm.get(f"{DESK}/{approved.reference}").status_code == 200
    assert scanned(csm, approved).status_code == 403
    assert csm.post(f"{DESK}/{approved.reference}/approval").status_code == 403


def test_what_has_not_arrived_is_not_to_be_back_yet_however_late_the_parcel_is(
    session: Session, sign_in: SignInAs, lars: FlaskClient, approved: Replacement, ola: User
) -> None:
    approved.model.list_price, approved.model.list_currency = Decimal("4190.00"), "NOK"
    session.commit()
    scanned(lars, approved)
    fresh(session, approved).stage = Stage.READY_FOR_PICKUP
    session.commit()
    with time_machine.travel("2027-01-11 09:00Z", tick=False):
        desk = sign_in(make_user(session, role=Role.LOGISTICS))
        partner = make_partner(session)
        make_grant(session, partner, account_of(ola))
        siri = sign_in(make_user(session, role=Role.PARTNER, partner=partner))
        lists = {
            "/replacements?view=overdue": sign_in(ola),
            "/desk/logistics?view=overdue": desk,
            "/desk/returns?view=overdue": desk,
            "/partner/returns": siri,
        }
        for path, client in lists.items():
            listing = client.get(path)
            assert listing.status_code == 200, path
            assert approved.reference not in listing.text, path
        shown = words(sign_in(ola).get(f"/replacements/{approved.reference}").text)
        assert "Send the faulty device back within 10 business days of delivery." in shown
        for said in ("Overdue", "should have been sent back", "Return by", "It is charged"):
            assert said not in shown
        desk.post(f"{DESK}/{approved.reference}/delivery", data={"delivered_on": "11.01.2027"})
    assert fresh(session, approved).return_due_on == date(2027, 1, 25)
