"""What waits is told once, at seven, to those who may still know; and then it is gone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Membership, User
from portal.base import clock
from portal.base.access import Role
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.notices.mails import notify
from portal.notices.models import DigestLine, NoticeChoice
from portal.notices.notice import How, Notice
from portal.notices.rules import MOST_LINES
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_user

RunJobs = Callable[..., int]
EVENING, MORNING = "2026-11-23 20:00+01:00", "2026-11-24 07:00+01:00"


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    with time_machine.travel(EVENING, tick=False):
        yield


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")


def prefer(session: Session, user: User, notice: Notice, how: How) -> None:
    session.add(NoticeChoice(user_id=user.id, notice=notice, how=how))
    session.commit()


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


def pass_on(session: Session, run_jobs: RunJobs, at: str = MORNING) -> list[Mail]:
    """Let every quarter's job run once at that moment; the mails there are then."""
    with time_machine.travel(at, tick=False):
        later(session, "notices.digest")
        session.commit()
        run_jobs(clock.now())
    session.expire_all()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_what_is_chosen_at_once_comes_at_once_and_says_where_to_choose(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    prefer(session, kari, Notice.COLLEAGUE_JOINED, How.AT_ONCE)
    joined(session, kari, account)
    run_jobs(clock.now())
    (mail,) = session.scalars(select(Mail))
    assert mail.subject == "Berit Strand har takket ja til invitasjonen"
    assert "/profile/notices" in mail.text
    assert "/profile/notices" in mail.html
    assert session.query(DigestLine).count() == 0


def test_what_is_chosen_never_does_not_come(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    prefer(session, kari, Notice.COLLEAGUE_JOINED, How.NEVER)
    joined(session, kari, account)
    assert pass_on(session, run_jobs) == []
    assert session.query(DigestLine).count() == 0


def test_a_digest_comes_at_seven_once_and_then_nothing_waits(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    joined(session, kari, account)
    joined(session, kari, account, "Nils <b>Holm</b>")
    assert pass_on(session, run_jobs, "2026-11-24 06:45+01:00") == []
    (mail,) = pass_on(session, run_jobs)
    assert (mail.address, mail.subject) == (kari.email, "2 varsler siden sist")
    assert "Nordlys Kraft AS\n– Nils <b>Holm</b> har takket ja til invitasjonen\nhttp" in mail.text
    assert mail.text.index("Nils") < mail.text.index("Berit")
    assert "Nils &lt;b&gt;Holm" in mail.html
    assert session.query(DigestLine).count() == 0
    assert len(pass_on(session, run_jobs, "2026-11-25 07:00+01:00")) == 1


def test_what_happens_after_seven_waits_for_the_next_morning(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    with time_machine.travel("2026-11-24 07:00:01+01:00", tick=False):
        joined(session, kari, account)
    assert pass_on(session, run_jobs, "2026-11-24 12:00+01:00") == []
    assert len(pass_on(session, run_jobs, "2026-11-25 07:00+01:00")) == 1


def test_seven_is_by_the_readers_own_clock(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    kari.time_zone = "Asia/Tokyo"
    joined(session, kari, account)
    assert pass_on(session, run_jobs, "2026-11-24 06:59+09:00") == []
    assert len(pass_on(session, run_jobs, "2026-11-24 07:00+09:00")) == 1


def test_whoever_may_not_know_any_more_is_not_told(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    joined(session, kari, account)
    demoted = make_user(session, account=account, role=Role.ADMINISTRATOR)
    left = make_user(session, account=account, role=Role.ADMINISTRATOR)
    ended = make_user(session, account=account, role=Role.ADMINISTRATOR)
    for user in (demoted, left, ended):
        joined(session, user, account)
    session.get_one(Membership, demoted.memberships[0].id).role = Role.MEMBER
    session.get_one(Membership, left.memberships[0].id).deactivated_at = clock.now()
    ended.deactivated_at = clock.now()
    session.commit()
    assert [mail.address for mail in pass_on(session, run_jobs)] == [kari.email]
    assert session.query(DigestLine).count() == 0


def test_a_partner_without_the_grant_is_not_told(
    session: Session, account: Account, run_jobs: RunJobs
) -> None:
    partner = make_partner(session)
    siri = make_user(session, partner=partner, role=Role.PARTNER_ADMINISTRATOR)
    grant = make_grant(session, partner, account)
    prefer(session, siri, Notice.OUR_ACCESS_ENDS, How.DAILY)

    def tell() -> None:
        notify(
            session,
            siri,
            Notice.OUR_ACCESS_ENDS,
            template="partners/ends_for_us",
            account_id=account.id,
            name=siri.name,
            other=account.name,
            day="27. november 2026",
        )
        session.commit()

    tell()
    assert len(pass_on(session, run_jobs)) == 1
    tell()
    grant.withdrawn_at = clock.now()
    session.commit()
    assert len(pass_on(session, run_jobs, "2026-11-25 07:00+01:00")) == 1
    assert session.query(DigestLine).count() == 0


def test_a_flood_is_summed_up(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    joined(session, kari, account)
    (pattern,) = session.scalars(select(DigestLine))
    told = ("user_id", "account_id", "notice", "template", "context", "happened_at")
    same = {name: getattr(pattern, name) for name in told}
    session.add_all(DigestLine(**same) for _ in range(1_999))
    session.commit()
    (mail,) = pass_on(session, run_jobs)
    assert mail.text.count("– Berit") == MOST_LINES
    assert mail.subject == "2 000 varsler siden sist"
    assert session.query(DigestLine).count() == 0


def test_two_workers_tell_it_once(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    joined(session, kari, account)
    with time_machine.travel(MORNING, tick=False):
        later(session, "notices.digest")
        later(session, "notices.digest")
        session.commit()
        run_jobs(clock.now())
        run_jobs(clock.now() + timedelta(minutes=1))
    assert len(session.scalars(select(Mail)).all()) == 1


def test_what_was_waiting_is_dropped_when_it_is_to_come_never(
    session: Session, account: Account, kari: User, sign_in: SignInAs
) -> None:
    joined(session, kari, account)
    browser = sign_in(kari)
    data = {"version": "1", "import_done": "at_once", "colleague_joined": "never"}
    data |= {"access_asked": "at_once", "access_ends": "at_once", "incident": "never"}
    data |= {f"request_{it}": "at_once" for it in ("answered", "changed", "escalated")}
    data |= {f"return_{it}": "at_once" for it in ("due", "answered", "charged")}
    data["replacement_moved"] = "at_once"
    data["employee_asked"] = "at_once"
    data |= {f"license_{it}": "at_once" for it in ("ends", "revoked")}
    data |= dict.fromkeys(("release_withdrawn", "news_followed", "security_fix"), "at_once")
    assert browser.post("/profile/notices", data=data).status_code == 303
    assert session.query(DigestLine).count() == 0


def test_words_that_are_gone_stop_nobody(
    session: Session, account: Account, kari: User, run_jobs: RunJobs
) -> None:
    joined(session, kari, account)
    (line,) = session.scalars(select(DigestLine))
    line.template = "invitations/of_an_earlier_version"
    joined(session, kari, account, "Per Ås")
    (mail,) = pass_on(session, run_jobs)
    assert "Per Ås" in mail.text
    assert not session.scalars(select(Job).where(Job.error.is_not(None))).all()
