from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agreements.actions import add_agreement, change_agreement
from portal.agreements.facts import AgreementFacts, facts_of
from portal.agreements.models import Agreement
from portal.base.history import What, events_of
from portal.base.tenancy import OutOfScope, ScopedSession
from portal.base.words import Overtaken, Refused
from portal.catalogue.models import Category
from tests.factories import make_account, make_model, make_partner

SessionOf = Callable[[int], ScopedSession]
FACTS = AgreementFacts(
    number="PPE-204417",
    starts_on=date(2026, 1, 1),
    ends_on=date(2028, 2, 29),
    categories={Category.VIDEO: 100, Category.VOICE: 0},
)


def test_an_agreement_is_kept_with_everything_it_says(
    session: Session, session_of: SessionOf
) -> None:
    account, partner = make_account(session), make_partner(session)
    telehealth = make_model(session, category=Category.QUOTE_ONLY)
    facts = replace(
        FACTS,
        number=" ppe-204417 ",
        partner_id=partner.id,
        lines={telehealth.id: 6},
        retain_and_destroy=True,
        technical_account_manager=True,
        csm_hours=16,
        headroom=Decimal("7.5"),
        targets={"first_response_critical": 15, "true_up": 5},
    )
    ours = session_of(account.id)

    add_agreement(ours, account_id=account.id, facts=facts, by=None)
    ours.commit()

    kept = session.scalars(select(Agreement)).one()
    assert facts_of(kept) == replace(
        facts, number="PPE-204417", targets={"first_response_critical": 15}
    )
    assert [event.what for event in session.scalars(events_of(kept))] == [What.CREATED]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "?"}, "number"),
        ({"number": ""}, "number"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
        ({"categories": {}}, None),
        ({"categories": {Category.QUOTE_ONLY: 1}}, None),
        ({"categories": {Category.VIDEO: -1}}, "category_video"),
        ({"lines": {7: 10_000_001}}, "line_7"),
        ({"csm_hours": 12}, "csm_hours"),
        ({"csm_hours": -8}, "csm_hours"),
        ({"headroom": Decimal(101)}, "headroom"),
        ({"targets": {"true_up": 101}}, "true_up"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    wrong: dict[str, object], field: str | None, session: Session, session_of: SessionOf
) -> None:
    account = make_account(session)

    with pytest.raises(Refused) as refusal:
        add_agreement(
            session_of(account.id),
            account_id=account.id,
            facts=replace(FACTS, **wrong),  # type: ignore[arg-type]
            by=None,
        )

    assert refusal.value.field == field


def test_one_day_is_long_enough(session: Session) -> None:
    facts = replace(FACTS, ends_on=FACTS.starts_on)

    agreement = add_agreement(session, account_id=make_account(session).id, facts=facts, by=None)

    assert agreement.starts_on == agreement.ends_on


def test_a_number_is_one_agreements_also_across_accounts(
    session: Session, session_of: SessionOf
) -> None:
    add_agreement(session, account_id=make_account(session).id, facts=FACTS, by=None)
    session.commit()
    account = make_account(session)

    with pytest.raises(Refused, match="Another agreement has this number") as refusal:
        add_agreement(session_of(account.id), account_id=account.id, facts=FACTS, by=None)

    assert refusal.value.field == "number"


def test_a_change_is_kept_and_told(session: Session) -> None:
    agreement = add_agreement(session, account_id=make_account(session).id, facts=FACTS, by=None)
    session.commit()
    facts = replace(
        FACTS, ends_on=date(2028, 12, 31), categories={Category.VIDEO: 110, Category.HEADSET: 5}
    )

    assert change_agreement(session, agreement, facts, version=agreement.version, by=None)
    session.commit()

    assert facts_of(agreement) == facts
    event = session.scalars(events_of(agreement)).first()
    assert event is not None
    assert event.details == {
        "ends_on": ["2028-02-29", "2028-12-31"],
        "categories": [{"video": 100, "voice": 0}, {"headset": 5, "video": 110}],
    }


def test_saving_what_is_already_so_leaves_no_trace(session: Session) -> None:
    agreement = add_agreement(session, account_id=make_account(session).id, facts=FACTS, by=None)
    session.commit()
    before = agreement.version

    assert not change_agreement(session, agreement, FACTS, version=before, by=None)
    assert (agreement.version, len(session.scalars(events_of(agreement)).all())) == (before, 1)


@pytest.mark.parametrize("categories", [{Category.VIDEO: 1}, FACTS.categories])
def test_a_stale_change_is_refused_whatever_it_is_about(
    categories: dict[Category, int], session: Session
) -> None:
    agreement = add_agreement(session, account_id=make_account(session).id, facts=FACTS, by=None)
    session.commit()
    opened_at = agreement.version
    mine = replace(FACTS, categories={Category.VIDEO: 2})
    change_agreement(session, agreement, mine, version=opened_at, by=None)
    session.commit()
    theirs = replace(FACTS, categories=categories)

    with pytest.raises(Overtaken) as refusal:
        change_agreement(session, agreement, theirs, version=opened_at, by=None)

    assert refusal.value.version == agreement.version == opened_at + 1
    assert facts_of(agreement) == mine


def test_agreements_of_other_accounts_are_not_written(
    session: Session, session_of: SessionOf
) -> None:
    ours, theirs = make_account(session), make_account(session)

    with pytest.raises(OutOfScope):
        add_agreement(session_of(ours.id), account_id=theirs.id, facts=FACTS, by=None)
