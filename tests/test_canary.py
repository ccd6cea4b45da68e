"""Two customers, each with a word of its own in all it has: nobody may come upon the other's.

One of them has a word for what is at one of its sites as well, which those who see another site may
not come upon either. One oracle for every door: lists, pages, fragments, searches, choices,
exports, papers and mails. What staff note among themselves no customer comes upon either.
"""

import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug import Response

from portal.accounts.models import Account, Membership, Site, User
from portal.base.access import Permission, Role
from portal.base.file_store import FileStore
from portal.base.mails import Mail
from portal.catalogue.models import Category
from portal.incidents.models import Incident, IncidentAccount
from portal.invitations.models import Invitation
from portal.product_imports.models import ProductImport
from portal.products.models import Product, ProductCount
from portal.request_pages import papers
from portal.web.guard import access_of
from tests.asking import AMONG_STAFF, PAGES, Asking, files_of, on_plain_paper, opened
from tests.cast import Making, path_to
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_agreement,
    make_grant,
    make_incident,
    make_issue,
    make_model,
    make_partner,
    make_user,
)
from tests.licensing import make_licensed, references_of
from tests.web.html import read

LINKS = {"static", "invitations.show"}  # whoever has an invitation's link may read it
OURS, THEIRS = "quokka", "wombat"
ELSEWHERE = "numbat"  # in all that is at another site of ours, or nowhere
FORBIDDEN = 403
MOST = 220  # addresses that one visitor is let try
# What finds both customers' things, and has neither's word in it.
ASKED = ("q=felles", "site=felles", "model=savi", "serial_number=FEL", "q=FEL")
LIST = """Serienummer;Modell;Lokasjon;Rom;Eget merke;Innehaver
FEL{n}01;Savi 7310;Felles {word};Felles {word} rom;{word}-1;Felles {word} bruker
FEL{n}02;Savi 7310;Felles {word};;;
;Savi 7310;Felles {word};;;
AB;Savi 7310;Felles {word};{word};;
"""


