"""Somebody deletes their user: out at once, gone from every table, and a former user everywhere."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.accounts.grants import PartnerAssignment
from portal.accounts.models import Account, Membership, SignIn, Site, User
from portal.base import clock
from portal.base.access import Role
from portal.base.db import Base
from portal.base.file_store import FileStore
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.invitations.models import Invitation
from portal.products.models import Product
from portal.single_sign_on.models import SingleSignOn
from tests.cast import Making
from tests.conftest import SignInAs
from tests.factories import (
    account_of,
    make_account,
    make_grant,
    make_partner,
    make_user,
)
from tests.personal_data.stocking import EMAIL, NAME, PASSWORD, PHONE, WORD, stock

PATH = "/profile/data/deletion"
RunJobs = Callable[..., int]
# Every column that points to people: what becomes of it is known. A new one stands in one of these.
GOES = {
    *("authenticator.user_id", "digest_line.user_id", "email_change.user_id"),
    *(
        "former_address.user_id",
        "half_sign_in.user_id",
        "identity.user_id",
        "notice_choice.user_id",
    ),
    *("news_following.user_id", "news_link.user_id", "news_told.user_id"),
    *("partner_assignment.user_id", "passkey.user_id", "passkey_challenge.user_id"),
    *("password_reset.user_id", "recovery_code.user_id", "sign_in.user_id"),
    *("draft.person_id", "portal_notice.user_id", "saved_view.person_id", "upload.sent_by_id"),
    *("inbound_mail.user_id", "sign_in_attempt.user_id", "submission.user_id"),
    "seat_change.by_id",
    "incoming_file.sent_by_id",
}
# A number that says who did something, and leads to a former user.
STAYS = {
    *("access_request.answered_by_id", "access_request.asked_by_id", "grant.granted_by_id"),
    *("invitation.invited_by_id", "job.user_id", "membership.user_id"),
    *("product.registered_by_id", "product_count.registered_by_id"),
    *("license_assignment.assigned_by_id", "license_import.started_by_id"),
    *("license_paper.added_by_id", "license_succession.by_id"),
    "unclaimed_license.registered_by_id",
    *("download.user_id", "software_release.proposed_by_id", "terms_acceptance.user_id"),
    *("product_import.started_by_id", "single_sign_on.way_in_id"),
    *("inbound_mail.decided_by_id", "reply_address.user_id"),
    *("escalation.ended_by_id", "escalation.escalated_by_id", "escalation.owner_id"),
    *(
        "escalation.remedy_by_id",
        "follower.user_id",
        "incident_update.by_id",
        "satisfaction.by_id",
        "service_request.contact_id",
        "service_request.opened_by_id",
    ),
    "cloud_partner_step.by_id",
    *("replacement.approved_by_id", "replacement.asked_by_id", "replacement.recipient_id"),
    "replacement_step.by_id",
    *("return_extension.asked_by_id", "return_extension.answered_by_id"),
    *("destruction_certificate.sent_by_id", "destruction_certificate.answered_by_id"),
    "employee_order.answered_by_id",
    *("liability_waiver.proposed_by_id", "liability_waiver.answered_by_id"),
    *("service_request.owner_id", "service_request_message.author_id"),
    *("service_request_step.by_id", "standard_answer.changed_by_id", "time_spent.user_id"),
}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def making(session: Session, account: Account, files: FileStore) -> Making:
    return Making(session, account, files)


@pytest.fixture
def ola(making: Making) -> User:
    return stock(making)


def delete(browser: FlaskClient, name: str = NAME) -> Any:
    return browser.post(PATH, data={"name": name})


def everything(owner: Engine) -> dict[str, list[str]]:
    with owner.connect() as connection:
        return {
            name: [repr(row) for row in connection.execute(select(table))]
            for name, table in Base.metadata.tables.items()
        }


def test_the_page_says_what_happens_and_asks_for_the_name(ola: User, sign_in: SignInAs) -> None:
    text = sign_in(ola).get(PATH).text

    assert NAME in text
    assert "Tidligere bruker" in text
    assert "i 3 år" in text
    assert "Slett brukeren min for godt" in text


def test_whoever_deletes_their_user_is_out_everywhere_at_once(
    ola: User, session: Session, sign_in: SignInAs, client: FlaskClient
) -> None:
    browser, other = sign_in(ola), sign_in(ola)
    assert other.get("/products").status_code == 200

    answer = delete(browser)

    assert (answer.status_code, answer.location) == (303, "/profile/data/deleted")
    assert "cache" in answer.headers["Clear-Site-Data"]
    farewell = browser.get(answer.location, headers={"Accept-Language": "nb"})
    assert "Brukeren din er slettet" in farewell.text
    for each in (browser, other):
        assert each.get("/products").status_code == 303
    assert other.post("/profile", data={"name": NAME, "version": 1}).status_code == 303
    assert session.query(SignIn).count() == 0
    sent = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/sign-in", data=sent).status_code == 422


def test_nothing_of_them_is_left_in_any_table(
    ola: User, owner: Engine, session: Session, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    before = everything(owner)
    found = {name for name, rows in before.items() if WORD in str(rows).lower()}
    assert found >= {"user", "mail", "passkey", "identity", "sign_in", "invitation", "site"}

    assert delete(sign_in(ola)).status_code == 303
    run_jobs()

    left = [
        (name, row)
        for name, rows in everything(owner).items()
        for row in rows
        if WORD in row.lower() or PHONE in row or EMAIL in row.lower()
    ]
    assert {name for name, _row in left} == {"mail"}  # the last, to the address they had
    (mail,) = session.scalars(select(Mail)).all()
    assert (mail.address, mail.subject) == (EMAIL, "Brukeren din er slettet")
    assert "/privacy" in mail.text
    assert {name: len(rows) for name, rows in before.items() if name in {"product", "site"}} == {
        name: len(rows) for name, rows in everything(owner).items() if name in {"product", "site"}
    }


def test_every_column_that_points_to_people_is_known(
    ola: User, owner: Engine, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    columns = {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.tables.values()
        for column in table.c
        if any(key.column.table.name == "user" for key in column.foreign_keys)
    }
    assert set(columns) == GOES | STAYS
    id = ola.id

    def pointing(name: str) -> int:
        column = columns[name]
        count = select(func.count()).select_from(column.table).where(column == id)
        with owner.connect() as connection:
            return int(connection.execute(count).scalar_one())

    assert {name for name in GOES if not pointing(name)} == {"partner_assignment.user_id"}
    delete(sign_in(ola))
    run_jobs()
    assert {name for name in GOES if pointing(name)} == set()


def test_it_is_on_record_and_the_record_holds_no_names(
    ola: User, account: Account, session: Session, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    id, membership_id = ola.id, ola.memberships[0].id
    delete(sign_in(ola))
    run_jobs()

    deed = session.scalars(select(DeskEvent).where(DeskEvent.what == What.ERASED)).one()
    assert (deed.kind, deed.record_id, deed.by_id) == ("user", id, id)
    left = session.scalars(select(Event).where(Event.what == What.ACCESS_ENDED)).one()
    assert (left.account_id, left.kind, left.record_id, left.by_id) == (
        account.id,
        "membership",
        membership_id,
        id,
    )
    assert WORD not in f"{deed.details} {left.details}".lower()


@pytest.mark.parametrize(("language", "words"), [("nb", "Tidligere bruker"), ("en", "Former user")])
def test_where_their_name_was_it_says_former_user(  # noqa: PLR0917
    language: str,
    words: str,
    ola: User,
    account: Account,
    session: Session,
    sign_in: SignInAs,
    run_jobs: RunJobs,
) -> None:
    product = session.scalars(select(Product)).one().reference
    person = ola.memberships[0].reference
    kari = make_user(
        session, account=account, role=Role.ADMINISTRATOR, language=language, name="Kari"
    )
    browser = sign_in(kari)
    paths = [f"/products/{product}", "/organization/log", "/products/import"]
    paths.append(f"/organization/users/{person}")
    assert all(NAME in browser.get(path).text for path in paths)

    delete(sign_in(ola))
    run_jobs()

    for path in paths:
        text = browser.get(path).text
        assert WORD not in text.lower()
        assert (path, words in text) == (path, True)
    listed = browser.get("/organization/users?status=deactivated").text
    assert words not in listed
    with browser.get("/organization/log/log.csv") as sheet:
        assert words in sheet.get_data(as_text=True)
    refused = browser.post(f"/organization/users/{person}/return")
    assert refused.status_code == 422


def test_their_address_is_free_for_somebody_new(
    ola: User, account: Account, session: Session, sign_in: SignInAs
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR)
    delete(sign_in(ola))
    invited = {"emails": EMAIL, "role": "member", "language": "nb", "token": "t" * 20}

    assert sign_in(kari).post("/organization/users", data=invited).status_code == 303
    assert session.scalars(select(Invitation.email)).one() == EMAIL


@pytest.mark.parametrize("typed", ["", "Ola", "Kari Nordmann", "\0", "x" * 300, "{{ name }}", "%s"])
def test_whoever_does_not_write_their_name_deletes_nothing(
    typed: str, ola: User, owner: Engine, sign_in: SignInAs
) -> None:
    browser = sign_in(ola)
    before = everything(owner)

    answer = delete(browser, typed)

    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert everything(owner) == before
    assert browser.get("/products").status_code == 200


@pytest.mark.parametrize("typed", [NAME, f"  {NAME.upper()} ", NAME.replace(" ", "   ")])
def test_the_name_counts_however_it_is_written(typed: str, ola: User, sign_in: SignInAs) -> None:
    assert delete(sign_in(ola), typed).status_code == 303


def test_names_of_others_in_the_form_change_nothing(
    ola: User, session: Session, sign_in: SignInAs
) -> None:
    kari = make_user(session)
    sent = {"name": NAME, "user_id": kari.id, "id": kari.id, "email": kari.email}

    assert sign_in(ola).post(PATH, data=sent).status_code == 400
    session.expire_all()
    assert session.get_one(User, kari.id).erased_at is None
    assert session.get_one(User, ola.id).erased_at is None


def test_a_proof_that_is_not_fresh_is_asked_for_first(
    ola: User, session: Session, sign_in: SignInAs
) -> None:
    browser = sign_in(ola)
    for it in session.query(SignIn):
        it.proven_at = clock.now() - timedelta(minutes=6)
    session.commit()

    for answer in (browser.get(PATH), delete(browser), browser.post("/profile/data/copy")):
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in/again")
    session.expire_all()
    assert session.get_one(User, ola.id).erased_at is None


def test_sent_twice_it_is_done_once(ola: User, session: Session, sign_in: SignInAs) -> None:
    browsers = [sign_in(ola) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(delete, browsers))

    # Some are led to the farewell, others, who came later, to where one signs in.
    assert {answer.status_code for answer in answers} == {303}
    assert len(session.scalars(select(Job).where(Job.name == "mail.send")).all()) == 1
    deeds = session.scalars(select(DeskEvent).where(DeskEvent.what == What.ERASED)).all()
    assert len(deeds) == 1


def test_what_a_job_does_for_them_is_not_done(
    ola: User, account: Account, session: Session, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    later(session, "product_imports.check", account_id=account.id, user_id=ola.id, import_id=1)
    session.commit()
    waiting = session.scalars(select(Job.id).where(Job.user_id == ola.id)).one()
    delete(sign_in(ola))
    run_jobs()
    session.expire_all()

    assert "lost the right" in session.get_one(Job, waiting).error


def test_a_profile_that_was_open_meanwhile_saves_nothing(
    ola: User, session: Session, sign_in: SignInAs
) -> None:
    version = ola.profile_version
    delete(sign_in(ola))
    session.expire_all()
    gone = session.get_one(User, ola.id)

    assert gone.profile_version > version
    assert gone.rights_version > 1
    assert (gone.phone, gone.language, gone.password_hash) == (None, None, "")


# Who cannot leave, and why


def reasons(browser: FlaskClient, name: str = "Ola Hansen") -> str:
    asked, told = browser.get(PATH), delete(browser, name)
    assert (asked.status_code, told.status_code) == (200, 422)
    assert "Delete my user for good" not in asked.text + told.text
    assert "You cannot delete your user yet" in asked.text
    return re.sub(r"\s+", " ", told.text)


def test_the_only_administrator_of_an_account_stays_until_there_is_another(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    ola = make_user(session, account=account, role=Role.ADMINISTRATOR)
    make_user(session, account=account)
    browser = sign_in(ola)
    assert f"You are the only administrator of {account.name}." in reasons(browser)

    make_user(session, account=account, role=Role.ADMINISTRATOR)
    assert delete(browser, ola.name).status_code == 303


def test_the_last_one_of_a_closed_account_may_leave(
    account: Account, session: Session, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    ola = make_user(session, account=account, role=Role.ADMINISTRATOR)
    account.closed_at = clock.now()
    session.commit()

    assert delete(sign_in(ola), ola.name).status_code == 303
    run_jobs()
    assert session.scalars(select(Event.what)).all() == [What.ACCESS_ENDED]


def test_of_two_administrators_who_leave_at_once_one_stays(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    both = [make_user(session, account=account, role=Role.ADMINISTRATOR) for _ in range(2)]
    browsers = [sign_in(each) for each in both]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda each: delete(each, "Ola Hansen"), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    left = select(func.count(Membership.id)).where(Membership.in_force())
    assert session.scalars(left).one() == 1


def test_of_two_portal_administrators_who_leave_at_once_one_stays(
    session: Session, sign_in: SignInAs
) -> None:
    both = [make_user(session, role=Role.STAFF_ADMINISTRATOR, password_hash="x") for _ in range(2)]
    browsers = [sign_in(each) for each in both]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda each: delete(each, "Ola Hansen"), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 422]


def test_the_last_portal_administrator_stays(session: Session, sign_in: SignInAs) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR, password_hash="x")
    agent = make_user(session, role=Role.AGENT)

    assert "Somebody must be portal administrator." in reasons(sign_in(admin))
    assert delete(sign_in(agent), agent.name).status_code == 303
    session.expire_all()
    assert session.get_one(User, agent.id).staff_role is Role.AGENT


def test_the_last_administrator_of_a_partner_stays(session: Session, sign_in: SignInAs) -> None:
    partner = make_partner(session)
    siri = make_user(session, partner=partner, role=Role.PARTNER_ADMINISTRATOR)
    pal = make_user(session, partner=partner)
    account = make_account(session)
    make_grant(session, partner, account)
    session.add(PartnerAssignment(user_id=pal.id, account_id=account.id))
    session.commit()

    assert "Somebody must be administrator." in reasons(sign_in(siri))
    assert delete(sign_in(pal), pal.name).status_code == 303
    assert session.query(PartnerAssignment).count() == 0
    listed = sign_in(siri).get("/partner/users?gone=1").text
    assert "Former user" not in listed


def test_the_way_in_when_the_provider_is_down_stays(
    account: Account, session: Session, sign_in: SignInAs
) -> None:
    ola = make_user(session, account=account, role=Role.ADMINISTRATOR)
    make_user(session, account=account, role=Role.ADMINISTRATOR)
    provider = SingleSignOn(account_id=account.id, issuer="i", client_id="c", sealed="s")
    provider.role, provider.sees = Role.MEMBER, ola.memberships[0].sees
    provider.required, provider.way_in_id = True, ola.id
    session.add(provider)
    session.commit()
    browser = sign_in(ola)
    assert f"gets in for {account.name}" in reasons(browser)

    provider.required = False
    session.commit()
    assert delete(browser, ola.name).status_code == 303


def test_whoever_is_in_several_accounts_leaves_all_of_them(
    ola: User, session: Session, sign_in: SignInAs, run_jobs: RunJobs
) -> None:
    first, other = account_of(ola).id, make_account(session, "Fjordhelse HF")
    session.add(Membership(user_id=ola.id, account_id=other.id, role=Role.OBSERVER))
    theirs = Site(account_id=other.id, name="Bodø", contact_name=NAME, contact_email=EMAIL)
    stranger = Site(account_id=other.id, name="Alta", contact_name="Per", contact_email="p@x.no")
    session.add_all([theirs, stranger])
    session.commit()
    version = theirs.version

    delete(sign_in(ola))
    run_jobs()
    session.expire_all()

    assert session.query(Membership).filter(Membership.in_force()).count() == 1  # Kari's
    ended = session.scalars(select(Event.account_id).where(Event.what == What.ACCESS_ENDED)).all()
    assert sorted(ended) == sorted([first, other.id])
    assert (theirs.contact_name, theirs.contact_email, theirs.version) == ("", "", version)
    assert (stranger.contact_name, stranger.contact_email) == ("Per", "p@x.no")
