from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.agreements.models import Agreement, AgreementCategory
from portal.agreements.targets import TARGETS
from portal.base import clock
from portal.base.access import Role
from portal.base.history import Event, What
from portal.catalogue.models import Category
from tests.conftest import SignInAs
from tests.factories import make_account, make_agreement, make_model, make_partner, make_user

HTMX = {"HX-Request": "true"}
TARGETS_SENT = {
    key: "15.00" if key == "cut_off" else str(target.default) for key, target in TARGETS.items()
}
FORM = {
    "number": "PPE-204417",
    "starts_on": "1.1.2026",
    "ends_on": "29.2.2028",
    "category_video": "100",
    "headroom": "5",
    "reason": "The customer asked",
    **TARGETS_SENT,
}


def test_staff_look_and_administrators_and_csms_keep(session: Session, sign_in: SignInAs) -> None:
    agreement = make_agreement(session, make_account(session))
    url = f"/desk/agreements/{agreement.number}"
    agent = sign_in(make_user(session, role=Role.AGENT))

    assert agent.get("/desk/agreements").status_code == 200
    assert f"{url}/terms" not in agent.get(url).text
    assert agent.get("/desk/agreements/new").status_code == 403
    assert agent.get(f"{url}/terms").status_code == 403
    assert agent.post(f"{url}/terms", data=FORM | {"version": 1}).status_code == 403
    for role in (Role.CSM, Role.STAFF_ADMINISTRATOR):
        client = sign_in(make_user(session, role=role))
        assert client.get("/desk/agreements/new").status_code == 200
        assert client.get(f"{url}/terms").status_code == 200


def test_customers_have_no_business_at_the_desk(session: Session, sign_in: SignInAs) -> None:
    client = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    for path in ("/desk/agreements", "/desk/choices/customers?customer=a"):
        assert client.get(path).status_code == 403


def test_the_list_is_searched_and_filtered_by_its_address(
    session: Session, sign_in: SignInAs
) -> None:
    today = clock.today()
    north, fjord = make_account(session, "Nordlys Kraft AS"), make_account(session, "Østfjord HF")
    long_ago = today - timedelta(days=800)
    old = make_agreement(session, fjord, starts_on=long_ago, ends_on=today - timedelta(days=1))
    now = make_agreement(session, fjord, starts_on=today, ends_on=today)
    coming = make_agreement(session, north, starts_on=today + timedelta(days=1))
    partner = make_partner(session)
    coming.partner_id = partner.id
    session.commit()
    client = sign_in(make_user(session, role=Role.AGENT))

    for query, found in {
        "": {old, now, coming},
        "?q=ostfjord": {old, now},
        f"?q={north.master_account_id}": {coming},
        f"?q={now.number.lower()}": {now},
        f"?q={partner.name}": {coming},
        "?standing=ended": {old},
        "?standing=in_force": {now},
        "?standing=coming&q=nordlys": {coming},
        "?standing=nonsense": {old, now, coming},
        "?q=nobody": set(),
    }.items():
        text = client.get(f"/desk/agreements{query}").text
        assert {it for it in (old, now, coming) if it.number in text} == found, query


def test_htmx_gets_the_list_and_the_news(session: Session, sign_in: SignInAs) -> None:
    make_agreement(session, make_account(session))
    client = sign_in(make_user(session, role=Role.AGENT))

    answer = client.get("/desk/agreements", headers=HTMX | {"HX-Target": "agreement-list"})

    assert answer.text.lstrip().startswith('<section id="agreement-list"')
    assert '<span class="ds-sr-only">1 agreement</span>' in answer.text


def test_long_lists_are_paged_by_customer(session: Session, sign_in: SignInAs) -> None:
    for number in range(30):
        make_agreement(session, make_account(session, f"Customer {number:02}"))
    client = sign_in(make_user(session, role=Role.AGENT))

    first = client.get("/desk/agreements").text
    following = first.split('href="?after=')[1].split('"')[0]
    second = client.get(f"/desk/agreements?after={following}").text

    assert ("Customer 24" in first, "Customer 25" in first) == (True, False)
    assert ("Customer 24" in second, "Customer 25" in second) == (False, True)