LIST_ELSEWHERE = """Serienummer;Modell;Lokasjon;Rom;Eget merke;Innehaver
FEL901;Savi 7310;Felles numbat;Felles numbat rom;numbat-1;Felles numbat bruker
FEL902;Savi 7310;;Felles numbat rom;numbat-2;Felles numbat bruker
;Savi 7310;Felles numbat;;;
AB;Savi 7310;Felles numbat;numbat;;
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
    invited = {"emails": f"Felles {word} <{word}@example.com>", "role": "member"}
    invited |= {"language": "nb", "token": f"invitation-of-{word}"}
    assert browser.post("/organization/users", data=invited).status_code == 303
    run_jobs()
    assert len(session.scalars(select(Product).where(Product.account_id == account.id)).all()) == 2
    make_incident(session, f"Felles {word} hendelse", accounts=[account])
    make_licensed(session, account, word)
    agent = sign_in(make_user(session, role=Role.AGENT))
    Asking(session, browser, agent).open(account, word, f"FEL{n}01")
    run_jobs()
    return Customer(word, account, user)


@pytest.fixture
def customers(
    session: Session,
    sign_in: SignInAs,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Customer, Customer]:
    monkeypatch.setattr(papers, "make_pdf", on_plain_paper)
    savi = make_model(session, "Savi 7310", category=Category.HEADSET)
    make_issue(session, "Felles feil", models=[savi], remarks=f"{OURS} {THEIRS} {ELSEWHERE}")
    return (
        make_customer(session, sign_in, run_jobs, OURS, 1),
        make_customer(session, sign_in, run_jobs, THEIRS, 2),
    )


@pytest.fixture
def ours_elsewhere(
    session: Session,
    sign_in: SignInAs,
    run_jobs: Callable[..., int],
    customers: tuple[Customer, Customer],
) -> tuple[Customer, Customer]:
    """The customers, of which the first has another site with things of its own by now."""
    ours = customers[0]
    browser = sign_in(ours.administrator)
    sent = browser.post(
        "/products/import", data={"token": "token-of-numbat", "pasted": LIST_ELSEWHERE}
    )
    run_jobs()
    browser.post(f"{sent.location}/registration", data={"create_sites": "y"})
    run_jobs()
    device = _one(session, Product, ours.account, ELSEWHERE)
    moved = {"version": 1, "site": f"Felles {ELSEWHERE}", "room": f"Nytt {ELSEWHERE} rom"}
    assert browser.post(f"/products/{device}/details", data=moved).status_code == 303
    make_licensed(session, ours.account, ELSEWHERE)
    agent = sign_in(make_user(session, role=Role.AGENT))
    Asking(session, browser, agent).open(ours.account, ELSEWHERE, "FEL901")
    run_jobs()
    return customers


@pytest.mark.parametrize("visitor", ["sited_member", "sited_observer", "sited_partner"])
def test_nobody_comes_upon_what_is_at_a_site_they_do_not_see(
    visitor: str,
    app: Flask,
    session: Session,
    sign_in: SignInAs,
    ours_elsewhere: tuple[Customer, Customer],
) -> None:
    account = ours_elsewhere[0].account
    browser = _sited(visitor, session, sign_in, account)
    references = _references(session, account, ELSEWHERE)

    seen = list(_crawl(browser, _starts(app, session, ours_elsewhere, references)))

    words = (ELSEWHERE, THEIRS, AMONG_STAFF)
    assert [path for path, text in seen for word in words if word in text.lower()] == []
    assert any("fel101" in text.lower() for _path, text in seen)  # it does look around
    for name, reference in references.items():
        if name in {"licenses", "products", "product_counts", "product_imports", "sites"} or (
            name == "request_pages"
        ):
            assert not any(reference in text for path, text in seen if reference not in path)


def _sited(visitor: str, session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    """Somebody who sees the first of our sites only."""
    mine = Site.account_id == account.id, Site.name == f"Felles {OURS}"
    site = session.scalars(select(Site).where(*mine)).one()
    if visitor == "sited_partner":
        partner = make_partner(session)
        make_grant(session, partner, account, sites=[site])
        user = make_user(session, role=Role.PARTNER, partner=partner)
        return sign_in(user, acting_for=account)
    role = Role.MEMBER if visitor == "sited_member" else Role.OBSERVER
    return sign_in(make_user(session, account=account, role=role, sites=[site]))


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
    secret = [theirs.word, AMONG_STAFF]
    secret += [ours.word] if visitor in {"outsider", "stranger"} else []

    seen = list(_crawl(browser, _starts(app, session, customers)))

    assert [path for path, text in seen for word in secret if word in text.lower()] == []
    if visitor in {"administrator", "observer", "partner"}:
        assert any(ours.word in text.lower() for _path, text in seen)  # it does look around
        number = opened(session, ours.account, ours.word).reference
        for there in ("", "/request.pdf", "/cloud-partner", "/receipt"):
            told = next(text for path, text in seen if path == f"/service-requests/{number}{there}")
            assert ours.word in told.lower(), there
        mine = references_of(session, ours.account, ours.word)["licenses"]
        told = next(text for path, text in seen if path == f"/licenses/{mine}")
        assert f"Felles {ours.word}.pdf" in told
        sheet = "/service-requests/requests.csv"
        assert f"Felles {ours.word} sak" in next(text for path, text in seen if path == sheet)


def test_staff_who_look_at_one_customer_see_nothing_of_another(
    app: Flask, session: Session, sign_in: SignInAs, customers: tuple[Customer, Customer]
) -> None:
    ours, theirs = customers
    agent = sign_in(make_user(session, role=Role.AGENT), acting_for=ours.account)

    for path in _starts(app, session, customers):
        if not _is_across(app, path):
            with agent.get(path) as answer:
                assert (path, theirs.word in _text_of(answer).lower()) == (path, False)


def test_the_desks_pages_of_a_request_say_nothing_of_another_customer(
    app: Flask, session: Session, sign_in: SignInAs, customers: tuple[Customer, Customer]
) -> None:
    agent = sign_in(make_user(session, role=Role.ESCALATION_MANAGER))
    for ours, theirs in (customers, customers[::-1]):
        request = opened(session, ours.account, ours.word)
        pages = list(_desk_pages(app, request.reference))
        pages += [f"/desk{path}" for path in files_of(session, request)]
        seen = {path: _text_of(agent.get(path)).lower() for path in pages}
        assert [path for path, text in seen.items() if theirs.word in text] == []
        page = seen[f"/desk/service-requests/{request.reference}"]
        assert ours.word in page
        assert AMONG_STAFF in page


def _desk_pages(app: Flask, reference: str) -> Iterator[str]:
    """Every page of staff about one request."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/desk/service-requests/<ref>"):
            deeds = re.search(r"<any\(([^)]*)\)", rule.rule)
            for deed in re.findall(r"[\w-]+", deeds[1]) if deeds else [""]:
                path = rule.rule.replace("<ref>", reference)
                yield re.sub(r"<int[^>]*>", "1", re.sub(r"<any[^>]*>", deed, path))


