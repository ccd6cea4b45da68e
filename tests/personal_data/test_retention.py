"""What the privacy notice says is kept for how long is what the job lets go of, row by row."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.about.facts import retention_rows, span
from portal.accounts.addresses import FormerAddress
from portal.accounts.half_sign_ins import HalfSignIn
from portal.accounts.models import Account, Membership, PasswordReset, SignIn, User
from portal.base import clock, retention
from portal.base.access import Role
from portal.base.attempts import Attempts
from portal.base.db import Base
from portal.base.files import StoredFile
from portal.base.history import DeskEvent, Event, What, happened, happened_in
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.base.retention import DEEDS, ROUND, TABLE, period_of
from portal.base.submissions import Submission
from portal.base.tenancy import ScopedSession
from portal.customers.actions import close_account
from portal.employees.models import EmployeeVisit
from portal.factors.models import PasskeyChallenge
from portal.invitations.models import Invitation
from portal.licenses.part_models import Deed, SeatChange
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import State
from portal.news.models import NewsTold
from portal.notices.models import DigestLine, PortalNotice
from portal.notices.notice import Notice
from portal.partners.models import AccessRequest
from portal.profile.models import EmailChange
from portal.publishing.models import Incoming, IncomingPart
from portal.service_requests.own_models import Draft
from portal.single_sign_on.models import SignInAttempt, SingleSignOn
from portal.uploads.models import Upload, UploadPart
from portal.web.locale import speaking
from tests.factories import account_of, make_account, make_partner, make_user

RunJobs = Callable[..., int]
HOUR = timedelta(hours=1)
APPLIED = [kind for kind, row in TABLE.items() if row.period is not None]
# Tables with nothing about people in them.
NOBODYS = {
    *(
        "approval_rules",
        "edition",
        "event_chain",
        "known_issue",
        "known_issue_model",
        "other_carrier",
        "part_number",
        "partner",
        "postal_code_stretch",
        "product_model",
        "shipping_site",
        "spare_part",
        "stock",
    ),
    "worker_pulse",
}
PERSONAL = {"email", "phone", "address", "holder", "device", "place", "password_hash"}


def test_every_table_is_in_one_row_or_holds_nothing_about_people() -> None:
    named = [name for row in TABLE.values() for name in row.tables]

    assert sorted([*named, *NOBODYS]) == sorted(Base.metadata.tables)


@pytest.mark.parametrize("name", sorted(NOBODYS))
def test_nothing_about_people_is_in_the_others(name: str) -> None:
    table = Base.metadata.tables[name]
    points = {key.column.table.name for column in table.c for key in column.foreign_keys}

    assert "user" not in points
    assert {column.name for column in table.c} & PERSONAL == set()


def test_every_row_with_a_period_is_let_go_of_and_no_other() -> None:
    assert set(DEEDS) == set(APPLIED)
    assert all(DEEDS[kind] for kind in APPLIED)


def test_a_row_says_its_period_and_no_other_number() -> None:
    for row in TABLE.values():
        assert ("%(time)s" in row.until) is (row.period is not None)
        assert not any(sign.isdigit() for sign in row.until)


def test_nothing_can_be_let_go_of_that_no_row_tells_of() -> None:
    with pytest.raises(KeyError):
        retention.lets_go("diaries")
    with pytest.raises(LookupError):
        retention.lets_go("factors")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_privacy_notice_and_my_data_show_the_table(
    app: Flask, client: FlaskClient, language: str
) -> None:
    with app.test_request_context(), speaking(language):
        rows = retention_rows()
    page = unescape(client.get("/privacy", headers={"Accept-Language": language}).text)

    assert len(rows) == len(TABLE)
    for row in rows:
        assert f'<th scope="row">{row.what}</th>' in page
        assert f">{row.why}</td>" in page
        assert f">{row.until}</td>" in page


def test_periods_are_told_as_people_count(app: Flask) -> None:
    with speaking("nb"):
        told = [span(timedelta(days)) for days in (1, 7, 90, 365, 3 * 365 + 1)]
    assert told == ["1 dag", "7 dager", "90 dager", "12 måneder", "3 år"]


# What ends or happens now, of each kind; and what of it must be gone when its time is up.
Making = Callable[[Session, User], Any]


def a_sign_in(session: Session, user: User) -> Any:
    token = "s" * 64
    made = SignIn(token_hash=token, user_id=user.id, idle_seconds=60, ends_at=clock.now())
    made.started_at = made.seen_at = clock.now()
    return made


def a_request(session: Session, user: User) -> Any:
    made = AccessRequest(partner_id=make_partner(session).id, digits="1", permissions=[])
    made.asked_by_id, made.asked_at = user.id, clock.now()
    return made


def an_invitation(session: Session, user: User) -> Any:
    made = Invitation(
        account_id=account_of(user).id, email="x@example.com", name="x", by_staff=False
    )
    made.role, made.sees, made.site_ids = Role.MEMBER, user.memberships[0].sees, []
    made.language, made.token_hash, made.invited_by_id = "nb", "x" * 64, user.id
    made.invited_at = made.ends_at = clock.now()
    return made


def an_attempt(session: Session, user: User) -> Any:
    provider = SingleSignOn(account_id=account_of(user).id, issuer="i", client_id="c", sealed="s")
    provider.role, provider.sees = Role.MEMBER, user.memberships[0].sees
    session.add(provider)
    session.flush()
    made = SignInAttempt(state_hash="s", held_hash="h", provider_id=provider.id)
    made.asked_at = made.ends_at = clock.now()
    return made


def a_mail(session: Session, user: User) -> Any:
    made = Mail(message_id="m", address=user.email, language="nb", subject="s", text="t", html="h")
    made.written_at = clock.now()
    return made


def a_received_mail(session: Session, user: User) -> Any:
    made = InboundMail(key="k" * 32, size=1, received_at=clock.now(), recipients=[])
    made.state, made.sender, made.decided_at = State.DISCARDED, user.email, clock.now()
    return made


def a_parked_job(session: Session, user: User) -> Any:
    made = later(session, "mail.send", to=user.email)
    made.parked_at, made.due_at = clock.now(), None
    return made


def an_email_change(session: Session, user: User) -> Any:
    made = EmailChange(user_id=user.id, email="x@example.com", ends_at=clock.now())
    made.old_token_hash, made.new_token_hash = "o", "n"
    return made


def a_line(session: Session, user: User) -> Any:
    made = DigestLine(user_id=user.id, account_id=account_of(user).id, template="", context={})
    made.notice, made.happened_at = Notice.IMPORT_DONE, clock.now()
    return made


def a_draft(session: Session, user: User) -> Any:
    made = Draft(account_id=account_of(user).id, person_id=user.id, key="new", content={})
    made.changed_at = clock.now()
    return made


def an_upload(session: Session, user: User) -> Any:
    made = Upload(account_id=account_of(user).id, token="u", purpose="style", name="x", size=3)
    made.sent_by_id, made.begun_at, made.changed_at = user.id, clock.now(), clock.now()
    return made


def a_part(session: Session, user: User) -> Any:
    whole = an_upload(session, user)
    file = StoredFile(account_id=whole.account_id, key="k" * 32, name="x", media_type="text/plain")
    file.size, file.sha256, file.created_at = 3, "0" * 64, clock.now()
    session.add_all([whole, file])
    session.flush()
    return UploadPart(account_id=whole.account_id, upload_id=whole.id, start=0, file_id=file.id)


def an_incoming(session: Session, user: User) -> Any:
    made = Incoming(token="i", name="x.zip", size=3, sent_by_id=user.id)
    made.begun_at = made.changed_at = clock.now()
    return made


def an_incoming_part(session: Session, user: User) -> Any:
    whole = an_incoming(session, user)
    session.add(whole)
    session.flush()
    return IncomingPart(incoming_id=whole.id, start=0, size=3, key="p" * 32)


def a_visit(session: Session, user: User) -> Any:
    made = EmployeeVisit(account_id=account_of(user).id, generation=1, email=user.email)
    made.token_hash = made.link_hash = made.code_hash = "v" * 64
    made.ends_at = clock.now()
    return made


def a_notice(session: Session, user: User) -> Any:
    made = PortalNotice(user_id=user.id, account_id=account_of(user).id, template="", context={})
    made.notice, made.happened_at = Notice.IMPORT_DONE, clock.now()
    return made


def a_seat_change(session: Session, user: User) -> Any:
    made = SeatChange(account_id=account_of(user).id, what=Deed.MOVED, parts=[], at=clock.now())
    made.by_id = user.id
    return made


MADE: dict[str, dict[type[Any], Making]] = {
    "sign_ins": {SignIn: a_sign_in},
    "links": {
        PasswordReset: lambda _, it: PasswordReset(
            token_hash="t", user_id=it.id, ends_at=clock.now()
        ),
        HalfSignIn: lambda _, it: HalfSignIn(token_hash="t", user_id=it.id, ends_at=clock.now()),
        EmailChange: an_email_change,
        PasskeyChallenge: lambda _, it: PasskeyChallenge(challenge_hash="c", ends_at=clock.now()),
        SignInAttempt: an_attempt,
        EmployeeVisit: a_visit,
    },
    "former_addresses": {
        FormerAddress: lambda _, it: FormerAddress(
            user_id=it.id, email="x@example.com", left_at=clock.now()
        )
    },
    "tries": {Attempts: lambda _, it: Attempts(bucket="b", moments=[], ends_at=clock.now())},
    "forms": {Submission: lambda _, it: Submission(user_id=it.id, token="t", sent_at=clock.now())},
    "invitations": {Invitation: an_invitation},
    "requests": {AccessRequest: a_request},
    "waiting_notices": {DigestLine: a_line},
    "news_told": {
        NewsTold: lambda _, it: NewsTold(user_id=it.id, document_id=None, told_at=clock.now())
    },
    "mails": {Mail: a_mail, Job: a_parked_job},
    "portal_notices": {PortalNotice: a_notice},
    "received_mails": {InboundMail: a_received_mail},
    "drafts": {Draft: a_draft},
    "seat_changes": {SeatChange: a_seat_change},
    "uploads": {
        Upload: an_upload,
        UploadPart: a_part,
        Incoming: an_incoming,
        IncomingPart: an_incoming_part,
    },
}


def applied(session: Session, run_jobs: RunJobs, after: timedelta) -> None:
    """As the job runs in the hour before so much time has passed, or later."""
    with time_machine.travel(clock.now() + after, tick=False):
        later(session, "retention.apply", key=f"after {after}")
        session.commit()
        run_jobs(clock.now())
    session.expire_all()


@pytest.mark.parametrize(
    ("kind", "table"), [(kind, table) for kind, made in MADE.items() for table in made]
)
def test_what_was_kept_for_long_enough_goes_and_nothing_sooner(
    session: Session, run_jobs: RunJobs, kind: str, table: type[Any]
) -> None:
    user = make_user(session)
    with time_machine.travel(clock.now(), tick=False):
        made = MADE[kind][table](session, user)
        session.add(made)
        session.commit()
        id = made.id

        # Digests are told, and so let go of, in a job of their own: only this one runs here.
        applied(session, run_jobs, period_of(kind) - ROUND - timedelta(minutes=1))
        assert session.get(table, id) is not None
        applied(session, run_jobs, period_of(kind) - ROUND + timedelta(minutes=1))
        assert session.get(table, id) is None


def test_every_row_is_tried() -> None:
    # Below, among the customers, and among the employees.
    elsewhere = {"people", "events", "organizations", "employee_orders"}

    assert set(MADE) | elsewhere == set(APPLIED)
    for kind, made in MADE.items():
        assert {table.__tablename__ for table in made} == TABLE[kind].tables


def test_deeds_are_let_go_of_after_three_years_and_the_record_stays_whole(
    session: ScopedSession, engine: Engine, run_jobs: RunJobs
) -> None:
    account = make_account(session)
    late = make_account(session, "Lukket AS")
    ola = make_user(session, account=account)
    with time_machine.travel(clock.now(), tick=False):
        happened(session, ola, What.CREATED, by=None)
        happened_in(session, account.id, ola, What.CREATED, by=None)
        happened_in(session, late.id, ola, What.CREATED, by=None)
        session.commit()
        applied(session, run_jobs, period_of("events") - timedelta(hours=2))
        assert (session.query(DeskEvent).count(), session.query(Event).count()) == (1, 2)

        # Also of a customer that was closed meanwhile.
        close_account(session, late, by=None, now=clock.now())  # type: ignore[arg-type]
        session.commit()
        applied(session, run_jobs, period_of("events"))

    left = {event.what for event in session.scalars(select(Event))} - {What.CLOSED, What.REMOVED}
    # On PostgreSQL the application's role may not: see `portal audit prune`.
    assert left == ({What.CREATED} if engine.dialect.name == "postgresql" else set())


def test_people_who_lost_their_access_long_ago_are_former_users(
    session: Session, run_jobs: RunJobs
) -> None:
    ola, kari = make_user(session, name="Ola Hansen"), make_user(session, name="Kari Nordmann")
    siri = make_user(session, partner=make_partner(session), name="Siri Berg")
    with time_machine.travel(clock.now(), tick=False):
        ola.deactivated_at = ola.memberships[0].deactivated_at = clock.now()
        assert siri.partner
        siri.partner.closed_at = clock.now()
        siri.password_hash = kari.password_hash = "x"
        session.commit()

        applied(session, run_jobs, period_of("people") - timedelta(hours=2))
        assert (ola.erased_at, siri.erased_at, ola.name) == (None, None, "Ola Hansen")
        assert session.query(Membership).count() == 2
        applied(session, run_jobs, period_of("people"))

    assert ola.erased_at
    assert siri.erased_at
    assert ola.email == f"#{ola.id}"
    assert session.query(Membership).one().user_id == kari.id
    assert (kari.erased_at, kari.name) == (None, "Kari Nordmann")
    deeds = session.scalars(select(DeskEvent).where(DeskEvent.what == What.ERASED)).all()
    assert {(deed.record_id, deed.by_id) for deed in deeds} == {(ola.id, None), (siri.id, None)}


def test_whoever_never_took_up_their_access_is_forgotten_too(
    session: Session, run_jobs: RunJobs
) -> None:
    invited = make_user(session, role=Role.AGENT)
    with time_machine.travel(clock.now(), tick=False):
        invited.created_at = clock.now()
        session.commit()
        applied(session, run_jobs, period_of("people"))

    assert invited.erased_at


def test_what_cannot_be_let_go_of_keeps_nothing_else(
    session: Session, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_run: object, _before: object) -> None:
        raise ValueError("Ola Hansen")

    monkeypatch.setitem(DEEDS, "sign_ins", [fail])
    ola = make_user(session)
    session.add(a_mail(session, ola))
    session.commit()

    applied(session, run_jobs, timedelta(days=31))

    assert session.query(Mail).count() == 0
    job = session.scalars(select(Job).where(Job.name == "retention.apply")).one()
    assert "sign_ins" in job.error
    assert "Ola" not in job.error


def test_an_account_that_is_open_keeps_everything(session: Session, run_jobs: RunJobs) -> None:
    kari = make_user(session, role=Role.ADMINISTRATOR)
    kari.password_hash = "x"
    session.commit()

    applied(session, run_jobs, timedelta(days=2000))

    assert kari.erased_at is None
    assert session.query(Account).one().removed_at is None
