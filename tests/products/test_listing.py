"""The list finds what is asked for, in any spelling, and nothing of others."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import Category, PartNumber
from portal.product_counts.actions import register_count
from portal.products.indexing import index_products
from portal.products.models import Product
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_agreement,
    make_model,
    make_product,
    make_site,
    make_user,
)

SignIn = Callable[..., FlaskClient]
SessionOf = Callable[[int], ScopedSession]


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, language="nb")


@pytest.fixture
def devices(session: Session, session_of: SessionOf, kari: User) -> dict[str, Product]:
    account = account_of(kari)
    make_agreement(session, account, categories=(Category.HEADSET,))
    savi = make_model(session, "Savi 7310", category=Category.HEADSET, kind="headset")
    studio = make_model(session, "Studio X52", category=Category.VIDEO)
    for model, number in ((savi, "211014-01"), (studio, "2200-29242-001")):
        session.add(PartNumber(model_id=model.id, number=number))
    ostby = make_site(session, account, "Østby")
    oslo = make_site(session, account, "Oslo hovedkontor")
    made = {
        "headset": make_product(session, account=account, model=savi, serial_number="ESH746"),
        "studio": make_product(
            session, account=account, model=studio, serial_number="8G18256D07EFEN", site=ostby
        ),
        "other": make_product(
            session, account=account, model=studio, serial_number="8G2133DFBDB0EN", site=oslo
        ),
    }
    made["headset"].room = "Fløyen"
    made["other"].mac = "64167FDA288E"
    session.commit()
    with session_of(account.id) as ours:
        index_products(ours, [ours.merge(it) for it in made.values()])
        register_count(
            ours, model_id=studio.id, site_id=ostby.id, number=7, by=kari_as(kari), now=MOMENT
        )
        ours.commit()
    theirs = make_product(
        session, account=make_account(session), model=savi, serial_number="ESH999"
    )
    with session_of(theirs.account_id) as others:
        index_products(others, [others.merge(theirs)])
        others.commit()
    return made


class kari_as:  # noqa: N801
    on_behalf = False

    def __init__(self, user: User) -> None:
        self.id = user.id


def found(client: FlaskClient, query: str) -> set[str]:
    text = client.get(f"/products?{query}").text
    numbers = ("ESH746", "8G18256D07EFEN", "8G2133DFBDB0EN", "7 uten serienummer", "ESH999")
    return {number for number in numbers if number in text}


HEADSET, STUDIO, OTHER, COUNT = "ESH746", "8G18256D07EFEN", "8G2133DFBDB0EN", "7 uten serienummer"
ALL = {HEADSET, STUDIO, OTHER, COUNT}
QUESTIONS = {
    "q=": ALL,
    "q=esh7": {HEADSET},
    "q=ESH 746": {HEADSET},
    "q=esh-746": {HEADSET},
    "q=6D07EF": {STUDIO},
    "q=64:16:7f:da:28:8e": {OTHER},
    "q=7fda28": {OTHER},
    "q=savi": {HEADSET},
    "q=8g": {STUDIO, OTHER},
    "q=64": {OTHER},
    "q=es": {HEADSET},
    "q=QK": set(),
    "q=hodesett": {HEADSET},
    "q=ostby": {STUDIO, COUNT},
    "q=østby studio": {STUDIO, COUNT},
    "q=oslo studio": {OTHER},
    "q=floyen": {HEADSET},
    "q=x52": {STUDIO, OTHER, COUNT},
    "q=211014-01": {HEADSET},
    "q=21101401": {HEADSET},
    "q=2200-29242-001": {STUDIO, OTHER, COUNT},
    "q=2200 29242 001": {STUDIO, OTHER, COUNT},
    "q=2200-292": {STUDIO, OTHER, COUNT},
    "q=2200-29242-001 oslo": {OTHER},
    "q=oslo 2200-29242": {OTHER},
    "q=2200-29243-001": set(),
    "q=nothing": set(),
    "q='\"*:()": set(),
    "category=headset": {HEADSET},
    "category=video&category=headset": ALL,
    "category=voice": set(),
    "category=nonsense": ALL,
    "site=Østby": {STUDIO, COUNT},
    "q=studio&site=østby": {STUDIO, COUNT},
    "coverage=covered": {HEADSET},
    "coverage=not_covered": {STUDIO, OTHER, COUNT},
    "q=studio&coverage=covered": set(),
    "model=savi": {HEADSET},
    "status=retired": set(),
    "sort=serial": ALL,
    "sort=tag": ALL,
    "sort=changed": ALL,
    "sort=oldest": ALL,
    "after=garbage": ALL,
    "before=W10": ALL,
}


@pytest.mark.parametrize(("query", "expected"), QUESTIONS.items(), ids=QUESTIONS)
def test_a_question_is_answered_with_the_accounts_own_devices(
    query: str, expected: set[str], sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    assert found(sign_in(kari), query) == expected


def test_a_reference_finds_its_device(
    sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    assert found(sign_in(kari), f"q={devices['studio'].reference.lower()}") >= {STUDIO}


def test_the_search_field_opens_what_is_named_exactly(
    sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    client = sign_in(kari)

    for text in ("esh 746", devices["headset"].reference):
        answer = client.get("/search", query_string={"q": text})
        assert answer.location == f"/products/{devices['headset'].reference}"
    assert "/products?q=savi" in client.get("/search?q=savi").text


def test_pages_follow_each_other_and_lead_back(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    model = make_model(session)
    for number in range(60):
        make_product(
            session, account=account_of(kari), model=model, serial_number=f"SERIAL{number:02}"
        )
    client = sign_in(kari)

    seen, path = [], "/products?sort=serial"
    pages = []
    while path:
        text = client.get(path).text
        pages.append([n for n in range(60) if f"SERIAL{n:02}" in text])
        seen += pages[-1]
        path = _link(text, "next")
    assert seen == list(range(60))
    assert [len(each) for each in pages] == [25, 25, 10]
    back = client.get(_link(client.get(_last(client)).text, "prev")).text
    assert [n for n in range(60) if f"SERIAL{n:02}" in back] == pages[1]


def _last(client: FlaskClient) -> str:
    path = "/products?sort=serial"
    while following := _link(client.get(path).text, "next"):
        path = following
    return path


def _link(text: str, rel: str) -> str:
    for part in text.split("<a ")[1:]:
        tag = part.split(">")[0]
        if f'rel="{rel}"' in tag:
            return tag.split('href="')[1].split('"')[0].replace("&amp;", "&")
    return ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8GI8256D07EFEN", "8G18256D07EFEN"),
        ("BG1B256DO7EFEN", "8G18256D07EFEN"),
        ("8g l825-6d07", "8G18256D07"),
        ("64l67fda2B8e", "64167FDA288E"),
    ],
)
def test_signs_that_look_alike_are_tried_when_nothing_is_found(
    sign_in: SignIn, kari: User, devices: dict[str, Product], typed: str, meant: str
) -> None:
    client = sign_in(kari)
    shown = client.get("/products", query_string={"q": typed}).text
    assert f"Mente du {meant}?" in shown
    assert f'href="/products?q={meant}"' in shown


def test_what_is_anothers_is_not_meant(
    sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    for typed in ("ESH999", "ESH99O", "8G2I33DFBDB0EM", "BIBLIOTEK", "O0I1B8" * 6):
        assert "Mente du" not in sign_in(kari).get("/products", query_string={"q": typed}).text


def test_a_search_for_a_device_out_of_use_says_so_and_leads_to_it(
    session: Session, sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    client, product = sign_in(kari), devices["other"]
    client.post(f"/products/{product.reference}/retirement")
    shown = client.get(f"/products?q={OTHER[:9]}").text
    assert f"{OTHER} er registrert, men er tatt ut av bruk." in shown
    assert f'href="/products/{product.reference}"' in shown
    assert "tatt ut av bruk." not in client.get(f"/products?q={OTHER}&site=Østby").text


def test_one_sign_is_told_to_be_too_few(
    sign_in: SignIn, kari: User, devices: dict[str, Product]
) -> None:
    assert "Skriv minst to tegn" in sign_in(kari).get("/products?q=8").text