def test_gaps_and_overlaps_are_pointed_out(session: Session, sign_in: SignInAs) -> None:
    account = make_account(session)
    first = make_agreement(session, account, ends_on=date(2027, 2, 27))
    make_agreement(session, account, starts_on=date(2027, 3, 1))
    other = make_account(session, "Fjordhelse HF")
    make_agreement(session, other, ends_on=date(2027, 2, 28))
    make_agreement(session, other, starts_on=date(2027, 3, 1))
    client = sign_in(make_user(session, role=Role.CSM))

    listed = client.get("/desk/agreements").text
    assert listed.count("Gap between agreements") == 2
    assert "Agreements overlap" not in listed
    for path in (f"/desk/agreements/{first.number}", f"/desk/agreements/{first.number}/terms"):
        assert "Nothing is covered 28 February 2027, between agreement" in client.get(path).text


def test_lists_and_pages_cost_few_statements(
    session: Session, sign_in: SignInAs, statements: list[str]
) -> None:
    account = make_account(session)
    agreements = [make_agreement(session, account) for _ in range(20)]
    client = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    url = f"/desk/agreements/{agreements[0].number}"
    form = FORM | {"number": agreements[0].number, "partner": make_partner(session).name}
    assert client.post(f"{url}/terms", data=form | {"version": 1}).status_code == 303
    client.get(url)

    for path, most in {
        "/desk/agreements": 6,
        f"/desk/agreements?q={account.name}": 6,
        url: 8,
    }.items():
        statements.clear()
        assert client.get(path).status_code == 200
        assert len(statements) <= most, path


def test_adding_an_agreement_leads_to_its_page(session: Session, sign_in: SignInAs) -> None:
    account, partner = make_account(session, "Fjordhelse HF"), make_partner(session)
    telehealth = make_model(session, "Telehealth Station", category=Category.QUOTE_ONLY)
    user = make_user(session, role=Role.CSM)

    answer = sign_in(user).post(
        "/desk/agreements",
        data=FORM
        | {
            "token": "t",
            "customer": f"{account.name}, {account.master_account_id}",
            "partner": partner.name,
            "category_voice": "0",
            f"line_{telehealth.id}": "6",
            "retain_and_destroy": "y",
            "csm_hours": "16",
            "headroom": "7,5",
            "first_response_critical": "15",
        },
        follow_redirects=True,
    )

    assert answer.request.path == "/desk/agreements/PPE-204417"
    assert "Agreement PPE-204417 is kept." in answer.text
    agreement = session.scalars(select(Agreement)).one()
    assert (agreement.account_id, agreement.partner_id) == (account.id, partner.id)
    assert (agreement.starts_on, agreement.ends_on) == (date(2026, 1, 1), date(2028, 2, 29))
    assert {it.category: it.agreed_number for it in agreement.categories} == {
        Category.VIDEO: 100,
        Category.VOICE: 0,
    }
    assert [(it.model_id, it.number) for it in agreement.lines] == [(telehealth.id, 6)]
    assert (agreement.retain_and_destroy, agreement.technical_account_manager) == (True, False)
    assert (agreement.csm_hours, agreement.headroom) == (16, Decimal("7.5"))
    assert agreement.targets == {"first_response_critical": 15}
    for told in ("107.5", "Telehealth Station", "15 minutes", "12 hours", "15:00", "5 days"):
        assert told in answer.text
    event = session.scalars(select(Event)).one()
    assert (event.what, event.by_id, event.account_id) == (What.CREATED, user.id, account.id)


