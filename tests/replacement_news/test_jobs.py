"""Whoever asked hears of every step, in their language; and a short message where there is one."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.app import open_worker
from portal.base import clock
from portal.base.access import Role
from portal.base.jobs import Hopeless, Job, NotNow
from portal.base.mails import Mail
from portal.notices.models import DigestLine, PortalNotice
from portal.notices.notice import Notice
from portal.notices.replacement_kinds import OF_REPLACEMENTS
from portal.replacement_news.kinds import NEWS
from portal.replacements.actions import ask_for_replacement
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.web.sms import deliver
from tests.conftest import SETTINGS, SignInAs
from tests.factories import (
    account_of,
    make_agreement,
    make_grant,
    make_partner,
    make_product,
    make_replacement,
    make_user,
)
from tests.replacements.test_actions import ASKED
from tests.returns.conftest import BACK

Run = Callable[..., int]
SCANS = {"serial_number": "8G22419999ZZCV", "tracking_number": "370722150000001"}


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session, language="nb")
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def desk(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


def subjects(session: Session, address: str) -> list[str]:
    session.expire_all()
    mails = session.scalars(select(Mail).where(Mail.address == address).order_by(Mail.id))
    return [it.subject.partition("] ")[2] for it in mails]


def test_every_template_of_these_is_sent_by_something() -> None:
    sent = {(news.notice, news.template) for news in NEWS.values()}
    kinds = {(notice, name) for notice, kind in OF_REPLACEMENTS.items() for name in kind.templates}
    assert sent == kinds


def test_from_asking_to_delivery(
    session: Session, session_of: Any, ola: User, desk: FlaskClient, run_jobs: Run
) -> None:
    account = account_of(ola)
    with session_of(account.id) as ours:
        device = ours.merge(make_product(session, account=account))
        made = ask_for_replacement(ours, device, ASKED, by=Person(ola.id), now=clock.now())
        ours.commit()
        number = made.reference
    desk.post("/desk/logistics/shipments", data=SCANS | {"rma": number, "carrier": "Posten"})
    today = clock.today()
    arrived = {"delivered_on": f"{today:%d.%m.%Y}"}
    desk.post(f"/desk/logistics/{number}/delivery", data=arrived)
    run_jobs()

    assert subjects(session, ola.email) == [
        "Vi sender en ny enhet",
        "Den nye enheten er på vei",
        "Den nye enheten er levert",
    ]
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert all(f"/replacements/{number}" in mail.text for mail in mails)
    assert "Sporingsnummer: 370722150000001" in mails[1].text
    assert f"/replacements/{number}/label" in mails[2].text
    here = session.scalars(select(PortalNotice.notice)).all()
    assert here == [Notice.REPLACEMENT_MOVED] * 3
    prepared = session.scalars(select(Job).where(Job.name == "sms.send")).all()
    assert prepared == []  # made, and done: no gateway is set


def test_who_declined_it_and_why_is_told(
    session: Session, account: Account, ola: User, desk: FlaskClient, run_jobs: Run
) -> None:
    it = make_replacement(session, account, by=ola)
    desk.post(f"/desk/logistics/{it.reference}/refusal", data={"because": "Kjent feil"})
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert (mail.address, "Kjent feil" in mail.text) == (ola.email, True)


def test_a_partner_hears_of_what_it_asked_for_while_it_may_see_it(
    session: Session, account: Account, desk: FlaskClient, run_jobs: Run
) -> None:
    partner = make_partner(session)
    siri = make_user(session, partner=partner)
    grant = make_grant(session, partner, account)
    first, second = (make_replacement(session, account, by=siri) for _ in range(2))
    desk.post(f"/desk/logistics/{first.reference}/approval")
    run_jobs()
    assert len(subjects(session, siri.email)) == 1

    session.delete(grant)
    session.commit()
    desk.post(f"/desk/logistics/{second.reference}/approval")
    run_jobs()
    assert len(subjects(session, siri.email)) == 1


def test_what_waits_for_staff_comes_in_their_digest(
    session: Session, sign_in: SignInAs, account: Account, ola: User, run_jobs: Run
) -> None:
    lars = make_user(session, role=Role.LOGISTICS)
    told = BACK | {"return_due_on": clock.today()}
    it = make_replacement(session, account, by=ola, **told)
    until = clock.today() + timedelta(days=7)
    asked = {"until": f"{until:%d.%m.%Y}", "reason": "Ferie"}
    sign_in(ola).post(f"/replacements/{it.reference}/extension", data=asked)
    run_jobs()
    waiting = session.scalars(select(DigestLine)).all()
    assert [(line.user_id, line.notice) for line in waiting] == [(lars.id, Notice.RETURN_ASKED)]


def test_called_off_is_told_to_nobody_who_did_it(
    session: Session, sign_in: SignInAs, account: Account, ola: User, run_jobs: Run
) -> None:
    it = make_replacement(session, account, by=ola, stage=Stage.APPROVED)
    colleague = sign_in(make_user(session, account=account))
    colleague.post(f"/replacements/{it.reference}/cancellation")
    run_jobs()
    assert subjects(session, ola.email) == ["Byttet er avbestilt"]
    assert session.scalars(select(Replacement.stage)).all() == [Stage.CANCELED]


class Gateway(BaseHTTPRequestHandler):
    """Takes what is sent, and answers as it is told."""

    status = 200
    seen: list[tuple[dict[str, Any], str, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        auth, key = self.headers["Authorization"], self.headers["Idempotency-Key"]
        self.seen.append((json.loads(body), auth, key))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.seen, Gateway.status = [], 200
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://poly:hemmelig@127.0.0.1:{server.server_port}/messages"
    server.shutdown()
    server.server_close()


def test_with_a_gateway_a_short_message_is_sent(
    session: Session, ola: User, gateway: str, app: Any, desk: FlaskClient
) -> None:
    told: dict[str, Any] = {"hand_over_on": clock.today(), "promised_on": clock.today()}
    it = make_replacement(session, account_of(ola), by=ola, stage=Stage.APPROVED, **told)
    desk.post("/desk/logistics/shipments", data=SCANS | {"rma": it.reference, "carrier": "Posten"})
    open_worker(app, replace(SETTINGS, sms_url=gateway)).run_due()

    ((sent, auth, key),) = Gateway.seen
    assert sent["to"] == "+4722222222"
    assert sent["text"].startswith(f"{it.reference}: Den nye enheten er sendt")
    assert "Sporingsnummer: 370722150000001 http://localhost/track/" in sent["text"]
    assert auth.startswith("Basic ")
    assert len(key) == 32


@pytest.mark.parametrize(("status", "raised"), [(400, Hopeless), (429, NotNow), (503, NotNow)])
def test_a_gateway_that_says_no_is_heard(
    status: int, raised: type[Exception], gateway: str
) -> None:
    Gateway.status = status
    with pytest.raises(raised):
        deliver(gateway, "+4722222222", "Hei", mark="x")


def test_a_gateway_that_is_away_is_asked_again() -> None:
    with pytest.raises(NotNow):
        deliver("http://127.0.0.1:9/x", "+4722222222", "Hei", mark="x")
