"""Whatever is typed is answered, in few statements and few bytes."""

import gzip

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import ProductModel
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_grant, make_partner, make_user
from tests.search.things import Things, make_things

TYPING = {"HX-Request": "true", "HX-Target": "finder-list"}
MOST_STATEMENTS = 6
LIGHT = 8_000  # bytes of an answer while somebody types, as it is sent
HOSTILE = (
    *("%", "_", "*", '"', "'", "\\", "a", "å", "-", "…", "!!!", "::", "NEAR(a b)", "a AND b"),
    *("lyd OR 1=1", "w:lyd", "k1", "a1k1", "lyd*", '"lyd', "(", "^lyd", "{words}: lyd", "lyd:*"),
    *("<script>alert(1)</script>", "{{ 7*7 }}", "%00", "\0", "a\0b", "\u202e", "\N{GRINNING FACE}"),
    *("x" * 10_000, "lyd " * 2_500, "9" * 500, "SR-" + "9" * 300, "P-99999999999999999990"),
    *("L-2147483648", "\N{CIRCLED LATIN SMALL LETTER A}", "ﬁ", "İ", "ß", "-- ;", "&all=1"),
)


@pytest.fixture
def browsers(
    ours: Things, theirs: Things, session: Session, sign_in: SignInAs
) -> dict[str, FlaskClient]:
    partner = make_partner(session)
    make_grant(session, partner, ours.account)
    make_grant(session, partner, theirs.account)
    siri = make_user(session, role=Role.PARTNER, partner=partner)
    admin = make_user(session, account=ours.account, role=Role.ADMINISTRATOR)
    near = make_user(session, account=ours.account, sites=[ours.site])
    return {
        "administrator": sign_in(admin),
        "of a site": sign_in(near),
        "acting": sign_in(siri, acting_for=ours.account),
        "partner": sign_in(siri),
        "agent": sign_in(make_user(session, role=Role.AGENT)),
        "staff administrator": sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR)),
    }


def start(who: str) -> str:
    return {
        "partner": "/partner/search",
        "agent": "/desk/search",
        "staff administrator": "/desk/search",
    }.get(who, "/search")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda it: ascii(it)[:30])
def test_whatever_is_typed_is_answered(browsers: dict[str, FlaskClient], text: str) -> None:
    for who in ("administrator", "partner", "staff administrator"):
        for headers in ({}, TYPING):
            answer = browsers[who].get(start(who), query_string={"q": text}, headers=headers)
            assert answer.status_code == 200, who
            assert "<script>alert" not in answer.text


@pytest.fixture
def many(ours: Things, session: ScopedSession, model: ProductModel) -> None:
    """More of each kind than is shown."""
    for each in range(7):
        serial, key = f"8G2241A3F9{each}QX7", f"AB0C-DE0F-12GH-{each:04}"
        make_things(session, ours.account, model, f"Kvokka {each}", serial=serial, key=key)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "who", ["administrator", "of a site", "acting", "partner", "agent", "staff administrator"]
)
def test_a_search_takes_few_statements_and_an_answer_while_typing_few_bytes(
    browsers: dict[str, FlaskClient], ours: Things, engine: Engine, who: str
) -> None:
    browser = browsers[who]
    browser.get(f"{start(who)}?q=x")  # which reads what is held, once
    number = ours.paths["replacement"].rpartition("/")[2]
    texts = (
        "kvokka",
        "kvok",
        "lyd",
        "studio",
        "8G2241",
        "A3F12QX7",
        ours.key,
        number,
        "finnesikke",
    )
    for text in (*texts, "ola hansen", "1", ""):
        for headers in ({}, TYPING):
            with counted(engine) as sent:
                answer = browser.get(start(who), query_string={"q": text}, headers=headers)
            assert answer.status_code in {200, 303}
            assert len(sent) <= MOST_STATEMENTS, [it[:120] for it in sent]
            if headers:
                assert len(gzip.compress(answer.data)) <= LIGHT
                assert len(answer.data) <= 2 * LIGHT


def test_an_answer_while_typing_is_the_groups_alone_and_opens_nothing(
    browsers: dict[str, FlaskClient], ours: Things
) -> None:
    serial = ours.device.serial_number
    answer = browsers["administrator"].get("/search", query_string={"q": serial}, headers=TYPING)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    first = answer.text.index('role="option"')
    assert answer.text.index(ours.paths["device"]) - first < 120
    assert "HX-Request" in answer.headers["Vary"]
