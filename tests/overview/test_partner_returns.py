import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Partner
from portal.base.access import GRANTABLE, Permission
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_site,
    make_user,
)

RETURNS, TODAY = "/partner/returns", date(2026, 11, 22)
READY: dict[str, Any] = {"stage": Stage.DELIVERED, "returned": ReturnStage.LABEL_READY}


@pytest.fixture(autouse=True)
def _sunday() -> Iterator[None]:
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


@pytest.fixture
def partner(session: Session) -> Partner:
    return make_partner(session)


@pytest.fixture
def siri(session: Session, sign_in: SignInAs, partner: Partner) -> FlaskClient:
    return sign_in(make_user(session, partner=partner))


def late(session: Session, account: Account, days: int = 1, **told: Any) -> Replacement:
    due = TODAY - timedelta(days=days)
    return make_replacement(session, account, **READY | {"return_due_on": due} | told)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    shown = re.findall(r'<th scope="row"[^>]* id="(RMA-\d+)"', client.get(f"{RETURNS}{query}").text)
    return list(map(unescape, shown))


def test_what_all_customers_have_not_sent_back_is_listed_the_latest_first(
    session: Session, siri: FlaskClient, partner: Partner
) -> None:
    nordlys, fjord = make_account(session), make_account(session, "Fjordhelse HF")
    for each in (nordlys, fjord):
        make_grant(session, partner, each)
    little, much = late(session, nordlys, 1), late(session, fjord, 9, at_risk=4190, currency="NOK")
    much.liability = Liability.AT_RISK
    today = late(session, nordlys, 0)
    under_way = late(session, fjord, 5, returned=ReturnStage.UNDER_WAY)
    late(session, nordlys, 7, returned=ReturnStage.RECEIVED)
    late(session, make_account(session, "Fremmed AS"), 3)
    session.commit()

    assert listed(siri) == [much.reference, little.reference]
    text = siri.get(RETURNS).text
    assert "Fjordhelse HF" in text
    assert "4,190.00" in text
    everything = [much, under_way, little, today]
    assert listed(siri, "?view=return") == [it.reference for it in everything]


def test_it_is_opened_in_one_click_which_leads_to_its_customer(
    session: Session, siri: FlaskClient, partner: Partner
) -> None:
    nordlys, fjord = make_account(session), make_account(session, "Fjordhelse HF")
    for each in (nordlys, fjord):
        make_grant(session, partner, each)
    ours, theirs = late(session, nordlys, 2), late(session, fjord)
    siri.post("/active-account", data={"account": nordlys.master_account_id})

    shown = siri.get(RETURNS).text
    assert f'href="/replacements/{ours.reference}"' in shown  # of the customer at hand
    form = shown.partition(f'id="{theirs.reference}"')[2]
    assert f'name="back" value="/replacements/{theirs.reference}"' in form
    assert f'name="account" value="{fjord.master_account_id}"' in form

    told = {"account": fjord.master_account_id, "back": f"/replacements/{theirs.reference}"}
    opened = siri.post("/active-account", data=told, follow_redirects=True)
    assert (opened.status_code, opened.request.path) == (200, told["back"])


def test_only_what_each_customer_lets_the_partner_see_is_listed(
    session: Session, siri: FlaskClient, partner: Partner
) -> None:
    shut, part, gone = (make_account(session) for _ in range(3))
    site = make_site(session, part)
    make_grant(session, partner, shut, permissions=GRANTABLE - {Permission.REPLACEMENTS_VIEW})
    make_grant(session, partner, part, sites=[site])
    make_grant(session, partner, gone, last_day=TODAY - timedelta(days=1))
    for account in (shut, part, gone):
        late(session, account)
    here = late(session, part, site=site)

    assert listed(siri) == [here.reference]


def test_without_customers_it_is_empty(siri: FlaskClient) -> None:
    assert "No return is overdue" in siri.get(RETURNS).text
    assert "Nothing is waiting to be sent back" in siri.get(f"{RETURNS}?view=return").text


def test_a_long_list_goes_on_and_takes_few_statements(
    session: Session, siri: FlaskClient, partner: Partner, engine: Engine
) -> None:
    account = make_account(session)
    make_grant(session, partner, account)
    model = make_model(session)
    made = [
        late(session, account, days, product=make_product(session, account=account, model=model))
        for days in range(30, 0, -1)
    ]
    first = siri.get(RETURNS).text
    with counted(engine) as asked:
        siri.get(RETURNS)
    (onwards,) = set(re.findall(r'href="([^"]*after=[^"]*)"', first))

    assert listed(siri) == [it.reference for it in made[:25]]
    assert listed(siri, f"?{unescape(onwards).partition('?')[2]}") == [
        it.reference for it in made[25:]
    ]
    assert len(asked) <= 6
