from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from portal.agreements.models import AgreementLine
from portal.agreements.queries import agreement_terms, agreements_of_account
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import Category
from tests.factories import make_account, make_agreement, make_model

SessionOf = Callable[[int], ScopedSession]


def test_terms_hold_what_the_rule_needs(session: Session, session_of: SessionOf) -> None:
    account, quoted = make_account(session), make_model(session, category=Category.QUOTE_ONLY)
    agreement = make_agreement(
        session, account, categories=(Category.VIDEO, Category.VOICE), ends_on=date(2027, 6, 30)
    )
    agreement.lines = [AgreementLine(account_id=account.id, model_id=quoted.id)]
    session.commit()
    bare = make_agreement(session, account, categories=(), starts_on=date(2027, 7, 1))

    first, second = agreement_terms(session_of(account.id))

    assert (first.number, first.account_id) == (agreement.number, account.id)
    assert (first.starts_on, first.ends_on) == (date(2026, 1, 1), date(2027, 6, 30))
    assert first.categories == {Category.VIDEO, Category.VOICE}
    assert first.models == {quoted.id}
    assert second.number == bare.number
    assert not second.categories | second.models


def test_other_accounts_agreements_count_for_nothing(
    session: Session, session_of: SessionOf
) -> None:
    theirs = make_agreement(session, make_account(session))
    ours = make_agreement(session, make_account(session))

    opened = session_of(ours.account_id)

    assert [terms.number for terms in agreement_terms(opened)] == [ours.number]
    assert opened.scalars(agreements_of_account(theirs.account_id)).all() == []


def test_staff_ask_for_one_account(session: Session) -> None:
    ours, _theirs = (make_agreement(session, make_account(session)) for _ in range(2))

    assert [it.number for it in agreement_terms(session, ours.account_id)] == [ours.number]
    assert len(agreement_terms(session)) == 2


def test_the_agreement_that_ends_last_comes_first(session: Session) -> None:
    account = make_account(session)
    early = make_agreement(session, account, ends_on=date(2026, 6, 30))
    late = make_agreement(session, account, starts_on=date(2026, 7, 1))

    assert session.scalars(agreements_of_account(account.id)).all() == [late, early]
