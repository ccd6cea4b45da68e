"""A copy of one's data: everything that is one's own, nothing of others, and no secrets."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, PasswordReset, SignIn, User
from portal.accounts.personal_data import SECTIONS
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.base.history import What, happened, happened_in
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import CloudPartner, Stage, State
from portal.employees.models import EmployeeOrder
from portal.factors.models import Passkey, RecoveryCode
from portal.licenses.models import LicenseAssignment
from portal.products.models import Product
from portal.request_pages.models import Satisfaction
from portal.service_requests.models import ServiceRequest
from tests.cast import Making
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_grant,
    make_partner,
    make_product,
    make_replacement,
    make_site,
    make_user,
)
from tests.personal_data.stocking import EMAIL, LINK, NAME, PHONE, Doing, stock

Copy = tuple[dict[str, Any], str]


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def making(session: Session, account: Account, files: FileStore) -> Making:
    return Making(session, account, files)


def copied(browser: FlaskClient, name: str = "my-data") -> Copy:
    with browser.post("/profile/data/copy") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "application/zip"
        data = answer.get_data()
    assert len(data) == answer.content_length
    with ZipFile(BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == [f"{name}.html", f"{name}.json"]
        page = archive.read(f"{name}.html").decode()
        return json.loads(archive.read(f"{name}.json")), page


def test_the_page_offers_the_copy_and_says_what_is_kept(
    account: Account, session: Session, sign_in: SignInAs, engine: Engine
) -> None:
    browser = sign_in(make_user(session, account=account, language="nb"))
    with counted(engine) as sent:
        text = browser.get("/profile/data").text

    assert "Last ned opplysningene mine" in text
    assert "Slett brukeren min" in text
    assert 'href="/privacy"' in text
    assert len([each for each in sent if "set_config" not in each]) == 1


def _rate_and_ask_a_partner(session: Session, user: User) -> None:
    asked = session.query(ServiceRequest).first()
    assert asked
    told = {"account_id": asked.account_id, "request_id": asked.id}
    session.add(Satisfaction(**told, score=5, by_id=user.id, at=MOMENT))
    case = CloudPartnerCase(**told, begun_at=MOMENT, partner=CloudPartner.ZOOM, stages={})
    session.add(case)
    session.flush()
    stage = {"kind": Stage.AGREEMENT, "state": State.DONE, "text": "Avtale Z-1"}
    session.add(CloudPartnerStep(**told, **stage, case_id=case.id, at=MOMENT, by_id=user.id))


def test_every_section_tells_something_of_who_has_it_all(
    making: Making, session: Session, sign_in: SignInAs
) -> None:
    ola = stock(making)
    product = session.query(Product).filter_by(registered_by_id=ola.id).one()
    product.holder = NAME
    session.query(LicenseAssignment).one().holder = NAME
    happened_in(session, making.account.id, ola.memberships[0], What.RIGHTS_CHANGED, by=None)
    _rate_and_ask_a_partner(session, ola)
    asked = make_replacement(session, making.account)
    order = {"account_id": making.account.id, "replacement_id": asked.id, "language": "nb"}
    session.add(EmployeeOrder(**order, name=NAME, email=EMAIL, waits=False))
    session.commit()

    told, page = copied(sign_in(ola), "opplysningene-mine")

    missing = {section.name for section in SECTIONS if not told[section.name]}
    assert missing == {"customers", "access_requests"}  # what partners alone have
    assert {key for key in told if key != "about"} == {section.name for section in SECTIONS}
    (who,) = told["user"]
    assert (who["name"], who["email"], who["phone"]) == (NAME, EMAIL, PHONE)
    assert told["memberships"][0]["organization"] == making.account.name
    assert told["devices"][0]["serial_number"] == product.serial_number
    assert told["used_devices"][0]["reference"] == product.reference
    assert told["passkeys"][1]["name"] == "quagga sin telefon"
    assert told["sites"][0]["site"] == "Tromsø"
    assert any(it["draft"] == ["name: quagga i et skjema"] for it in told["sign_ins"])
    assert {it["what"] for it in told["deeds"]} >= {"registered", "password_changed"}
    assert [it["what"] for it in told["about_you"]] == ["rights_changed"]
    assert '<html lang="nb">' in page
    for words in (NAME, "Passnøkler og autentiseringsapp", "Passord endret", "Tromsø", "Medlem"):
        assert words in page
    assert page.count("<h1") == 1
    assert page.count("<table") == page.count("</table>") > 10
    assert page.count("<tbody") == page.count("</tbody>")
    assert told["deeds"][0]["record"] == "user"


def test_no_secret_is_in_it(making: Making, session: Session, sign_in: SignInAs) -> None:
    ola = stock(making)
    secrets = [ola.password_hash, LINK, "quagga-sealed", "quagga-key", "quagga-token", "null-null"]
    secrets += [it.token_hash for it in session.query(SignIn)]
    secrets += [it.token_hash for it in session.query(PasswordReset)]
    secrets += [it.code_hash for it in session.query(RecoveryCode)]
    secrets += [it.credential for it in session.query(Passkey)]

    told, page = copied(sign_in(ola), "opplysningene-mine")

    text = json.dumps(told, ensure_ascii=False) + page
    assert [secret for secret in secrets if secret in text] == []
    assert "/password-reset/…" in text


def test_nothing_about_others_is_in_it(making: Making, session: Session, sign_in: SignInAs) -> None:
    ola = stock(making)
    wombat = make_user(session, account=making.account, role=Role.ADMINISTRATOR, name="Kari Wombat")
    foreign = make_account(session, "Wombat AS")
    for each in (making.account, foreign):
        product = make_product(session, account=each, serial_number=f"WOMBAT{each.id}")
        product.registered_by_id, product.holder = wombat.id, "Kari Wombat"
        make_site(session, each, "Wombat").contact_email = wombat.email
        happened_in(session, each.id, product, What.REGISTERED, by=Doing(wombat.id))
    happened(session, ola, What.FACTORS_RESET, by=Doing(wombat.id))
    session.commit()

    told, page = copied(sign_in(ola), "opplysningene-mine")

    assert "wombat" not in (json.dumps(told) + page).lower()
    assert any(it["what"] == "factors_reset" for it in told["about_you"])


def test_what_they_may_see_no_more_is_told_without_what_it_was(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    ola = make_user(session, account=account)
    left = make_account(session, "Wombat AS")
    product = make_product(session, account=left, serial_number="WOMBAT1")
    product.registered_by_id = ola.id
    happened_in(session, left.id, product, What.REGISTERED, by=Doing(ola.id))
    membership = Membership(user_id=ola.id, account_id=left.id, role=Role.MEMBER)
    membership.deactivated_at = clock.now()
    session.add(membership)
    session.commit()

    told, page = copied(sign_in(ola))

    assert [(it["what"], it["organization"]) for it in told["deeds"]] == [("registered", None)]
    assert told["deeds"][0]["reference"] is None
    assert told["devices"] == []
    assert "WOMBAT1" not in page
    # That they were in it, they know, and it is about them.
    assert {it["organization"] for it in told["memberships"]} == {account.name, "Wombat AS"}


def test_devices_at_sites_they_do_not_see_are_left_out(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    here, there = make_site(session, account, "Her"), make_site(session, account, "Numbat")
    ola = make_user(session, account=account, sites=[here])
    for site in (here, there):
        product = make_product(session, account=account, site=site)
        product.registered_by_id, product.holder = ola.id, ola.name
    session.commit()

    told, page = copied(sign_in(ola))

    assert (len(told["devices"]), len(told["used_devices"])) == (1, 1)
    assert "Numbat" not in page


def test_a_partner_is_told_of_the_customers_that_let_it(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    partner, gone = make_partner(session), make_account(session, "Wombat AS")
    make_grant(session, partner, account, permissions=frozenset({Permission.PRODUCTS_VIEW}))
    make_grant(session, partner, gone).withdrawn_at = clock.now()
    siri = make_user(session, partner=partner)
    for each in (account, gone):
        product = make_product(session, account=each)
        product.registered_by_id = siri.id
        happened_in(session, each.id, product, What.REGISTERED, by=Doing(siri.id))
    session.commit()

    told, page = copied(sign_in(siri))

    assert [it["organization"] for it in told["customers"]] == [account.name]
    assert told["customers"][0]["permissions"] == ["products:view"]
    assert "See devices and coverage" in page
    assert [it["organization"] for it in told["deeds"]] == [account.name, None]
    assert [it["organization"] for it in told["devices"]] == [account.name]
    assert "Wombat" not in page


def test_staff_are_told_what_they_did_wherever_it_was(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    anna = make_user(session, role=Role.AGENT)
    product = make_product(session, account=account)
    happened_in(session, account.id, product, What.MOVED, by=Doing(anna.id))
    session.commit()

    told, _page = copied(sign_in(anna))

    deed = told["deeds"][0]
    assert (deed["organization"], deed["reference"]) == (account.name, product.reference)


def test_names_that_mean_harm_are_only_shown(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    ola = make_user(session, account=account, name='<script>alert("x")</script>{{ 7777*7777 }}')

    told, page = copied(sign_in(ola))

    assert told["user"][0]["name"] == ola.name
    assert "<script" not in page
    assert "60481729" not in page


def test_it_is_made_only_so_often(account: Account, session: Session, sign_in: SignInAs) -> None:
    browser = sign_in(make_user(session, account=account))
    found = []
    for _ in range(11):
        with browser.post("/profile/data/copy") as answer:
            found.append(answer.status_code)

    assert found == [200] * 10 + [429]


@pytest.mark.parametrize("sent", [{"user_id": "1"}, {"id": "1"}, {"email": "x@example.com"}])
def test_nobody_gets_anothers_by_asking_for_it(
    sent: dict[str, str], making: Making, session: Session, sign_in: SignInAs
) -> None:
    stock(making)
    kari = make_user(session, account=making.account)

    with sign_in(kari).post("/profile/data/copy", data=sent) as answer:
        text = ZipFile(BytesIO(answer.get_data())).read("my-data.json").decode()

    assert "quagga" not in text.lower()


def test_whoever_loses_access_while_it_is_made_gets_nothing(
    account: Account,
    session: Session,
    sign_in: SignInAs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ola: User = make_user(session, account=account)
    browser, look = sign_in(ola), Looking(session, ola)
    monkeypatch.setattr("portal.web.sheets.monotonic", look)

    answer = browser.post("/profile/data/copy")

    assert answer.status_code == 303
    assert answer.mimetype == "text/html"


class Looking:
    """A clock on which much time passes, while somebody ends the person's access."""

    def __init__(self, session: Session, user: User) -> None:
        self.session, self.user, self.now = session, user, 0.0

    def __call__(self) -> float:
        self.now += timedelta(minutes=1).total_seconds()
        if self.now == 240:
            self.user.deactivated_at = clock.now()
            account_of(self.user)
            self.session.commit()
        return self.now
