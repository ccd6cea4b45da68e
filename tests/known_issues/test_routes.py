"""What customers read of known issues: published ones, in their language, of what they have."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.access import Role
from portal.base.references import reference
from portal.catalogue.models import Category
from portal.known_issues.rules import State
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_issue,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)

ALL = "/known-issues?models=all"
HTMX = {"HX-Request": "true", "HX-Target": "issue-list"}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def ola(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account))


def test_customers_read_of_the_models_they_have_first(
    session: Session, ola: FlaskClient, account: Account
) -> None:
    ours, other = make_model(session), make_model(session, category=Category.VOICE)
    make_issue(session, "Ours alone", models=[ours])
    make_issue(session, "Of another", models=[other])
    make_issue(session, "Of the category", category=Category.VIDEO)
    assert "Of another" in ola.get("/known-issues").text  # while they have nothing
    make_product(session, account=account, model=ours)
    text = ola.get("/known-issues").text
    assert "2 known issues" in text
    assert "Ours alone" in text
    assert "Of the category" in text
    assert "Of another" not in text
    assert "Of another" in ola.get(ALL).text
    assert "Of another" in ola.get(f"/known-issues?model={other.name}").text


def test_what_is_at_a_site_one_does_not_see_is_not_ours(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    bergen, oslo = make_site(session, account, "Bergen"), make_site(session, account, "Oslo")
    model, other = make_model(session), make_model(session)
    make_product(session, account=account, model=model, site=bergen)
    make_product(session, account=account, model=other, site=oslo)
    make_issue(session, "Of what is in Bergen", models=[model])
    make_issue(session, "Of what is in Oslo", models=[other])
    member = sign_in(make_user(session, account=account, sites=[oslo]))
    text = member.get("/known-issues?models=ours").text
    assert "Of what is in Oslo" in text
    assert "Of what is in Bergen" not in text


def test_drafts_and_remarks_are_for_staff(session: Session, ola: FlaskClient) -> None:
    draft = make_issue(session, "A secret draft", published=False)
    shown = make_issue(session, "Published", remarks="wombat among staff")
    for path in (ALL, f"{ALL}&q=secret", f"{ALL}&q=wombat", f"{ALL}&stage=draft"):
        text = ola.get(path).text
        assert "A secret draft" not in text
        assert "wombat among" not in text
    assert ola.get(f"/known-issues/{draft.reference}").status_code == 404
    assert "wombat" not in ola.get(f"/known-issues/{shown.reference}").text
    assert "1 known issue<" in ola.get(ALL).text


@pytest.mark.parametrize("ref", ["KI-1", "x", "P-1000015", "KI-99999999999999999", "0"])
def test_what_is_no_issue_is_not_there(ola: FlaskClient, ref: str) -> None:
    assert ola.get(f"/known-issues/{ref}").status_code == 404


def test_a_missing_language_is_shown_in_the_other_and_says_so(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    english = make_issue(session, "In English alone")
    norwegian = make_issue(
        session, "", title_nb="På norsk", description_en="", description_nb="Bare på norsk"
    )
    readers = {
        language: sign_in(make_user(session, account=account, language=language))
        for language in ("nb", "nn", "en")
    }
    for language, missing, lang, tag in (
        ("nb", english, "en", "På engelsk"),
        ("nn", english, "en", "På engelsk"),
        ("en", norwegian, "nb", "In Norwegian"),
    ):
        text = readers[language].get(f"/known-issues/{missing.reference}").text
        assert f'<h1><span lang="{lang}">' in text
        assert f'<p class="lines" lang="{lang}">' in text
        assert tag in text
    own = readers["nb"].get(f"/known-issues/{norwegian.reference}").text
    assert "<h1>På norsk</h1>" in own
    assert 'lang="nb"' in readers["nn"].get(f"/known-issues/{norwegian.reference}").text


def test_the_list_is_searched_and_filtered_by_its_address(
    session: Session, ola: FlaskClient
) -> None:
    x50 = make_model(session, "Studio X50")
    ccx = make_model(session, "CCX 500", category=Category.VOICE, kind="desk phone")
    make_issue(session, "Audio drops out", models=[x50], state=State.FIXED, fixed_in="4.4")
    make_issue(session, "Ring tone", models=[ccx])
    make_issue(session, "All voice", category=Category.VOICE, state=State.UNFIXED)
    for query, expected in {
        "q=audio": {"Audio drops out"},
        "q=x50": {"Audio drops out"},
        "q=nothing": set(),
        "model=ccx": {"Ring tone", "All voice"},
        "category=voice": {"Ring tone", "All voice"},
        "category=video": {"Audio drops out"},
        "state=fixed": {"Audio drops out"},
        "state=unfixed&category=voice": {"All voice"},
        "state=nonsense&category[]=x": {"Audio drops out", "Ring tone", "All voice"},
    }.items():
        text = ola.get(f"{ALL}&{query}").text
        shown = {it for it in ("Audio drops out", "Ring tone", "All voice") if it in text}
        assert (query, shown) == (query, expected)


def test_a_search_that_finds_nothing_of_ours_leads_to_all(
    session: Session, ola: FlaskClient, account: Account
) -> None:
    ours, other = make_model(session), make_model(session)
    make_product(session, account=account, model=ours)
    make_issue(session, "Ours alone", models=[ours])
    make_issue(session, "Flickering", models=[other])
    text = ola.get("/known-issues?q=flickering").text
    assert "Look among those of all models" in text
    assert 'href="?q=flickering&amp;models=all"' in text


def test_long_lists_are_paged_by_their_last_row(session: Session, ola: FlaskClient) -> None:
    made = [make_issue(session, f"Issue {number}") for number in range(60)]

    def page(**place: int) -> str:
        told = "".join(f"&{name}={reference('KI', it)}" for name, it in place.items())
        return ola.get(ALL + told).text

    first = page()
    assert "60 known issues" in first
    assert "Issue 59<" in first
    assert "Issue 34<" not in first
    after = made[35].id
    assert f"after={made[35].reference}" in first
    second = page(after=after)
    assert "Issue 34<" in second
    assert "Issue 35<" not in second
    assert "Issue 34<" not in page(before=made[34].id)
    assert "Issue 35<" in page(before=made[34].id)
    session.delete(made[35])  # the row that the cursor names is gone
    session.commit()
    assert "Issue 34<" in page(after=after)
    assert 'rel="next"' not in page(after=made[20].id)


def test_htmx_gets_the_list_and_the_news(session: Session, ola: FlaskClient) -> None:
    make_issue(session)
    text = ola.get(ALL, headers=HTMX).text
    assert text.lstrip().startswith('<section id="issue-list"')
    assert "1 known issue</span>" in text


def test_pages_cost_as_little_with_many_as_with_few(
    session: Session, ola: FlaskClient, account: Account, engine: Engine
) -> None:
    model = make_model(session)
    make_product(session, account=account, model=model)
    taken = []
    for _ in range(2):
        for _ in range(20):
            issue = make_issue(session, models=[model])
        ola.get("/known-issues")
        with counted(engine) as sent:
            ola.get("/known-issues")
        with counted(engine) as of_one:
            ola.get(f"/known-issues/{issue.reference}")
        taken.append((len(sent), len(of_one)))
    assert taken[0] == taken[1]
    assert taken[0][0] <= 3
    assert taken[0][1] <= 2


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.ADMINISTRATOR])
def test_everyone_who_sees_products_reads_them(
    session: Session, sign_in: SignInAs, account: Account, role: Role
) -> None:
    browser = sign_in(make_user(session, account=account, role=role))
    assert browser.get("/known-issues").status_code == 200
    assert 'href="/known-issues"' in browser.get("/products").text


def test_a_partner_without_a_customer_is_led_to_choose(session: Session, sign_in: SignInAs) -> None:
    siri = sign_in(make_user(session, partner=make_partner(session)))
    assert siri.get("/known-issues").location == "/partner"
