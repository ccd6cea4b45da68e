"""What somebody who leaves opened, follows or is the contact of goes to a colleague."""

from portal.accounts.models import User
from portal.base.access import Role, Visibility
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import reply
from portal.service_requests.following import follow
from portal.service_requests.opening import Contact
from portal.service_requests.queries import followers_of
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.service_requests.world import World


def following(world: World, number: int) -> set[int]:
    lines = world.look(staff=True).scalars(followers_of(number))
    return {it.user_id for it in lines if not it.muted}


def path_of(user: User) -> str:
    return f"/organization/users/{user.memberships[0].reference}"


def test_all_that_is_open_is_handed_over_and_nothing_that_is_closed(
    world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    kari = make_user(session, account=world.account, role=Role.ADMINISTRATOR, name="Kari Moe")
    ola, mette = world.ola, world.mette
    opened = world.request(subject="Ingen lyd")
    followed = world.request(subject="Bildet fryser", by=kari)
    reached = world.request(subject="Feil lisens", by=kari, contact=Contact(user_id=ola.id))
    closed = world.request(subject="Ferdig sak")
    others = world.request(subject="Andres sak", by=kari)
    world.do(followed, follow, ola.id, by=kari)
    world.do(closed, reply, "Ordnet.", by=world.anna, status=Status.CLOSED)
    client, path = sign_in(kari), path_of(ola)

    told = client.post(f"{path}/deactivation", follow_redirects=True).text
    assert "Choose who takes over." in told
    for subject in ("Ingen lyd", "Bildet fryser", "Feil lisens"):
        assert subject in told
    for subject in ("Ferdig sak", "Andres sak"):
        assert subject not in told
    sent = client.post(f"{path}/handover", data={"to": f"{mette.name} ({mette.email})"})

    assert sent.status_code == 303
    for number in (opened, followed, reached):
        assert mette.id in following(world, number)
        assert ola.id not in following(world, number)
    assert world.get(reached).contact_id == mette.id
    assert world.get(opened).opened_by_id == ola.id  # as it was
    assert f".{ola.id}." not in f".{world.get(followed).people}."
    assert following(world, closed) == {ola.id}
    assert following(world, others) == {kari.id}
    assert "To hand over" not in client.get(path).text
    assert client.post(f"{path}/handover", data={"to": mette.email}).status_code == 422


def test_who_sees_only_their_own_sees_what_they_took_over(
    world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    kari = make_user(session, account=world.account, role=Role.ADMINISTRATOR, name="Kari Moe")
    number = world.request(subject="Ingen lyd")
    world.mette.memberships[0].sees = Visibility.OWN
    session.commit()
    page = f"/service-requests/{world.get(number).reference}"
    assert sign_in(world.mette).get(page).status_code == 404

    sign_in(kari).post(f"{path_of(world.ola)}/handover", data={"to": world.mette.email})

    assert sign_in(world.mette).get(page).status_code == 200
