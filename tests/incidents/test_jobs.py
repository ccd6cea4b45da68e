"""Mail comes to those who asked for it and whom the incident concerns: once for an update."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.bilingual import Bilingual
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.catalogue.models import Category
from portal.incidents.actions import begin_incident, write_update
from portal.incidents.facts import IncidentFacts, Told
from portal.incidents.models import Incident
from portal.incidents.rules import Audience, Service, State
from portal.notices.models import DigestLine, NoticeChoice
from portal.notices.notice import How, Notice
from tests.factories import (
    MOMENT,
    make_account,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_site,
    make_user,
)

RunJobs = Callable[..., int]


def listen(session: Session, user: User, how: How = How.AT_ONCE) -> User:
    session.add(NoticeChoice(user_id=user.id, notice=Notice.INCIDENT, how=how))
    session.commit()
    return user


def begin(session: Session, **facts: object) -> Incident:
    stated = {"services": (Service.VIDEO,), "title_nb": "Kameraene sover", "started_at": MOMENT}
    told = Told(state=State.INVESTIGATING, text=Bilingual("Vi undersøker.", "We look into it."))
    made = IncidentFacts(**stated | facts)  # type: ignore[arg-type]
    incident = begin_incident(session, made, told, by=None, now=clock.now())
    session.commit()
    return incident


def addresses(session: Session, run_jobs: RunJobs) -> list[str]:
    run_jobs()
    session.expire_all()
    return sorted(session.scalars(select(Mail.address)))


@pytest.fixture
def account(session: Session) -> Account:
    account = make_account(session, "Nordlys Kraft AS")
    make_product(session, account=account, model=make_model(session, category=Category.VIDEO))
    return account


def test_only_those_who_asked_for_it_and_are_concerned_get_mail(
    session: Session, account: Account, run_jobs: RunJobs
) -> None:
    kari = listen(session, make_user(session, account=account, language="nb"))
    listen(session, make_user(session, account=account), How.NEVER)
    make_user(session, account=account)  # chose nothing
    listen(session, make_user(session))  # of another customer, without such devices
    partner = make_partner(session)
    make_grant(session, partner, account)
    siri = listen(session, make_user(session, partner=partner, language="en"))
    listen(session, make_user(session, partner=make_partner(session)))
    gone = listen(session, make_user(session, account=account))
    gone.memberships[0].deactivated_at = MOMENT
    left = listen(session, make_user(session, account=account))
    left.deactivated_at = MOMENT
    session.commit()

    incident = begin(session, title_en="Cameras sleep")

    assert addresses(session, run_jobs) == sorted([kari.email, siri.email])
    mails = {it.address: it for it in session.scalars(select(Mail))}
    assert mails[kari.email].subject == "Undersøkes: Kameraene sover"
    assert mails[siri.email].subject == "Investigating: Cameras sleep"
    assert "Vi undersøker." in mails[kari.email].text
    assert f"http://localhost/status/{incident.reference}" in mails[kari.email].text
    assert "/profile/notices" in mails[kari.email].text


def test_each_update_is_told_once_and_to_nobody_twice(
    session: Session, account: Account, run_jobs: RunJobs
) -> None:
    other = make_account(session)
    make_product(session, account=other, model=make_model(session))
    partner = make_partner(session)
    for each in (account, other):
        make_grant(session, partner, each)
    siri = listen(session, make_user(session, partner=partner))
    incident = begin(session)
    assert addresses(session, run_jobs) == [siri.email]  # one mail, not one a customer
    told = Told(state=State.SOLVED, text=Bilingual("Løst."))
    write_update(session, incident, told, version=1, by=None, now=clock.now())
    session.commit()
    assert addresses(session, run_jobs) == [siri.email] * 2
    assert run_jobs() == 0
    assert session.scalars(select(Job).where(Job.parked_at.is_not(None))).all() == []


def test_it_is_told_to_chosen_customers_alone(
    session: Session, account: Account, run_jobs: RunJobs
) -> None:
    listen(session, make_user(session, account=account))
    chosen = make_account(session)
    ingrid = listen(session, make_user(session, account=chosen))
    begin(session, audience=Audience.CHOSEN, accounts=(chosen.id,))
    assert addresses(session, run_jobs) == [ingrid.email]


def test_whoever_does_not_see_what_is_hit_is_not_told(session: Session, run_jobs: RunJobs) -> None:
    account = make_account(session)
    bergen, oslo = make_site(session, account, "Bergen"), make_site(session, account, "Oslo")
    make_product(session, account=account, model=make_model(session), site=bergen)
    sees = listen(session, make_user(session, account=account, sites=[bergen]))
    listen(session, make_user(session, account=account, sites=[oslo]))
    begin(session)
    assert addresses(session, run_jobs) == [sees.email]


def test_of_a_closed_account_nobody_is_told(
    session: Session, account: Account, run_jobs: RunJobs
) -> None:
    listen(session, make_user(session, account=account, role=Role.ADMINISTRATOR))
    account.closed_at = MOMENT
    session.commit()
    begin(session, services=(Service.PORTAL,))
    assert addresses(session, run_jobs) == []


def test_a_day_can_be_told_together(
    session: Session,
    account: Account,
    run_jobs: RunJobs,
    travel: Callable[[timedelta], None],
) -> None:
    kari = listen(session, make_user(session, account=account), How.DAILY)
    begin(session)
    assert addresses(session, run_jobs) == []
    line = session.scalars(select(DigestLine)).one()
    assert (line.user_id, line.account_id) == (kari.id, account.id)
    travel(timedelta(days=1))
    later(session, "notices.digest")
    session.commit()
    run_jobs(clock.now())
    (mail,) = session.scalars(select(Mail))
    assert "Kameraene sover" in mail.text
