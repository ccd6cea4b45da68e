import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.history import Event, What
from portal.base.tenancy import Scope, ScopedSession
from portal.replacements.indexing import index_replacement
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from portal.replacements.step_models import ReplacementStep
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_model,
    make_product,
    make_replacement,
    make_request,
    make_site,
    make_user,
)

LIST = "/replacements"


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def client(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


def one(session: Session, account: Account, **told: Any) -> Replacement:
    """A replacement that can be found."""
    made = make_replacement(session, account, **told)
    scope = Scope(frozenset({account.id}), account.id)
    with ScopedSession(scope=scope, bind=session.connection()) as ours:
        index_replacement(ours, ours.get_one(Replacement, made.id))
    session.commit()
    return made


def words(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", body)).split())


def listed(client: FlaskClient, query: str = "") -> list[str]:
    found = re.findall(r'href="/replacements/(RMA-[0-9]+)"', client.get(f"{LIST}?{query}").text)
    return list(dict.fromkeys(found))


def test_each_tab_has_what_it_says(session: Session, client: FlaskClient, account: Account) -> None:
    today = clock.today()
    ready = {"stage": Stage.DELIVERED, "returned": ReturnStage.LABEL_READY}
    going = one(session, account, stage=Stage.APPROVED).reference
    late = one(session, account, **ready, return_due_on=today - timedelta(days=1)).reference
    in_time = one(session, account, **ready, return_due_on=today).reference
    sent = {"stage": Stage.DELIVERED, "returned": ReturnStage.UNDER_WAY}
    handed_in = one(session, account, **sent, return_due_on=today - timedelta(days=1)).reference
    over = one(session, account, stage=Stage.CANCELED, closed_at=MOMENT).reference
    one(session, make_account(session))

    assert set(listed(client)) == {going, late, in_time, handed_in}
    assert set(listed(client, "view=return")) == {late, in_time, handed_in}
    assert listed(client, "view=overdue") == [late]
    assert listed(client, "view=closed") == [over]
    assert listed(client, "stage=approved") == [going]
    assert set(listed(client, "view=garbage&stage=x&sort=y")) == {going, late, in_time, handed_in}


def test_the_status_sentence_stands_in_the_list(
    session: Session, client: FlaskClient, account: Account
) -> None:
    day = clock.today() + timedelta(days=1)
    one(session, account, stage=Stage.SHIPPED, promised_on=day)
    one(session, account, stage=Stage.SHIPPED, promised_on=day - timedelta(days=2))

    text = words(client.get(LIST).text)
    assert "Arrives " in text
    assert "Late: it should have arrived " in text
    assert "2 replacements" in text


def test_it_is_found_by_what_stands_on_label_and_parcel(
    session: Session, client: FlaskClient, account: Account
) -> None:
    product = make_product(session, account=account, serial_number="8G22410000AACV")
    told = {"new_serial_number": "8G22419999ZZCV", "tracking_number": "370722150000001"}
    made = one(session, account, product=product, **told).reference
    one(session, account)

    for text in (made, made.removeprefix("RMA-"), "8G22410000AACV", "8G22419999ZZCV"):
        assert listed(client, f"q={text}") == [made], text
    assert listed(client, "q=370722150000001") == [made]
    assert len(listed(client, "q=oslo")) == 2
    assert "No matches on" in words(client.get(f"{LIST}?q=finnesikke").text)


def test_a_long_list_goes_on_where_it_stopped(
    session: Session, client: FlaskClient, account: Account
) -> None:
    model = make_model(session)
    made = [
        make_replacement(
            session,
            account,
            product=make_product(session, account=account, model=model),
            now=MOMENT + timedelta(minutes=number),
        ).reference
        for number in range(30)
    ]
    first = client.get(LIST).text
    (onwards,) = set(re.findall(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"', first))

    assert listed(client) == made[:4:-1]
    assert listed(client, unescape(onwards).partition("?")[2]) == made[4::-1]


def test_list_and_page_take_few_statements_however_long(
    session: Session, client: FlaskClient, account: Account, engine: Engine, ola: User
) -> None:
    model, site = make_model(session), make_site(session, account)

    def some(number: int) -> Replacement:
        device = [
            make_product(session, account=account, model=model, site=site) for _ in range(number)
        ]
        return [one(session, account, product=each, by=ola) for each in device][-1]

    some(3)
    client.get(LIST)
    with counted(engine) as few:
        client.get(LIST)
    last = some(27)
    for _ in range(10):
        step = ReplacementStep(account_id=account.id, replacement_id=last.id, at=MOMENT)
        step.track, step.state, step.by_id = Track.REPLACEMENT, "shipped", ola.id
        session.add(step)
    session.commit()
    client.get(LIST)  # after a while it is asked whether the catalogue has changed
    with counted(engine) as many:
        client.get(LIST)
    client.get(f"{LIST}?q=oslo")  # what spare parts are called is in memory from then on
    with counted(engine) as searched:
        client.get(f"{LIST}?q=oslo")
    with counted(engine) as paged:
        client.get(f"{LIST}/{last.reference}")

    assert len(many) == len(few) <= 6
    assert len(searched) <= 6
    assert len(paged) <= 8


def test_the_table_has_the_same_selection(
    session: Session, client: FlaskClient, account: Account
) -> None:
    product = make_product(session, account=account, serial_number="=1+1AA")
    ready: dict[str, Any] = {"stage": Stage.DELIVERED, "returned": ReturnStage.LABEL_READY}
    ready["instead_serial_number"] = "64167F999004"
    late = one(session, account, product=product, **ready, return_due_on=date(2026, 1, 2))
    one(session, account)

    table = _taken(client, "csv?view=overdue").decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert head[:3] == ["RMA number", "Model", "Faulty device"]
    assert [row[0] for row in rows] == [late.reference]
    assert rows[0][6] == "Overdue"
    assert rows[0][head.index("Sent back instead")] == "64167F999004"
    assert not rows[0][2].startswith("=")
    assert _taken(client, "xlsx?q=oslo")[:2] == b"PK"
    assert late.reference in _taken(client, f"csv?q={late.reference}").decode()


def _taken(client: FlaskClient, what: str) -> bytes:
    with client.get(f"{LIST}/replacements.{what}") as answer:
        return bytes(answer.data)


def test_the_page_says_first_how_it_stands_and_shows_three_tracks(
    session: Session, client: FlaskClient, account: Account, ola: User
) -> None:
    day = clock.today() + timedelta(days=1)
    asked = make_request(session, account)
    told = {"promised_on": day, "return_due_on": day, "request_id": asked.id}
    made = one(
        session,
        account,
        by=ola,
        stage=Stage.SHIPPED,
        returned=ReturnStage.LABEL_READY,
        liability=Liability.AT_RISK,
        tracking_number="370722150000001",
        **told,
    )
    text = client.get(f"{LIST}/{made.reference}").text

    assert re.search(r"<h1>Arrives [A-Z][a-z]+day ", text)
    tracks = re.findall(r'<section class="ds-card" id="track-([a-z]+)".*?<ol', text, re.DOTALL)
    assert tracks == ["replacement", "return", "liability"]
    assert text.count('aria-current="step"') == 3
    for said in ("Send the faulty device back by", "At risk", "370722150000001", asked.reference):
        assert said in words(text), said


def test_what_is_not_sent_can_be_called_off_and_twice_is_once(
    session: Session, client: FlaskClient, account: Account
) -> None:
    made = one(session, account, stage=Stage.APPROVED)
    path = f"{LIST}/{made.reference}"

    assert "Call off the replacement" in words(client.get(path).text)
    for _ in range(2):
        assert client.post(f"{path}/cancellation").status_code == 303
    session.expire_all()
    assert (made.stage, made.closed_at is None) == (Stage.CANCELED, False)
    done = session.scalars(select(Event.what).where(Event.kind == "replacement")).all()
    assert done.count(What.CALLED_OFF) == 1
    assert "It was called off." in words(client.get(path).text)


def test_what_is_sent_cannot_be_called_off(
    session: Session, client: FlaskClient, account: Account
) -> None:
    made = one(session, account, stage=Stage.SHIPPED, promised_on=clock.today())
    path = f"{LIST}/{made.reference}"

    assert "Call off the replacement" not in words(client.get(path).text)
    refused = client.post(f"{path}/cancellation")
    assert refused.status_code == 422
    assert "The replacement has moved on meanwhile." in words(refused.text)
    session.expire_all()
    assert made.stage is Stage.SHIPPED


@pytest.mark.parametrize("number", ["RMA-1000001", "RMA-99999999999999999", "x", "P-1000018"])
def test_what_is_none_is_not_found(number: str, client: FlaskClient) -> None:
    assert client.get(f"{LIST}/{number}").status_code == 404


def test_another_customers_is_not_found(session: Session, client: FlaskClient) -> None:
    made = one(session, make_account(session))

    assert client.get(f"{LIST}/{made.reference}").status_code == 404
    assert client.post(f"{LIST}/{made.reference}/cancellation").status_code == 404
    assert listed(client) == []
    assert listed(client, f"q={made.reference}") == []


def test_in_norwegian_it_says_when_it_comes(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    kari = sign_in(make_user(session, account=account, language="nb"))
    day = datetime(2036, 11, 24, tzinfo=UTC).date()
    made = one(session, account, stage=Stage.SHIPPED, promised_on=day)

    text = words(kari.get(f"{LIST}/{made.reference}").text)
    assert "Kommer mandag 24. november" in text
    assert "Bytte og retur" in words(kari.get(LIST).text)
