from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker
from werkzeug.test import TestResponse

from portal.accounts.models import SignIn
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.service_requests.drafting import drop_draft, find_draft, keep_draft
from portal.service_requests.own_models import Draft
from tests.conftest import SignInAs
from tests.factories import make_account, make_user
from tests.request_opening.conftest import NEW, Opened, filled
from tests.service_requests.world import World

DRAFT = f"{NEW}/draft"


def keep(client: FlaskClient, **told: Any) -> TestResponse:
    """As the script does."""
    return client.post(DRAFT, data=filled(**told), headers={"Accept": "application/json"})


def kept(session: ScopedSession) -> list[Draft]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Draft).order_by(Draft.id)))


def test_what_is_typed_is_kept_and_gone_on_with_from_another_browser(
    client: FlaskClient, sign_in: SignInAs, world: World, session: ScopedSession
) -> None:
    first = keep(client, subject="Halv", call_from="kvart", device_count="x", severity="high")
    second = keep(client, subject="Halvferdig", call_from="kvart", severity="high")

    assert first.status_code == second.status_code == 200
    assert "Draft saved" in first.json["says"]  # type: ignore[index]
    assert len(kept(session)) == 1
    other = sign_in(world.ola)
    assert "You have a draft from" in other.get(NEW).text
    page = other.get(f"{NEW}?draft=1").text
    assert 'value="Halvferdig"' in page
    assert 'value="kvart"' in page
    assert 'value="high" checked' in page
    assert "You have a draft from" not in page
    assert "Delete the draft" in page


def test_a_draft_is_ones_own_and_of_the_account_at_hand(
    client: FlaskClient, sign_in: SignInAs, world: World, session: ScopedSession
) -> None:
    keep(client, subject="Hemmelig")
    stranger = make_user(session, account=make_account(session))

    for other in (world.mette, stranger):
        assert "Hemmelig" not in sign_in(other).get(f"{NEW}?draft=1").text
    assert "Hemmelig" not in sign_in(world.siri, acting_for=world.account).get(NEW).text
    sign_in(world.mette).post(f"{DRAFT}/removal")
    assert len(kept(session)) == 1


def test_a_draft_goes_when_it_is_sent(
    client: FlaskClient, session: ScopedSession, opened: Opened
) -> None:
    keep(client)

    client.post(NEW, data=filled())

    assert kept(session) == []
    assert len(opened()) == 1


def test_a_draft_begun_elsewhere_stays_when_another_form_is_sent(
    client: FlaskClient, session: ScopedSession
) -> None:
    keep(client, subject="Om noe annet", token="another")

    client.post(NEW, data=filled())

    assert [it.content["subject"] for it in kept(session)] == ["Om noe annet"]


def test_two_windows_do_not_write_over_one_anothers_drafts(
    client: FlaskClient, session: ScopedSession
) -> None:
    keep(client, subject="I det ene vinduet")
    answer = keep(client, subject="I det andre", token="another")

    assert answer.status_code == 409
    assert "you have another draft" in answer.json["says"]  # type: ignore[index]
    assert [it.content["subject"] for it in kept(session)] == ["I det ene vinduet"]


def test_what_was_sent_does_not_come_back_as_a_draft(
    client: FlaskClient, session: ScopedSession
) -> None:
    client.post(NEW, data=filled())

    assert keep(client, subject="Fra et glemt vindu").status_code == 409
    assert kept(session) == []


def test_a_draft_that_is_not_wanted_is_deleted(client: FlaskClient, session: ScopedSession) -> None:
    keep(client)

    answer = client.post(f"{DRAFT}/removal", follow_redirects=True)

    assert "The draft is deleted." in answer.text
    assert kept(session) == []
    assert client.post(f"{DRAFT}/removal").status_code == 303


