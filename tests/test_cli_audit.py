from datetime import timedelta

import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.history import DeskEvent, What, happened, happened_in
from portal.base.tenancy import ScopedSession
from portal.cli_audit import audit
from tests.factories import make_account, make_model


def run(database_url: str, *arguments: str) -> Result:
    return CliRunner().invoke(audit, arguments, env={"DATABASE_URL": database_url})


def arrange(session: Session) -> None:
    """Four years ago a model was created; today it was changed."""
    model = make_model(session)
    with time_machine.travel(clock.now() - timedelta(days=4 * 365)):
        happened(session, model, What.CREATED, by=None)
    happened(session, model, What.CHANGED, by=None)
    session.commit()


def test_a_record_that_is_whole_is_said_to_be(session: Session, database_url: str) -> None:
    arrange(session)

    result = run(database_url, "verify")

    assert result.exit_code == 0, result.output
    assert "2 events in 1 chains" in result.output


def test_where_it_is_broken_is_told(session: Session, database_url: str) -> None:
    arrange(session)
    session.scalars(select(DeskEvent).order_by(DeskEvent.number)).all()[1].by_id = 666
    session.commit()

    result = run(database_url, "verify")

    assert result.exit_code == 1
    assert "desk: broken at event 2." in result.output


def test_what_is_old_enough_goes_and_the_rest_stays_whole(
    session: ScopedSession, database_url: str
) -> None:
    arrange(session)

    assert "1 events are gone." in run(database_url, "prune").output

    session.expire_all()
    assert [event.what for event in session.scalars(select(DeskEvent))] == [What.CHANGED]
    assert run(database_url, "verify").exit_code == 0


def test_the_record_of_a_closed_customer_loses_its_beginning_too(
    session: ScopedSession, database_url: str
) -> None:
    account = make_account(session)
    with time_machine.travel(clock.now() - timedelta(days=4 * 365)):
        happened_in(session, account.id, account, What.CREATED, by=None)
    account.closed_at = clock.now()
    session.commit()

    assert "1 events are gone." in run(database_url, "prune").output


def test_nothing_younger_than_promised_can_go(session: Session, database_url: str) -> None:
    arrange(session)

    assert run(database_url, "prune", "--days", "10").exit_code == 2


def test_a_database_that_is_not_there_is_told_of() -> None:
    result = run("sqlite:////nowhere/at/all.sqlite", "verify")

    assert result.exit_code == 1
    assert "cannot be used" in result.output
