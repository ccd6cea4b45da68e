from datetime import date
from threading import Thread, current_thread, main_thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.agreements.models import Agreement
from portal.base.history import Event, What
from portal.base.mails import Mail
from portal.employees.models import EmployeeLink
from portal.employees.reaching import Way, way_of
from portal.products.models import Product
from portal.replacements.rules import Stage
from tests.employees.conftest import (
    SIV,
    Run,
    another,
    last_mail,
    make_count,
    orders,
    path_of,
    proven,
    replacements,
    told,
)
from tests.factories import make_account, make_product, make_replacement, make_stock


def words(html: str) -> str:
    return " ".join(html.partition("<main")[2].partition("</main>")[0].split())


@pytest.fixture
def siv(
    client: FlaskClient, session: Session, link: EmployeeLink, product: Product, run_jobs: Run
) -> FlaskClient:
    """She has shown who she is, and said which device it is."""
    proven(client, session, link, run_jobs, product.serial_number or "")
    return client


def test_a_broken_headset_is_one_choice_and_one_button(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site, product: Product
) -> None:
    path = path_of(link)
    page = siv.get(f"{path}/order").text
    assert "Order before 15:00, and it arrives Friday 20 November." in page
    assert "arrives Friday 20 November" in page.partition(site.name)[2]
    assert 'value="Siv Dahl"' in page
    assert f'value="{site.reference}" checked' in page
    assert replacements(session) == []

    sent = siv.post(f"{path}/order", data=told(site))
    assert sent.location == f"{path}/receipt", sent.text
    made, asked = replacements(session)[0], orders(session)[0]
    assert (made.stage, made.promised_on) == (Stage.APPROVED, date(2026, 11, 20))
    assert (made.product_id, made.asked_by_id, made.untried) == (product.id, None, "")
    assert (made.recipient, made.phone) == ("Siv Dahl", link.phone)
    assert (asked.name, asked.email, asked.language) == ("Siv Dahl", SIV, "en")
    receipt = siv.get(f"{path}/receipt").text
    assert made.reference in receipt
    assert "Arrives Friday 20 November" in receipt
    assert "/track/" in receipt


def test_history_holds_no_name(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site
) -> None:
    siv.post(f"{path_of(link)}/order", data=told(site))
    asked = session.scalars(select(Event).where(Event.what == What.EMPLOYEE_ASKED)).one()
    assert (asked.by_id, asked.details) == (None, {"fault": "broken"})


def test_sent_twice_it_is_one_order_and_the_visit_is_over(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site
) -> None:
    path = path_of(link)
    both = [siv.post(f"{path}/order", data=told(site)) for _ in range(2)]
    assert {each.location for each in both} == {f"{path}/receipt"}
    assert siv.get(f"{path}/device").location == f"{path}/receipt"
    assert len(replacements(session)) == len(orders(session)) == 1


