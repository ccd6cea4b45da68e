import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hashing import matches
from portal.accounts.models import SignIn, User
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.jobs import Job
from portal.cli_people import create, user
from portal.factors.models import RecoveryCode
from tests.factories import MOMENT, make_account, make_partner, make_user

PASSWORD = "Fjorten grå griser under en bro"


def run(database_url: str, *arguments: str, password: str = PASSWORD) -> Result:
    environment = {"DATABASE_URL": database_url, "PORTAL_PASSWORD": password}
    return CliRunner().invoke(create, arguments, env=environment)


def created(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == email)).one()


def test_a_customers_administrator_can_sign_in(session: Session, database_url: str) -> None:
    account = make_account(session)
    told = ("--name", "Kari Nordmann", "--role", "administrator")
    result = run(
        database_url, "Kari@Nordlys.example.com", *told, "--account", account.master_account_id
    )
    assert result.exit_code == 0, result.output
    kari = created(session, "kari@nordlys.example.com")
    assert matches(kari.password_hash, PASSWORD)
    assert [(each.account_id, each.role) for each in kari.memberships] == [
        (account.id, Role.ADMINISTRATOR)
    ]
    assert (kari.staff_role, kari.partner) == (None, None)


def test_partners_and_staff_have_their_place(session: Session, database_url: str) -> None:
    partner = make_partner(session)
    siri = ("siri@example.com", "--name", "Siri Berg", "--role", "partner")
    assert run(database_url, *siri, "--partner", partner.name).exit_code == 0
    anna = ("anna@example.com", "--name", "Anna Agent", "--role", "agent")
    assert run(database_url, *anna).exit_code == 0
    assert created(session, "siri@example.com").partner == partner
    assert created(session, "anna@example.com").staff_role is Role.AGENT


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--role", "member"), "Choose the account"),
        (("--role", "member", "--account", "1042-2107-4"), "No account"),
        (("--role", "member", "--account", "1042-2109-7"), "No account"),
        (("--role", "partner"), "Choose the partner"),
        (("--role", "partner", "--partner", "Nobody AS"), "No partner"),
    ],
)
def test_somebody_without_a_place_is_refused(
    arguments: tuple[str, ...], told: str, session: Session, database_url: str
) -> None:
    result = run(database_url, "ola@example.com", "--name", "Ola", *arguments)
    assert result.exit_code == 1
    assert told in result.output
    assert session.scalars(select(User)).all() == []


def test_weak_passwords_and_taken_or_wrong_addresses_are_refused(
    session: Session, database_url: str
) -> None:
    taken = make_user(session).email
    agent = ("--name", "Anna", "--role", "agent")
    for email, password, told in (
        (taken.upper(), PASSWORD, "already"),
        ("nonsense", PASSWORD, "no e-mail address"),
        ("anna@example.com", "short", "at least 15 characters"),
    ):
        result = run(database_url, email, *agent, password=password)
        assert result.exit_code == 1
        assert told in result.output
        assert len(result.output.splitlines()) == 1


def do(database_url: str, command: str, email: str) -> Result:
    return CliRunner().invoke(user, [command, email], env={"DATABASE_URL": database_url})


def test_who_lost_every_factor_is_let_in_from_the_server(
    session: Session, database_url: str
) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    admin.second_factor_at = MOMENT
    session.add(SignIn(user_id=admin.id, token_hash="x", started_at=MOMENT, seen_at=MOMENT,
                       proven_at=MOMENT, idle_seconds=9, ends_at=MOMENT))  # fmt: skip
    session.add(RecoveryCode(user_id=admin.id, code_hash="x" * 64))
    session.commit()
    assert do(database_url, "reset-factors", admin.email.upper()).exit_code == 0
    session.refresh(admin)
    assert admin.second_factor_at is None
    assert session.query(SignIn).count() == session.query(RecoveryCode).count() == 0
    assert session.scalars(select(DeskEvent.what)).all() == [What.FACTORS_RESET]
    assert session.scalars(select(Job.name)).all() == ["accounts.echo", "mail.send"]
    assert do(database_url, "reset-factors", admin.email).exit_code == 1
    assert do(database_url, "reset-factors", make_user(session).email).exit_code == 1


def test_a_portal_administrator_is_ended_from_the_server_but_never_the_last(
    session: Session, database_url: str
) -> None:
    first, last = (
        make_user(session, role=Role.STAFF_ADMINISTRATOR, password_hash="x") for _ in range(2)
    )
    assert do(database_url, "end", first.email).exit_code == 0
    refused = do(database_url, "end", last.email)
    assert (refused.exit_code, "Somebody must be" in refused.output) == (1, True)
    session.expire_all()
    assert (bool(first.deactivated_at), last.deactivated_at) == (True, None)
