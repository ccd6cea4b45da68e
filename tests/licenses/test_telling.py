"""Reminders before a license ends: to those who care, each once, in their language."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.licenses.models import License
from portal.licenses.part_models import LicenseReminder
from portal.licenses.rules import Renewal, Standing, reminder_due
from portal.notices.models import NoticeChoice
from portal.notices.notice import How, Notice
from tests.conftest import SignInAs
from tests.factories import (
    make_grant,
    make_license,
    make_partner,
    make_product,
    make_seat,
    make_site,
    make_user,
)

RunJobs = Callable[..., int]
Remind = Callable[[date], list[tuple[str, str]]]
END = date(2027, 6, 30)


@pytest.fixture
def remind(session: Session, run_jobs: RunJobs) -> Remind:
    """Let a day come: who is told what on it."""

    def on(day: date) -> list[tuple[str, str]]:
        known = set(session.scalars(select(Mail.id)))
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=clock.OSLO)
        with time_machine.travel(moment, tick=False):
            for _ in range(2):  # whoever runs it again tells nothing again
                later(session, "licenses.remind")
                session.commit()
                run_jobs(clock.now())
        session.expire_all()
        mails = session.scalars(select(Mail).order_by(Mail.id)).all()
        return [(it.address, it.subject) for it in mails if it.id not in known]

    return on


@pytest.fixture
def lens(session: Session, account: Account) -> License:
    return make_license(session, account, ends_on=END)


@pytest.mark.parametrize(
    ("left", "told", "due"),
    [
        *((91, (), None), (90, (), 90), (31, (), 90), (30, (), 30), (8, (), 30), (7, (), 7)),
        *((0, (), 7), (-1, (), None), (90, (90,), None), (40, (90,), None), (30, (90,), 30)),
        *((5, (90, 30), 7), (5, (7,), None), (20, (7,), None), (5, (30,), 7)),
    ],
)
def test_which_reminder_is_due(left: int, told: tuple[int, ...], due: int | None) -> None:
    assert reminder_due(left, told) == due


def test_each_reminder_comes_once_as_the_end_nears(
    session: Session, kari: User, lens: License, remind: Remind
) -> None:
    days = (91, 90, 60, 30, 29, 7, 1, 0, -1)
    found = {left: remind(END - timedelta(left)) for left in days}

    told = [(kari.email, "The license Poly Lens Premium ends 30 June 2027")]
    assert {left for left, mails in found.items() if mails} == {90, 30, 7}
    assert all(found[left] == told for left in (90, 30, 7))
    rows = session.scalars(select(LicenseReminder.days).order_by(LicenseReminder.id)).all()
    assert rows == [90, 30, 7]


def test_what_was_missed_is_not_caught_up_with_and_another_end_is_told_anew(
    session: Session, lens: License, remind: Remind
) -> None:
    assert len(remind(END - timedelta(5))) == 1
    assert remind(END - timedelta(1)) == []
    lens.ends_on = END + timedelta(300)
    session.commit()
    assert remind(END) == []
    assert len(remind(END + timedelta(300 - 90))) == 1


def test_what_does_not_end_is_not_told(session: Session, account: Account, remind: Remind) -> None:
    make_license(session, account, ends_on=None)
    make_license(session, account, ends_on=END, standing=Standing.REVOKED)
    make_license(session, account, ends_on=END, renewal=Renewal.AUTOMATIC)
    assert remind(END - timedelta(7)) == []
    make_license(session, account, ends_on=END, standing=Standing.NOT_ACTIVATED)
    assert len(remind(END - timedelta(7))) == 1


def test_many_that_end_are_told_in_one_mail(
    session: Session, kari: User, account: Account, remind: Remind
) -> None:
    for number in range(12):
        make_license(session, account, f"Lisens {number:02}", ends_on=END - timedelta(number))
    ((_address, subject),) = remind(END - timedelta(30))

    mail = session.scalars(select(Mail)).one()
    assert subject.startswith("12 licenses of ")
    assert mail.text.count("/licenses/L-") == 10
    assert "/licenses?status=expiring" in mail.text
    assert len(session.scalars(select(LicenseReminder)).all()) == 12


def test_those_who_care_are_told_in_their_language(
    *, session: Session, kari: User, account: Account, lens: License, remind: Remind
) -> None:
    kari.language = "nb"
    giver = make_user(session, account=account, language="en")
    other = make_user(session, account=account)
    make_seat(session, lens, holder="Ola", assigned_by_id=giver.id)
    make_license(session, account, "Uten plasser", ends_on=END)
    partners = []
    for sees in ({Permission.ACCOUNT_VIEW, Permission.LICENSES_VIEW}, {Permission.ACCOUNT_VIEW}):
        partner = make_partner(session)
        make_grant(session, partner, account, permissions=frozenset(sees))
        partners.append(make_user(session, role=Role.PARTNER, partner=partner, language="nb"))
    theirs = make_license(session, account, "Vår egen", ends_on=END, renewal=Renewal.CUSTOMER)

    told = dict(remind(END - timedelta(90)))

    assert set(told) == {kari.email, giver.email, partners[0].email}
    assert told[kari.email].startswith("3 lisenser hos ")
    assert told[giver.email] == "The license Poly Lens Premium ends 30 June 2027"
    assert told[partners[0].email].startswith("2 lisenser hos ")
    assert other.email not in told
    assert theirs.reference not in str(session.scalars(select(Mail.text)).all()[-1])


def test_whoever_sees_a_part_hears_of_that_part(
    session: Session, account: Account, kari: User, remind: Remind
) -> None:
    mine, other = make_site(session, account, "Tromsø"), make_site(session, account, "Bodø")
    giver = make_user(session, account=account, sites=[mine])
    for site, name in ((mine, "Her"), (other, "Der")):
        it = make_license(session, account, name, ends_on=END)
        make_seat(session, it, site_id=site.id, assigned_by_id=giver.id)

    told = dict(remind(END - timedelta(90)))

    assert told[giver.email] == "The license Her ends 30 June 2027"
    assert told[kari.email].startswith("2 licenses of ")


def test_whoever_wants_no_mail_gets_none_and_sees_it_in_the_portal(
    session: Session, client: FlaskClient, kari: User, lens: License, remind: Remind
) -> None:
    assert "A license ends soon" in client.get("/profile/notices").text
    session.add(NoticeChoice(user_id=kari.id, notice=Notice.LICENSE_ENDS, how=How.NEVER, here=True))
    session.commit()
    assert remind(END - timedelta(90)) == []
    assert "Poly Lens Premium" in client.get("/notices").text


def test_of_what_is_closed_nothing_is_told(
    session: Session, account: Account, lens: License, remind: Remind
) -> None:
    account.closed_at = clock.now()
    session.commit()
    assert remind(END - timedelta(90)) == []


def test_a_device_leads_those_who_may_see_them_to_its_licenses(
    session: Session, client: FlaskClient, sign_in: SignInAs, account: Account, lens: License
) -> None:
    device = make_product(session, account=account)
    make_seat(session, lens, product_id=device.id)
    way = re.search(
        r'href="(/licenses\?q=[^"]+)"', client.get(f"/products/{device.reference}").text
    )
    assert way
    assert f"/licenses/{lens.reference}" in client.get(way[1]).text
    partner = make_partner(session)
    sees = {Permission.ACCOUNT_VIEW, Permission.PRODUCTS_VIEW}
    make_grant(session, partner, account, permissions=frozenset(sees))
    they = sign_in(make_user(session, role=Role.PARTNER, partner=partner), acting_for=account)
    page = they.get(f"/products/{device.reference}")
    assert (page.status_code, "/licenses" in page.text) == (200, False)
