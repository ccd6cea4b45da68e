import pytest
from sqlalchemy import select

from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.base.words import Overtaken, Refused
from portal.service_requests.actions import reply
from portal.service_requests.following import change_contact, follow, unfollow
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.opening import Contact
from portal.service_requests.queries import followers_of
from tests.factories import account_of, make_user
from tests.service_requests.world import START, World


def followers(world: World, number: int, *, staff: bool = False) -> list[tuple[str, bool]]:
    lines = world.look(staff=staff).scalars(followers_of(number))
    return [(it.user.name, it.muted) for it in lines]


def people(world: World, number: int) -> set[int]:
    return {int(each) for each in world.get(number).people.split(",") if each}


def test_whoever_opens_it_and_its_contact_follow(world: World) -> None:
    number = world.request(contact=Contact(user_id=world.mette.id))
    assert followers(world, number) == [("Ola Hansen", False), ("Mette Lie", False)]
    assert people(world, number) == {world.ola.id, world.mette.id}


def test_whoever_writes_follows_from_then_on(world: World) -> None:
    number = world.request()
    world.do(number, reply, "Samme hos oss.", by=world.mette)
    assert ("Mette Lie", False) in followers(world, number)


def test_that_staff_follow_no_customer_knows(world: World) -> None:
    number = world.request()
    world.do(number, follow, world.erik.id, by=world.erik)
    assert followers(world, number) == [("Ola Hansen", False)]
    assert followers(world, number, staff=True)[-1] == ("Erik Leder", False)
    assert people(world, number) == {world.ola.id}
    assert world.get(number).changed_at == START


def test_who_wants_to_hear_no_more_goes_on_seeing(world: World) -> None:
    number = world.request()
    world.do(number, follow, world.mette.id, by=world.ola)
    for user in (world.mette, world.ola):
        world.do(number, unfollow, user.id, by=user)
        world.do(number, unfollow, user.id, by=user)
    assert followers(world, number) == [("Ola Hansen", True), ("Mette Lie", True)]
    assert people(world, number) == {world.ola.id, world.mette.id}
    world.do(number, reply, "Hei", by=world.ola)  # writing does not make one hear again
    assert followers(world, number)[0] == ("Ola Hansen", True)
    world.do(number, follow, world.ola.id, by=world.ola)
    assert followers(world, number)[0] == ("Ola Hansen", False)


def test_who_is_taken_off_sees_it_no_more_but_for_the_opener(world: World) -> None:
    number = world.request()
    world.do(number, follow, world.mette.id, by=world.ola)
    world.do(number, unfollow, world.mette.id, by=world.ola)
    assert people(world, number) == {world.ola.id}
    world.do(number, unfollow, world.ola.id, by=world.mette)
    assert followers(world, number) == [("Ola Hansen", True)]


def test_who_takes_part_is_what_the_lines_say(world: World, session: ScopedSession) -> None:
    number = world.request(contact=Contact(user_id=world.mette.id))
    world.do(number, follow, world.siri.id, by=world.ola)
    world.do(number, follow, world.anna.id, by=world.anna)
    lines = session.scalars(select(Follower.user_id).where(Follower.internal.is_(False)))
    assert people(world, number) == set(lines)


def test_the_contact_is_one_of_the_accounts_own(world: World, session: ScopedSession) -> None:
    stranger = make_user(session, role=Role.MEMBER)
    assert account_of(stranger).id != world.account.id
    session.rollback()
    number = world.request()
    for user_id in (stranger.id, world.anna.id, world.siri.id, 10**9):
        with pytest.raises(Refused) as refused:
            world.do(number, change_contact, Contact(user_id=user_id), by=world.ola, version=None)
        assert refused.value.field == "contact"
        with pytest.raises(Refused):
            world.request(contact=Contact(user_id=user_id))
    assert world.request(by=world.siri, contact=Contact(user_id=world.siri.id))


def test_another_contact_is_told_from_then_on(world: World) -> None:
    number = world.request()
    contact = Contact(user_id=world.mette.id, name="Mette Lie", phone="+4722334455")
    seen = world.get(number).version
    request = world.do(
        number, change_contact, contact, by=world.ola, version=seen, own_reference="INC 7"
    )
    assert (request.contact_phone, request.own_reference) == ("+4722334455", "INC 7")
    assert ("Mette Lie", False) in followers(world, number)
    with pytest.raises(Overtaken):
        world.do(number, change_contact, Contact(), by=world.ola, version=seen)


def test_nobody_is_called_back_before_the_time_begins(world: World) -> None:
    contact = Contact(call_from=START, call_until=START)
    with pytest.raises(Refused) as refused:
        world.request(contact=contact)
    assert refused.value.field == "call_until"
    assert world.look().scalars(select(ServiceRequest)).all() == []
