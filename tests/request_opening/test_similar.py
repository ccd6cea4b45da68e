from flask.testing import FlaskClient
from sqlalchemy import Engine

from portal.base.access import Visibility
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import reply
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_issue, make_model, make_product, make_site, make_user
from tests.request_opening.conftest import NEW
from tests.service_requests.world import World

SIMILAR = f"{NEW}/similar"


def told(client: FlaskClient, **typed: str) -> str:
    """What is put below the form, and what is read aloud."""
    asked = {"HX-Request": "true", "HX-Target": "similar"}
    text: str = client.get(SIMILAR, query_string=typed, headers=asked).text
    return text


def test_open_requests_like_it_are_told_on_tabs_of_their_own(
    client: FlaskClient, world: World
) -> None:
    world.request(subject="Ingen lyd i møterommet", by=world.mette)
    world.request(subject="Faktura mangler")

    page = told(client, subject="Møterom uten lyd")

    assert "Ingen lyd i møterommet" in page
    assert 'target="_blank"' in page
    assert "Faktura" not in page
    assert "1 open request is like this one." in page


def test_closed_requests_and_those_of_others_are_not_told(
    client: FlaskClient, world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    closed = world.request(subject="Ingen lyd i møterommet")
    world.do(closed, reply, "Ordnet.", by=world.anna, status=Status.CLOSED)
    other = world.request(subject="Ingen lyd i Tromsø-rommet")
    stranger = make_user(session, account=make_account(session))

    assert "møterommet" not in told(client, subject="Ingen lyd i rommet")
    assert "Tromsø" not in told(sign_in(stranger), subject="Ingen lyd i Tromsø-rommet")
    assert other


def test_who_sees_only_their_own_is_told_of_no_colleagues(
    world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    world.request(subject="Ingen lyd i møterommet", by=world.mette)
    site = make_site(session, world.account, "Deres")
    narrow = make_user(session, account=world.account, name="Nils Smal", sites=[site])
    session.commit()

    assert narrow.memberships[0].sees is not Visibility.EVERYTHING
    assert "møterommet" not in told(sign_in(narrow), subject="Ingen lyd i møterommet")


def test_what_staff_note_among_themselves_makes_nothing_alike(
    client: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    noted = world.request(subject="Spørsmål", text="Hei")
    world.do(noted, reply, "Kretskortet koker her.", by=world.anna, internal=True)

    for who in (client, sign_in(world.anna, acting_for=world.account)):
        assert "Spørsmål" not in told(who, subject="Kretskortet koker")


def test_requests_about_the_same_device_come_first(
    client: FlaskClient, world: World, session: ScopedSession
) -> None:
    product = make_product(session, account=world.account)
    world.request(subject="Noe helt annet", product_id=product.id)

    assert "Noe helt annet" in told(client, subject="Ingen lyd", product=product.reference)
    assert "Noe helt annet" not in told(client, subject="Ingen lyd")


def test_known_issues_that_fit_are_told_when_they_are_published(
    client: FlaskClient, session: ScopedSession
) -> None:
    make_issue(session, "Audio drops out after an hour")
    make_issue(session, "Audio drops out in secret", published=False)

    page = told(client, subject="The audio drops out", text="since monday")

    assert "after an hour" in page
    assert "in secret" not in page
    assert "1 known issue may fit." in page


def test_nothing_typed_and_nothing_like_it_is_silent(client: FlaskClient) -> None:
    for typed in ("", "   ", "xqzw", "%_'\"\\", "\N{RIGHT-TO-LEFT OVERRIDE}", "x" * 3000):
        page = told(client, subject=typed)
        assert "<li>" not in page
        assert "may fit" not in page


def test_it_takes_few_statements(
    client: FlaskClient, world: World, session: ScopedSession, engine: Engine
) -> None:
    model = make_model(session)
    product = make_product(session, account=world.account, model=model)
    for number in range(20):
        world.request(subject=f"Ingen lyd i rom {number}")
    told(client, subject="Ingen lyd")

    with counted(engine) as sent:
        told(client, subject="Ingen lyd i rommet", text="Hei", product=product.reference)

    assert len(sent) <= 6
