from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal import demo
from portal.agreements.models import Agreement
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import Reason, coverage
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of

TODAY = date(2026, 11, 22)


def reason(session: Session, model_name: str, agreement: Agreement) -> Reason:
    model = catalogue_of(session).named(model_name)
    assert model is not None
    return coverage(model, agreement_terms(session, agreement.account_id), TODAY).reason


def test_the_demo_shows_what_is_covered_and_what_is_not(
    session: Session, sessions: sessionmaker[ScopedSession]
) -> None:
    demo.load(sessions, "a password")
    demo.load(sessions, "another password")

    careful, plain = session.scalars(select(Agreement).order_by(Agreement.starts_on))
    assert (plain.partner or careful.partner) is not None
    assert careful.retain_and_destroy
    assert careful.technical_account_manager
    assert reason(session, "Studio X30", plain) is Reason.COVERED
    assert reason(session, "Group 310", plain) is Reason.SERVICE_ENDED
    assert reason(session, "Trio 8500", plain) is Reason.SERVICE_ENDED
    assert reason(session, "Telehealth Station", plain) is Reason.QUOTE_ONLY
    assert reason(session, "Telehealth Station", careful) is Reason.COVERED
    assert reason(session, "Voyager 4320 UC", careful) is Reason.CATEGORY
