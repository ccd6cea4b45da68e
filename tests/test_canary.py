"""Two customers, each with a word of its own in all it has: nobody may come upon the other's.

One oracle for every door: lists, pages, fragments, searches, choices, exports and mails.
"""

import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response

from portal.accounts.models import Account, Site, User
from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.base.mails import Mail
from portal.catalogue.models import Category
from portal.product_imports.models import ProductImport
from portal.products.models import Product, ProductCount
from portal.web.guard import access_of
from tests.cast import Making, path_to
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_user,
)
from tests.web.html import Page

OURS, THEIRS = "quokka", "wombat"
MOST = 220  # addresses that one visitor is let try
# What finds both customers' things, and has neither's word in it.
ASKED = ("q=felles", "site=felles", "model=savi", "serial_number=FEL", "q=FEL")
LIST = """Serienummer;Modell;Lokasjon;Rom;Eget merke;Innehaver
FEL{n}01;Savi 7310;Felles {word};Felles {word} rom;{word}-1;Felles {word} bruker
FEL{n}02;Savi 7310;Felles {word};;;
;Savi 7310;Felles {word};;;
AB;Savi 7310;Felles {word};{word};;
"""


@dataclass(frozen=True, slots=True)
class Customer:
    word: str
    account: Account
    administrator: User


def make_customer(
    session: Session, sign_in: SignInAs, run_jobs: Callable[..., int], word: str, n: int
) -> Customer:
    """A customer that did what customers do, with its word wherever one can write."""
    account = make_account(session, f"Felles {word} AS")
    user = make_user(session, account=account, role=Role.ADMINISTRATOR, name=f"Felles {word}")
    make_agreement(session, account)
    browser = sign_in(user)
    rows = LIST.format(word=word, n=n)
    sent = browser.post("/products/import", data={"token": f"token-of-{word}", "pasted": rows})
    run_jobs()
    browser.post(f"{sent.location}/registration", data={"create_sites": "y"})
    run_jobs()
    assert len(session.scalars(select(Product).where(Product.account_id == account.id)).all()) == 2
    return Customer(word, account, user)


@pytest.fixture
def customers(
    session: Session, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> tuple[Customer, Customer]:
    make_model(session, "Savi 7310", category=Category.HEADSET)
    return (
        make_customer(session, sign_in, run_jobs, OURS, 1),
        make_customer(session, sign_in, run_jobs, THEIRS, 2),
    )


@pytest.mark.parametrize(
    "visitor",
    ["administrator", "observer", "partner", "curtailed", "idle_partner", "outsider", "stranger"],
)
def test_nobody_comes_upon_what_is_another_customers(
    visitor: str,
    app: Flask,
    session: Session,
    sign_in: SignInAs,
    customers: tuple[Customer, Customer],
) -> None:
    ours, theirs = customers
    browser = _browser(visitor, app, session, sign_in, ours.account)
    secret = [theirs.word] if visitor not in {"outsider", "stranger"} else [ours.word, theirs.word]

    seen = list(_crawl(browser, _starts(app, session, customers)))

    assert [path for path, text in seen for word in secret if word in text.lower()] == []
    if visitor in {"administrator", "observer", "partner"}:
        assert any(ours.word in text.lower() for _path, text in seen)  # it does look around


def test_staff_who_look_at_one_customer_see_nothing_of_another(
    app: Flask, session: Session, sign_in: SignInAs, customers: tuple[Customer, Customer]
) -> None:
    ours, theirs = customers
    agent = sign_in(make_user(session, role=Role.AGENT), acting_for=ours.account)

    for path in _starts(app, session, customers):
        if not _is_across(app, path):
            with agent.get(path) as answer:
                assert (path, theirs.word in _text_of(answer).lower()) == (path, False)


def test_mails_say_nothing_of_another_customer(
    session: Session, customers: tuple[Customer, Customer]
) -> None:
    for customer, other in (customers, customers[::-1]):
        address = customer.administrator.email
        mails = session.scalars(select(Mail).where(Mail.address == address)).all()
        assert mails != []
        for mail in mails:
            assert other.word not in f"{mail.subject} {mail.text} {mail.html}".lower()


def _browser(
    visitor: str, app: Flask, session: Session, sign_in: SignInAs, account: Account
) -> FlaskClient:
    if visitor == "stranger":
        return app.test_client()
    if visitor in {"administrator", "observer"}:
        return sign_in(make_user(session, account=account, role=Role(visitor)))
    partner = make_partner(session)
    if visitor == "curtailed":
        make_grant(session, partner, account, permissions=frozenset({Permission.ACCOUNT_VIEW}))
    elif visitor != "outsider":
        make_grant(session, partner, account)
    user = make_user(session, role=Role.PARTNER, partner=partner)
    return sign_in(user, acting_for=account if visitor in {"partner", "curtailed"} else None)


def _starts(app: Flask, session: Session, customers: tuple[Customer, Customer]) -> list[str]:
    """Every page, with the references of both customers' records where it takes one."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for customer in customers:
            making = Making(session, customer.account, FileStore("file:///nowhere"))
            references = _references(session, customer.account)
            blueprint = rule.endpoint.split(".")[0]
            if "reference" in rule.arguments:
                path = re.sub("<reference>", references[blueprint], rule.rule)
                found.append(re.sub(r"<any\(csv, xlsx\):format>", "xlsx", path))
            else:
                found.append(path_to(app, rule, making))
    return list(dict.fromkeys([*found, *(f"{path}?{asked}" for path in found for asked in ASKED)]))


def _references(session: Session, account: Account) -> dict[str, str]:
    kinds = {
        "products": Product,
        "product_counts": ProductCount,
        "product_imports": ProductImport,
        "sites": Site,
    }
    return {
        name: session.scalars(select(kind).where(kind.account_id == account.id)).first().reference  # type: ignore[attr-defined,union-attr]
        for name, kind in kinds.items()
    }


def _crawl(browser: FlaskClient, starts: list[str]) -> Iterator[tuple[str, str]]:
    """All of these, and what they lead to: whole pages, and the parts htmx would ask for."""
    waiting: deque[tuple[str, str]] = deque((path, "") for path in starts)
    tried: set[tuple[str, str]] = set()
    while waiting and len(tried) < len(starts) + MOST:
        path, target = waiting.popleft()
        if (path, target) in tried:
            continue
        tried.add((path, target))
        part = {"HX-Request": "true", "HX-Target": target} if target else {}
        with browser.get(path, headers=part) as answer:
            text = _text_of(answer)
            yield path, text
        if answer.mimetype == "text/html":
            waiting.extend(_leads(text))


def _leads(html: str) -> Iterator[tuple[str, str]]:
    for _tag, attributes in Page(html).elements:
        href, asked = attributes.get("href") or "", attributes.get("hx-get") or ""
        if href.startswith("/") and not href.startswith("/static"):
            yield urlsplit(href)._replace(fragment="").geturl(), ""
        if asked:
            yield asked, (attributes.get("hx-target") or "").removeprefix("#")


def _text_of(answer: Response) -> str:
    data = answer.get_data()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as workbook:
            data = b"".join(workbook.read(name) for name in workbook.namelist())
    return f"{answer.headers} {data.decode('utf-8', 'replace')}"


def _is_across(app: Flask, path: str) -> bool:
    """Whether a page is meant to show several customers, to those who may see all."""
    endpoint, _values = app.url_map.bind("localhost").match(urlsplit(path).path)
    access = access_of(app.view_functions[endpoint])
    return bool(access and access.everywhere)