def test_sending_the_same_form_twice_adds_one_agreement(
    session: Session, sign_in: SignInAs
) -> None:
    client = sign_in(make_user(session, role=Role.CSM))
    form = FORM | {"token": "t", "customer": make_account(session).name}

    first, second = (client.post("/desk/agreements", data=form) for _ in range(2))

    assert first.location == second.location
    assert len(session.scalars(select(Agreement)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"number": ""}, "number", "Enter the number"),
        ({"number": "?"}, "number", "has letters, digits and dashes"),
        ({"number": "T 4"}, "number", "has at least 3 characters"),
        ({"number": "T" * 41}, "number", "at most 40 characters"),
        ({"number": "PPE-1-"}, "number", "begins and ends with a letter or a digit"),
        ({"ends_on": "29.02.2041"}, "ends_on", "The date 29.02.2041 does not exist."),
        ({"customer": "Nobody"}, "customer", "We cannot find this customer"),
        ({"customer": "1042-2107-4"}, "customer", "We cannot find this customer"),
        ({"partner": "Nobody AS"}, "partner", "We cannot find this partner"),
        ({"ends_on": "soon"}, "ends_on", "Write the date as"),
        ({"ends_on": "31.12.2025"}, "ends_on", "must not come before the first day"),
        ({"category_video": "many"}, "category_video", "Write a whole number"),
        ({"csm_hours": "12"}, "csm_hours", "blocks of eight"),
        ({"headroom": "five"}, "headroom", "at most two decimals"),
        ({"headroom": "101"}, "headroom", "from 0 to 100"),
        ({"cut_off": "25.00"}, "cut_off", "Write the time of day"),
        ({"true_up": "101"}, "true_up", "from 1 to 100"),
        ({"next_update_low": ""}, "next_update_low", "Fill in the target."),
    ],
)
def test_a_refusal_is_shown_at_its_field_and_nothing_typed_is_lost(
    wrong: dict[str, str], field: str, message: str, session: Session, sign_in: SignInAs
) -> None:
    account = make_account(session)
    client = sign_in(make_user(session, role=Role.CSM))
    form = {**FORM, "token": "t", "customer": account.name, "csm_hours": "8", **wrong}

    answer = client.post("/desk/agreements", data=form)

    assert answer.status_code == 422
    assert f'href="#{field}">' in answer.text
    assert message in answer.text
    for typed in {value for value in form.values() if value}:
        assert f'value="{typed}"' in answer.text
    assert session.scalars(select(Agreement)).all() == []


def test_an_agreement_covers_something(session: Session, sign_in: SignInAs) -> None:
    client = sign_in(make_user(session, role=Role.CSM))
    form = FORM | {"token": "t", "customer": make_account(session).name, "category_video": ""}

    answer = client.post("/desk/agreements", data=form)

    assert answer.status_code == 422
    assert "State the agreed number of at least one category" in answer.text


def test_two_customers_of_one_name_are_told_apart_by_their_master_account_id(
    session: Session, sign_in: SignInAs
) -> None:
    _one, other = make_account(session, "Bygg AS"), make_account(session, "Bygg AS")
    client = sign_in(make_user(session, role=Role.CSM))

    by_name = client.post("/desk/agreements", data=FORM | {"token": "t", "customer": "bygg as"})
    by_id = client.post(
        "/desk/agreements", data=FORM | {"token": "u", "customer": other.master_account_id}
    )

    assert by_name.status_code == 422
    assert "Several customers have this name." in by_name.text
    assert by_id.status_code == 303
    assert session.scalars(select(Agreement.account_id)).all() == [other.id]


def test_a_change_is_saved_and_told_with_who_and_what(session: Session, sign_in: SignInAs) -> None:
    agreement = make_agreement(session, make_account(session))
    user = make_user(session, role=Role.CSM, name="Camilla Sund")
    number = agreement.number
    url = f"/desk/agreements/{number}"

    answer = sign_in(user).post(
        f"{url}/terms",
        data=FORM | {"version": agreement.version, "partner": make_partner(session).name},
        follow_redirects=True,
    )

    assert answer.request.path == "/desk/agreements/PPE-204417"
    assert "Your changes are saved." in answer.text
    for told in (
        "Camilla Sund",
        f"Agreement number: from {number} to PPE-204417",
        "Last day: from 31 Dec 2028 to 29 Feb 2028",
        "Partner: from – to Vestnett",
    ):
        assert told in answer.text
    session.expire_all()
    assert [it.category for it in agreement.categories] == [Category.VIDEO]