def test_without_scripts_a_button_keeps_it(client: FlaskClient) -> None:
    answer = client.post(DRAFT, data=filled(subject="Senere"), follow_redirects=True)

    assert 'value="Senere"' in answer.text
    assert "Draft saved" in answer.text


def test_a_draft_sent_twice_from_two_browsers_is_one_request(
    client: FlaskClient, sign_in: SignInAs, world: World, opened: Opened
) -> None:
    keep(client)
    page = sign_in(world.ola).get(f"{NEW}?draft=1").text

    assert 'value="a-token-of-this-form"' in page
    client.post(NEW, data=filled())
    sign_in(world.ola).post(NEW, data=filled())
    assert len(opened()) == 1


def test_what_a_window_kept_too_late_is_not_offered(
    client: FlaskClient, session: ScopedSession, world: World
) -> None:
    client.post(NEW, data=filled())
    late = {"subject": "Sendt for lenge siden", "token": "a-token-of-this-form"}
    with world.at_work() as own:
        keep_draft(own, "new", late, person_id=world.ola.id, now=world.now)

    assert "Sendt for lenge siden" not in client.get(f"{NEW}?draft=1").text
    assert keep(client, subject="Noe nytt", token="another").status_code == 200
    assert [it.content["subject"] for it in kept(session)] == ["Noe nytt"]


def test_what_was_typed_when_a_sign_in_ended_is_there_and_its_draft_goes_with_it(
    client: FlaskClient, session: ScopedSession, world: World, opened: Opened
) -> None:
    keep(client, subject="Ingen lyd")
    sign_in = session.scalars(select(SignIn).where(SignIn.user_id == world.ola.id)).one()
    sign_in.kept_for = NEW
    sign_in.kept = {"subject": ["Ingen lyd"], "text": ["Skrevet etterpå"], "severity": ["low"]}
    session.commit()

    page = client.get(NEW).text
    assert "Skrevet etterpå" in page
    assert "You have a draft from" not in page
    assert 'value="a-token-of-this-form"' in page
    client.post(NEW, data=filled(text="Skrevet etterpå"))

    assert kept(session) == []
    assert len(opened()) == 1


def test_what_is_far_too_long_is_not_kept(client: FlaskClient, session: ScopedSession) -> None:
    answer = keep(client, text="x" * 100_001)

    assert answer.status_code == 422
    assert kept(session) == []


def test_a_staff_members_draft_for_a_customer_is_not_the_customers(
    client: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    keep(sign_in(world.anna, acting_for=world.account), subject="Fra telefonen")

    assert "Fra telefonen" not in client.get(f"{NEW}?draft=1").text
    assert "Fra telefonen" in sign_in(world.anna, acting_for=world.account).get(NEW).text


def test_keeping_and_dropping_are_one_persons_one_account_and_one_place(
    world: World, sessions: "sessionmaker[ScopedSession]"
) -> None:
    with world.at_work() as session:
        keep_draft(session, "new", {"a": "1"}, person_id=world.ola.id, now=world.now)
        keep_draft(session, "reply SR-1", {"a": "2"}, person_id=world.ola.id, now=world.now)
        keep_draft(session, "new", {"a": "3"}, person_id=world.mette.id, now=world.now)
    later = world.now + timedelta(seconds=10)
    with world.at_work() as session:
        keep_draft(session, "new", {"a": "4"}, person_id=world.ola.id, now=later)
        drop_draft(session, "new", person_id=world.mette.id)
        drop_draft(session, "new", person_id=world.mette.id)
        with pytest.raises(Refused):
            keep_draft(session, "new", {"a": "x" * 100_001}, person_id=world.ola.id, now=later)
    with world.at_work() as session:
        draft = find_draft(session, "new", person_id=world.ola.id)
        assert draft is not None
        assert (draft.content, draft.changed_at) == ({"a": "4"}, later)
        assert find_draft(session, "new", person_id=world.mette.id) is None
        assert find_draft(session, "reply SR-1", person_id=world.ola.id) is not None