def test_a_twin_at_the_same_moment_is_shown_the_receipt_of_the_first(  # noqa: PLR0917
    app: Flask, siv: FlaskClient, session: Session, link: EmployeeLink, site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path, cookie = path_of(link), siv.get_cookie("session")
    assert cookie
    twin, answers = another(app), list[str]()
    twin.set_cookie("session", cookie.value)

    def first() -> None:
        answers.append(siv.post(f"{path}/order", data=told(site)).location)

    def overtaken(token: str) -> Way:
        """The second reads where it stands before the first has ordered."""
        way = way_of(token)
        if current_thread() is main_thread():
            sending = Thread(target=first)
            sending.start()
            sending.join()
        return way

    monkeypatch.setattr("portal.employees.ordering_routes.way_of", overtaken)
    second = twin.post(f"{path}/order", data=told(site))
    assert (second.location, answers) == (f"{path}/receipt", [f"{path}/receipt"]), second.text
    assert len(replacements(session)) == 1


def test_what_was_tried_is_kept_with_the_fault_that_was_chosen(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site
) -> None:
    tried = ["no_sound-0", "battery-1", "no_sound-2"]
    siv.post(f"{path_of(link)}/order", data=told(site, fault="no_sound", tried=tried))
    made = replacements(session)[0]
    assert (made.fault, made.tried, made.untried) == ("no_sound", [0, 2], "I do not know how")


@pytest.mark.parametrize("fault", ["", "picture", "nonsense"])
def test_what_is_wrong_must_be_said(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site, fault: str
) -> None:
    answer = siv.post(f"{path_of(link)}/order", data=told(site, fault=fault))
    assert answer.status_code == 422
    assert "Error:" in answer.text
    assert replacements(session) == []


def test_after_the_cut_off_the_new_day_is_shown_before_it_is_sent(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site
) -> None:
    path = f"{path_of(link)}/order"
    with time_machine.travel("2026-11-19 14:00:00Z", tick=False):
        # The visit began an hour ago; it is looked at as if just now.
        siv.get(path)
    with time_machine.travel("2026-11-19 13:29:00Z", tick=False):
        late = siv.post(path, data=told(site, shown=f"{site.reference}=2026-11-19"))
    assert late.status_code == 422
    assert "Look at the day on which it arrives there, and send again." in late.text
    assert f'value="{site.reference}=2026-11-20"' in late.text
    assert replacements(session) == []


def test_the_time_that_an_order_waits_for_is_said_once(
    siv: FlaskClient, session: Session, link: EmployeeLink
) -> None:
    link.approval = True
    session.commit()
    siv.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nb"
    page = words(siv.get(f"{path_of(link)}/order").text)
    assert "Blir det godkjent før kl. 15.00, kommer den fredag 20. november." in page


def test_another_address_is_shown_its_day_and_waits_for_an_administrator(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site
) -> None:
    path = f"{path_of(link)}/order"
    home = {"where": "other", "street": "Hjemveien 2", "postal_code": "0155"}
    first = siv.post(path, data=told(site) | home)
    assert first.status_code == 422
    assert "other=2026-11-20" in first.text
    shown = f"{site.reference}=2026-11-20 other=2026-11-20"
    assert siv.post(path, data=told(site) | home | {"shown": shown}).status_code == 303
    made = replacements(session)[0]
    assert (made.stage, made.held, made.city) == (Stage.REQUESTED, ["employee"], "Oslo")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", "Siv\r\nBcc: alle"),
        ("recipient", "Siv alle@example.com"),
        ("recipient", "x" * 121),
        ("recipient", "Siv https://evil.example.com/x"),
        ("recipient", "www.evil.example.com"),
        ("recipient", ""),
        ("phone", "+999 1"),
        ("where", "S-1"),
        ("where", ""),
        ("description", "x" * 5001),
        ("shown", "x" * 401),
        ("untried", "something else"),
    ],
)
def test_bad_answers_come_back(
    siv: FlaskClient,
    session: Session,
    link: EmployeeLink,
    site: Site,
    *,
    field: str,
    value: str,
) -> None:
    answer = siv.post(f"{path_of(link)}/order", data=told(site, **{field: value}))
    if field == "recipient" and "\n" in value:  # kept on one line
        assert replacements(session)[0].recipient == "Siv Bcc: alle"
        return
    assert answer.status_code == 422, answer.text
    assert replacements(session) == []


def test_one_of_a_model_needs_no_number(
    client: FlaskClient,
    session: Session,
    account: Account,
    link: EmployeeLink,
    *,
    site: Site,
    run_jobs: Run,
) -> None:
    count, path = make_count(session, account, site), path_of(link)
    proven(client, session, link, run_jobs)
    assert client.get(f"{path}/order").location == f"{path}/device"
    page = client.get(f"{path}/device").text
    assert "Sync 20" in page
    assert "3" not in words(page).partition("Sync 20")[2].partition("</fieldset>")[0]
    chosen = client.post(f"{path}/device", data={"serial": "", "model": count.reference})
    assert chosen.location == f"{path}/order"
    assert "Sync 20" in client.get(f"{path}/order").text
    assert client.post(f"{path}/order", data=told(site)).status_code == 303
    assert replacements(session)[0].model_id == count.model_id


