"""What happens is told in the portal as well: to whoever may know, until they let it be."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.jobs import later
from portal.base.retention import period_of
from portal.notices.mails import notify
from portal.notices.models import NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_grant, make_partner, make_user

PATH = "/notices"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR)


@pytest.fixture
def browser(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def joined(session: Session, to: User, account: Account, person: str = "Berit Strand") -> None:
    notify(
        session,
        to,
        Notice.COLLEAGUE_JOINED,
        template="invitations/accepted",
        account_id=account.id,
        name=to.name,
        person=person,
        customer=account.name,
    )
    session.commit()


def test_it_is_told_in_the_portal_and_counted_until_it_is_read(
    browser: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    joined(session, kari, account)

    assert "1 unread notice" in browser.get("/").text
    page = browser.get(PATH).text
    assert "Berit Strand" in page
    assert "Nordlys Kraft AS" in page
    assert 'href="/organization/users' in page  # within the portal, by whatever address
    assert "Unread" in page
    assert browser.post(f"{PATH}/reading").location == PATH
    page = browser.get(PATH).text
    assert "Berit Strand" in page
    assert "Unread" not in page
    assert "unread" not in browser.get("/").text


def test_who_wants_it_by_one_way_only_gets_it_by_that(
    browser: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    version = kari.profile_version
    chosen = {"import_done": "at_once", "colleague_joined": "never", "access_asked": "at_once"}
    chosen |= {"access_ends": "at_once", "incident": "never", "version": str(version)}
    chosen |= {f"request_{it}": "at_once" for it in ("answered", "changed", "escalated")}
    chosen |= {f"return_{it}": "at_once" for it in ("due", "answered", "charged")}
    chosen["replacement_moved"] = "at_once"
    chosen["employee_asked"] = "at_once"
    chosen |= {f"license_{it}": "at_once" for it in ("ends", "revoked")}
    chosen |= dict.fromkeys(("release_withdrawn", "news_followed", "security_fix"), "at_once")
    others = [name for name in chosen if name not in {"colleague_joined", "version"}]
    data = chosen | {"here": [*others, "colleague_joined"]}
    assert browser.post("/profile/notices", data=data).status_code == 303
    joined(session, kari, account)
    assert "Berit Strand" in browser.get(PATH).text

    data |= {"version": str(version + 1), "here": others}
    assert browser.post("/profile/notices", data=data).status_code == 303
    session.expire_all()
    choice = session.scalars(select(NoticeChoice)).one()
    assert (choice.notice, choice.how, choice.here) == (
        Notice.COLLEAGUE_JOINED,
        How.NEVER,
        False,
    )
    joined(session, kari, account, person="Per Ås")
    assert "Per Ås" not in browser.get(PATH).text


@pytest.mark.parametrize("here", ["nothing", "\0", "null"])
def test_what_is_no_notice_is_refused(browser: FlaskClient, session: Session, here: str) -> None:
    chosen = {"import_done": "at_once", "colleague_joined": "never", "access_asked": "at_once"}
    chosen |= {"access_ends": "at_once", "version": "1", "here": here}
    assert browser.post("/profile/notices", data=chosen).status_code == 422
    assert session.scalars(select(NoticeChoice)).all() == []


def test_whoever_may_not_know_any_more_is_told_nothing(
    browser: FlaskClient, session: Session, kari: User, account: Account
) -> None:
    joined(session, kari, account)
    kari.memberships[0].role = Role.OBSERVER
    session.commit()
    assert "Berit Strand" not in browser.get(PATH).text


def test_nobody_sees_or_reads_what_others_were_told(
    browser: FlaskClient, sign_in: SignInAs, session: Session, kari: User, account: Account
) -> None:
    joined(session, kari, account)
    other = sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))
    assert "Berit Strand" not in other.get(PATH).text
    other.post(f"{PATH}/reading")
    assert "Unread" in browser.get(PATH).text


def test_a_partner_is_told_of_customers_it_has_access_to(
    sign_in: SignInAs, session: Session, account: Account
) -> None:
    partner = make_partner(session)
    grant = make_grant(session, partner, account)
    siri = make_user(session, partner=partner, role=Role.PARTNER)
    for template in ("partners/given", "partners/declined"):
        notify(
            session,
            siri,
            Notice.ACCESS_ANSWERED,
            template=template,
            account_id=account.id,
            name=siri.name,
            customer=account.name,
            deeds=[],
            last_day="",
        )
    session.commit()
    browser = sign_in(siri)
    assert browser.get(PATH).text.count('<li id="n') == 2
    grant.withdrawn_at = clock.now()
    session.commit()
    assert browser.get(PATH).text.count('<li id="n') == 1  # that somebody said no


def test_it_stands_there_for_so_long_and_no_longer(
    session: Session,
    kari: User,
    account: Account,
    run_jobs: Callable[..., int],
    travel: Callable[[timedelta], None],
) -> None:
    joined(session, kari, account)
    for days, left in ((-1, 1), (2, 0)):
        travel(timedelta(days=days) + (period_of("portal_notices") if days < 0 else timedelta(0)))
        later(session, "retention.apply")
        session.commit()
        assert run_jobs(clock.now()) == 1
        session.expire_all()
        assert len(session.scalars(select(PortalNotice)).all()) == left


def test_whom_it_names_is_told_by_the_name_they_have_now(
    browser: FlaskClient, session: Session, kari: User, account: Account, engine: Engine
) -> None:
    berit = make_user(session, account=account, name="Berit Strand")
    gone = make_user(session, account=account, name="Par Lie")
    for person in (berit, gone):
        notify(
            session,
            kari,
            Notice.COLLEAGUE_JOINED,
            template="invitations/accepted",
            account_id=account.id,
            people={"person": person},
            name=kari.name,
            customer=account.name,
        )
    berit.name, gone.name = "Berit Vik", ""
    session.commit()
    with counted(engine) as sent:
        text = browser.get(PATH).text

    assert "Berit Vik has accepted" in text
    assert "Former user has accepted" in text
    assert "Strand" not in text
    assert "Lie" not in text
    assert "Lie" not in str([it.context for it in session.scalars(select(PortalNotice))])
    assert len(sent) <= 6


def test_a_page_of_them_takes_six_statements(
    browser: FlaskClient, session: Session, kari: User, account: Account, engine: Engine
) -> None:
    for number in range(30):
        joined(session, kari, account, person=f"Person {number}")
    with counted(engine) as sent:
        assert browser.get(PATH).text.count('<li id="n') == 25
    assert len(sent) <= 6


def test_staff_read_what_they_were_told_of_any_customer_as_long_as_they_may(
    session: Session, account: Account, sign_in: SignInAs
) -> None:
    agent = make_user(session, role=Role.AGENT)
    notify(
        session,
        agent,
        Notice.CRITICAL_OPENED,
        template="escalations/critical",
        account_id=account.id,
        reference="SR-1000013",
        subject="Alt står",
        customer=account.name,
        due="",
        url="http://localhost/desk/service-requests/SR-1000013",
    )
    notify(
        session,
        agent,
        Notice.MAIL_PARKED,
        template="mail_intake/parked",
        account_id=None,
        number=2,
    )
    session.commit()
    browser = sign_in(agent)
    page = browser.get(PATH).text
    assert "Critical: Alt står" in page
    assert "2 e-mails wait to be handled" in page
    assert 'href="/desk/mail-intake"' in page
    agent.staff_role = Role.LOGISTICS
    session.commit()
    assert '<li id="n' not in sign_in(agent).get(PATH).text