def test_mails_say_nothing_of_another_customer(
    session: Session, customers: tuple[Customer, Customer]
) -> None:
    for customer, other in (customers, customers[::-1]):
        address = customer.administrator.email
        mails = session.scalars(select(Mail).where(Mail.address == address)).all()
        assert mails != []
        for mail in mails:
            text = f"{mail.subject} {mail.text} {mail.html}".lower()
            assert other.word not in text
            assert AMONG_STAFF not in text
        assert any(f"Felles {customer.word} svar" in it.text for it in mails)
    to_staff = session.scalars(select(Mail).where(Mail.text.contains(AMONG_STAFF))).all()
    assert {it.address for it in to_staff} <= set(
        session.scalars(select(User.email).where(User.staff_role.is_not(None)))
    )


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


def _starts(
    app: Flask,
    session: Session,
    customers: tuple[Customer, Customer],
    elsewhere: dict[str, str] | None = None,
) -> list[str]:
    """Every page, with the references of both customers' records where it takes one."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in LINKS:
            continue
        for customer in customers:
            making = Making(session, customer.account, FileStore("file:///nowhere"))
            blueprint = rule.endpoint.split(".")[0]
            for references in (_references(session, customer.account), elsewhere or {}):
                if "reference" in rule.arguments and blueprint in references:
                    path = re.sub("<reference>", references[blueprint], rule.rule)
                    path = re.sub(r"<int[^>]*>", "2147483647", path)
                    found.append(re.sub(r"<any\(csv, xlsx\):format>", "xlsx", path))
                elif references:
                    found.append(path_to(app, rule, making))
    found = [*found, *(f"{path}?{asked}" for path in found for asked in ASKED)]
    for customer in customers:
        for word in (customer.word, *([ELSEWHERE] if elsewhere and customer.word == OURS else [])):
            found += files_of(session, opened(session, customer.account, word))
    return list(dict.fromkeys(found))


def _one(session: Session, kind: Any, account: Account, word: str) -> str:
    """The reference of something of an account, at the site with this word in its name."""
    query = select(kind).where(kind.account_id == account.id)
    if word and kind is ProductImport:
        query = query.order_by(kind.id.desc())
    elif word and kind is Site:
        query = query.where(kind.name.contains(word))
    elif word and hasattr(kind, "site_id"):
        query = query.join(kind.site).where(Site.name.contains(word))
    found: Any = session.scalars(query).first()
    return str(found.reference)


def _references(session: Session, account: Account, word: str = "") -> dict[str, str]:
    told_to = select(Incident).join(Incident.accounts)
    told_to = told_to.where(IncidentAccount.account_id == account.id).order_by(Incident.id)
    incidents = {} if word else {"incidents": session.scalars(told_to.limit(1)).one().reference}
    kinds = {
        "products": Product,
        "product_counts": ProductCount,
        "product_imports": ProductImport,
        "sites": Site,
        "inviting": Invitation,
        "person": Membership,
    }
    found = {name: _one(session, kind, account, word) for name, kind in kinds.items()}
    request = opened(session, account, word or account.name.split()[1]).reference
    found |= references_of(session, account, word)
    return found | incidents | dict.fromkeys(PAGES, request)


def _crawl(browser: FlaskClient, starts: list[str]) -> Iterator[tuple[str, str]]:
    """All of these, and what they lead to: whole pages, and the parts htmx would ask for.

    A page that is not for them is tried once: it is refused before anybody reads what it is asked.
    """
    waiting: deque[tuple[str, str]] = deque((path, "") for path in starts)
    tried: set[tuple[str, str]] = set()
    refused: set[str] = set()
    while waiting and len(tried) < len(starts) + MOST:
        path, target = waiting.popleft()
        if (path, target) in tried:
            continue
        tried.add((path, target))
        if path.partition("?")[0] in refused:
            continue
        part = {"HX-Request": "true", "HX-Target": target} if target else {}
        with browser.get(path, headers=part) as answer:
            text = _text_of(answer)
            yield path, text
        if answer.status_code == FORBIDDEN:
            refused.add(path)
        if answer.mimetype == "text/html":
            waiting.extend(_leads(answer.get_data(as_text=True)))


def _leads(html: str) -> Iterator[tuple[str, str]]:
    for _tag, attributes in read(html).elements:
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