def test_without_a_model_to_choose_there_is_somebody_to_ask(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    path = path_of(link)
    proven(client, session, link, run_jobs, "8G00000000FFZZ")
    pages = [client.get(f"{path}/device")]
    pages += [client.post(f"{path}/device", data={"serial": text}) for text in ("", "8G0000FFZZ")]
    assert [each.status_code for each in pages] == [200, 422, 422]
    for each in pages:
        shown = words(each.text)
        assert "the model" not in shown
        assert 'href="tel:+4722222222"' in shown
        assert f'href="{path}"' in shown
    assert "We find no device of yours with this serial number." in words(pages[0].text)


def test_a_number_is_found_exactly_and_only_among_the_accounts_own(
    client: FlaskClient, session: Session, link: EmployeeLink, product: Product, run_jobs: Run
) -> None:
    other = make_account(session, "Fjord HF")
    theirs = make_product(session, account=other)
    counted, path = make_count(session, other), path_of(link)
    proven(client, session, link, run_jobs)
    serial = product.serial_number or ""

    answers = {}
    for text in (theirs.serial_number, "8G00000000FFZZ", serial[:-1], "%", "'", "P-1", "\0", "é"):
        answer = client.post(f"{path}/device", data={"serial": text})
        assert answer.status_code == 422
        answers[text] = words(answer.text).replace(str(text), "…")
    assert answers[theirs.serial_number] == answers["8G00000000FFZZ"]
    for line in (counted.reference, "PC-1"):
        assert client.post(f"{path}/device", data={"model": line}).status_code == 422
    right = client.post(f"{path}/device", data={"serial": f" {serial[:3]}-{serial[3:].lower()} "})
    assert right.location == f"{path}/order"


def test_numbers_are_tried_a_few_times_and_no_more(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run
) -> None:
    proven(client, session, link, run_jobs)
    path = f"{path_of(link)}/device"
    tried = [client.post(path, data={"serial": f"8G{n:012}"}).status_code for n in range(21)]
    assert tried == [422] * 20 + [429]


def _not_covered(session: Session, product: Product) -> None:
    agreement = session.scalars(select(Agreement)).one()
    agreement.ends_on = date(2026, 11, 18)
    agreement.starts_on = date(2026, 1, 1)


def _being_replaced(session: Session, product: Product) -> None:
    make_replacement(session, session.get_one(Account, product.account_id), product=product)


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (_not_covered, "The device is not covered."),
        (_being_replaced, "The device is being replaced already."),
    ],
)
def test_where_it_cannot_be_ordered_there_is_a_way_on(
    siv: FlaskClient,
    session: Session,
    link: EmployeeLink,
    site: Site,
    *,
    product: Product,
    why: Any,
    says: str,
) -> None:
    why(session, product)
    session.commit()
    before = len(replacements(session))
    path = f"{path_of(link)}/order"
    for answer in (siv.get(path), siv.post(path, data=told(site))):
        assert says in answer.text
        assert 'href="tel:+4722222222"' in answer.text
    assert len(replacements(session)) == before


@pytest.mark.parametrize(
    "addresses",
    [
        (SIV, SIV, SIV),
        ("siv_dahl+1@nordlys.example.com", "siv_dahl@nordlys.example.com", "siv_dahl+2@{}"),
        ("siv_dahl+1@nordlys.example.com", "siv_dahl+@nordlys.example.com", "siv_dahl@{}"),
    ],
)
def test_nobody_orders_more_than_they_may_wait_for(
    app: Flask,
    session: Session,
    account: Account,
    link: EmployeeLink,
    *,
    site: Site,
    product: Product,
    run_jobs: Run,
    addresses: tuple[str, ...],
) -> None:
    path, made = path_of(link), []
    devices = [make_product(session, account=account, model=product.model) for _ in range(2)]
    for each, email in zip((product, *devices), addresses, strict=True):
        browser, mine = another(app), email.format("nordlys.example.com")
        proven(browser, session, link, run_jobs, each.serial_number or "", email=mine)
        made.append(browser.post(f"{path}/order", data=told(site)))
    assert [it.status_code for it in made] == [303, 303, 422]
    assert "You wait for as many devices as one may." in made[2].text
    assert len(replacements(session)) == 2


def test_others_whose_addresses_begin_alike_are_not_counted(  # noqa: PLR0917
    app: Flask, session: Session, account: Account, link: EmployeeLink, site: Site,
    product: Product, run_jobs: Run,
) -> None:  # fmt: skip
    link.most_open = 1
    session.commit()
    names = ("s_v", "siv+1", "siva", "siv.b+1", "b+siv")
    for name in names:
        device = make_product(session, account=account, model=product.model)
        browser, email = another(app), f"{name}@nordlys.example.com"
        proven(browser, session, link, run_jobs, device.serial_number or "", email=email)
        assert browser.post(f"{path_of(link)}/order", data=told(site)).status_code == 303
    assert len(replacements(session)) == len(names)


def test_the_last_one_in_stock_is_sent_or_waited_for(
    siv: FlaskClient, session: Session, link: EmployeeLink, site: Site, product: Product
) -> None:
    make_stock(session, 0, model=product.model)
    path = f"{path_of(link)}/order"
    page = siv.get(path).text
    assert "There are not enough Voyager left in stock." in page
    assert siv.post(path, data=told(site, supply="wait")).status_code == 303
    assert replacements(session)[0].waits_for_stock


def test_the_employee_hears_of_it_and_so_does_the_administrator(
    siv: FlaskClient,
    session: Session,
    kari: User,
    link: EmployeeLink,
    *,
    site: Site,
    run_jobs: Run,
) -> None:
    siv.post(f"{path_of(link)}/order", data=told(site))
    run_jobs()
    mine, theirs = last_mail(session), last_mail(session, kari.email)
    assert "Arrives Friday 20 November" in mine
    assert "http://localhost/track/" in mine
    assert "An employee of Nordlys Kraft AS has asked for a new Voyager." in theirs or "ansatt" in (
        theirs
    )
    assert SIV not in theirs
    assert "Siv" not in theirs
    assert session.scalars(select(Mail).where(Mail.address == SIV)).all()