def test_an_overlap_is_told_after_saving_and_not_refused(
    session: Session, sign_in: SignInAs
) -> None:
    account = make_account(session)
    make_agreement(session, account, ends_on=date(2026, 12, 31))
    client = sign_in(make_user(session, role=Role.CSM))

    answer = client.post(
        "/desk/agreements",
        data=FORM | {"token": "t", "customer": account.name, "starts_on": "31.12.2026"},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "are both in force 31 December 2026." in answer.text


def test_a_stale_save_shows_both_texts_and_can_then_be_saved(
    session: Session, sign_in: SignInAs
) -> None:
    agreement = make_agreement(session, make_account(session))
    client = sign_in(make_user(session, role=Role.CSM))
    url = f"/desk/agreements/{agreement.number}/terms"
    form = FORM | {"number": agreement.number}
    client.post(url, data=form | {"version": 1, "category_voice": "40", "csm_hours": "8"})

    stale = client.post(
        url, data=form | {"version": 1, "ends_on": "31.12.2030", "retain_and_destroy": "y"}
    )

    assert stale.status_code == 422
    assert "Someone else changed this agreement" in stale.text
    assert 'value="31.12.2030"' in stale.text
    for saved in ("29 Feb 2028", "40", "8", "No"):
        assert f"<b>{saved}</b>" in stale.text
    assert stale.text.count("Saved meanwhile") == 4
    assert 'name="version" type="hidden" value="2"' in stale.text

    assert client.post(url, data=form | {"version": 2}).status_code == 303


def test_saving_without_a_change_says_so(session: Session, sign_in: SignInAs) -> None:
    agreement = make_agreement(session, make_account(session))
    client = sign_in(make_user(session, role=Role.CSM))
    url, form = f"/desk/agreements/{agreement.number}/terms", FORM | {"number": agreement.number}
    client.post(url, data=form | {"version": 1})

    assert (
        "Nothing was changed."
        in client.post(url, data=form | {"version": 2}, follow_redirects=True).text
    )


def test_the_form_opens_with_what_is_agreed(session: Session, sign_in: SignInAs) -> None:
    telehealth = make_model(session, "Telehealth Station", category=Category.QUOTE_ONLY)
    agreement = make_agreement(session, make_account(session), categories=(Category.VOICE,))
    client = sign_in(make_user(session, role=Role.CSM))

    text = client.get(f"/desk/agreements/{agreement.number}/terms").text

    assert 'name="category_voice" type="text" value="100"' in text
    assert 'name="category_video" type="text" value=""' in text
    assert f'name="line_{telehealth.id}"' in text
    assert 'value="15.00"' in text


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("customers?customer=ostf", {"Østfjord HF"}),
        ("customers?customer={0}", {"Østfjord HF"}),
        ("customers?customer=nobody", set()),
        ("partners?partner=vest", {"Vestnett"}),
        ("partners?partner=nobody", set()),
    ],
)
def test_searched_fields_offer_what_is_meant(
    path: str, found: set[str], session: Session, sign_in: SignInAs
) -> None:
    account, _other = make_account(session, "Østfjord HF"), make_account(session, "Nordlys AS")
    make_partner(session)
    client = sign_in(make_user(session, role=Role.CSM))
    target = path.partition("?")[0].removesuffix("s")

    text = client.get(
        f"/desk/choices/{path.format(account.master_account_id)}",
        headers=HTMX | {"HX-Target": f"{target}-options"},
    ).text

    assert {it for it in ("Østfjord HF", "Nordlys AS", "Vestnett") if it in text} == found
    assert ("No matches" in text) == (not found)
    assert "<html" not in text


def test_agreements_that_are_not_there_are_not_found(session: Session, sign_in: SignInAs) -> None:
    client = sign_in(make_user(session, role=Role.CSM))

    assert client.get("/desk/agreements/PPE-0").status_code == 404
    assert client.post("/desk/agreements/PPE-0/terms", data=FORM).status_code == 404


def test_each_agreement_is_written_for_its_own_account(session: Session, sign_in: SignInAs) -> None:
    ours, theirs = (make_agreement(session, make_account(session)) for _ in range(2))
    client = sign_in(make_user(session, role=Role.CSM))

    for agreement in (ours, theirs):
        url = f"/desk/agreements/{agreement.number}/terms"
        form = FORM | {"number": agreement.number, "version": 1}
        assert client.post(url, data=form).status_code == 303

    rows = session.execute(select(AgreementCategory.account_id, AgreementCategory.agreement_id))
    assert set(rows) == {(ours.account_id, ours.id), (theirs.account_id, theirs.id)}
    assert set(session.scalars(select(Account.id))) == {ours.account_id, theirs.account_id}


def test_targets_that_are_none_are_refused_and_changed_ones_are_named_in_history(
    session: Session, sign_in: SignInAs
) -> None:
    agreement = make_agreement(session, make_account(session))
    client, url = sign_in(make_user(session, role=Role.CSM)), f"/desk/agreements/{agreement.number}"
    form = FORM | {"number": agreement.number, "version": 1}

    refused = client.post(f"{url}/terms", data=form | {"first_response_high": "0"})
    assert refused.status_code == 422
    assert "Enter a whole number from 1 to 10,080." in refused.text
    changed = {"first_response_high": "15", "true_up": "7"}
    client.post(f"{url}/terms", data=form | changed)

    told = client.get(url).text
    assert "High: first response: from 1 hour to 15 minutes" in told
    assert "True-up when a category has grown by: from 5% to 7%" in told
