import pytest
from sqlalchemy import select

from portal.base.files import StoredFile
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.escalations.actions import give
from portal.service_requests.actions import close_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.explaining import concern
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_status
from portal.service_requests.joining import link, merge, note_origin
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import (
    escalations_open,
    files_of,
    followers_of,
    links_of,
    messages_of,
    steps_of,
)
from portal.service_requests.rules import LinkKind, MessageKind, Status
from portal.service_requests.splitting import split
from portal.service_requests.taking import take
from tests.factories import MOMENT
from tests.service_requests.world import By, World


def join(world: World, deed: object, one: int, other: int, *args: object, **told: object) -> None:
    with world.at_work(staff=True) as session:
        both = [session.get_one(ServiceRequest, each) for each in (one, other)]
        deed(session, *both, *args, by=By(world.anna.id), now=world.now, **told)  # type: ignore[operator]


def kinds(world: World, number: int, *, staff: bool = False) -> list[LinkKind]:
    return [it.kind for it in world.look(staff=staff).scalars(links_of(number))]


def test_links_are_between_staff_until_they_are_shown(world: World) -> None:
    one, other = world.request(), world.request()
    for _ in range(2):
        join(world, link, one, other, LinkKind.RELATED)
    join(world, link, one, other, LinkKind.DUPLICATE, internal=False)
    assert kinds(world, other) == [LinkKind.DUPLICATE]
    assert kinds(world, one, staff=True) == [LinkKind.RELATED, LinkKind.DUPLICATE]
    with pytest.raises(Refused):
        join(world, link, one, one, LinkKind.RELATED)


def test_where_a_copy_came_from_staff_see_and_it_is_a_number_only(world: World) -> None:
    number = world.request()
    reference = world.get(number).reference
    world.do(number, note_origin, reference, by=world.anna)
    assert kinds(world, number) == []
    line = world.look(staff=True).scalars(links_of(number)).one()
    assert (line.kind, line.other_id, line.other_reference) == (LinkKind.COPIED, None, reference)
    with pytest.raises(Refused):
        world.do(number, note_origin, "SR-1", by=world.anna)


def test_what_is_merged_is_closed_and_its_followers_go_along(world: World) -> None:
    one, into = world.request(by=world.mette), world.request()
    world.do(one, follow, world.anna.id, by=world.anna)
    join(world, merge, one, into)
    request = world.get(one)
    assert (request.status, request.merged_into_id) == (Status.CLOSED, into)
    names = [it.user.name for it in world.look(staff=True).scalars(followers_of(into))]
    assert names == ["Ola Hansen", "Mette Lie", "Anna Agent"]
    assert kinds(world, into) == [LinkKind.MERGED]
    assert f",{world.mette.id}," in world.get(into).people
    for wrong in ((one, into), (into, one), (into, into)):
        with pytest.raises(Refused):
            join(world, merge, *wrong)


def test_what_is_closed_may_be_merged_and_nothing_into_it(world: World) -> None:
    one, into = world.request(), world.request()
    world.do(one, close_request, by=world.ola, solved=False)
    with pytest.raises(Refused):
        join(world, merge, into, one)
    join(world, merge, one, into)
    assert world.get(one).merged_into_id == into


def test_a_request_is_split_with_its_files_and_its_notes(
    world: World, session: ScopedSession
) -> None:
    number = world.request()
    world.do(number, take, by=world.anna)
    file = StoredFile(account_id=world.account.id, key="k", name="logg.txt", size=1)
    file.media_type, file.sha256, file.created_at = "text/plain", "0" * 64, MOMENT
    session.add(file)
    session.commit()
    session.refresh(file)
    session.expunge(file)
    world.do(number, reply, "Og så er hodesettet borte.", by=world.ola, files=[file])
    world.do(number, reply, "Spør Lars.", by=world.anna, internal=True)
    said = [it.id for it in world.look(staff=True).scalars(messages_of(number))]

    with world.at_work(staff=True) as writing:
        request = writing.get_one(ServiceRequest, number)
        told = {"subject": "Borte hodesett", "by": By(world.anna.id), "now": world.later(hours=1)}
        with pytest.raises(Refused):
            split(writing, request, message_ids=said[2:], **told)  # type: ignore[arg-type]
        new = split(writing, request, message_ids=said[1:], **told).id  # type: ignore[arg-type]

    request = world.get(new)
    assert (request.status, request.opened_at) == (Status.NEW, world.now)
    assert (request.opened_by_id, request.owner_id) == (world.ola.id, world.anna.id)
    assert request.due_at is not None
    seen = world.look()
    assert [(it.kind, it.text) for it in seen.scalars(messages_of(new))] == [
        (MessageKind.DESCRIPTION, "Og så er hodesettet borte.")
    ]
    assert [it.file.name for it in seen.scalars(files_of(new))] == ["logg.txt"]
    assert [it.text for it in world.look(staff=True).scalars(messages_of(new))][1:] == [
        "Spør Lars."
    ]
    assert len(seen.scalars(messages_of(number)).all()) == 2
    assert kinds(world, new) == [LinkKind.SPLIT]
    assert len(seen.scalars(steps_of(new)).all()) == 1
    assert len(seen.scalars(select(ServiceRequest)).all()) == 2


def escalated(world: World, number: int) -> Escalation | None:
    """What managers keep of it at present."""
    return world.look(staff=True).scalars(escalations_open(number)).one_or_none()


def test_whoever_escalated_what_is_merged_has_a_manager_still(world: World) -> None:
    one, into = world.request(), world.request()
    world.do(one, escalate, "Møtet er i morgen.", by=world.ola)
    before = escalated(world, one)
    assert before
    with world.at_work(staff=True) as session:
        mine = session.get_one(Escalation, before.id)
        give(session, mine, world.erik.id, version=1, by=By(world.erik.id), now=world.now)
        due = mine.next_update_due_at
    world.later(minutes=5)
    join(world, merge, one, into)
    after = escalated(world, into)
    assert after
    assert (after.reason, after.owner_id, after.next_update_due_at, after.internal) == (
        *("Møtet er i morgen.", world.erik.id, due),
        False,
    )
    assert (world.get(into).escalated, world.get(into).escalated_at) == (True, after.escalated_at)
    assert (world.get(one).escalated, escalated(world, one)) == (False, None)
    ended = world.look(staff=True).get_one(Escalation, before.id)
    assert ended.ended_because == world.get(into).reference


@pytest.mark.parametrize(("here", "there"), [(False, False), (True, True), (True, False)])
def test_what_stands_escalated_already_keeps_its_own(
    world: World, *, here: bool, there: bool
) -> None:
    one, into = world.request(), world.request()
    world.do(one, escalate, "Den ene.", by=world.anna, internal=here)
    world.do(into, escalate, "Den andre.", by=world.anna, internal=there)
    join(world, merge, one, into)
    after = escalated(world, into)
    assert after
    assert after.reason == "Den andre."


def test_what_staff_escalated_among_themselves_gives_way_to_what_the_customer_did(
    world: World,
) -> None:
    one, into = world.request(), world.request()
    world.do(one, escalate, "Kunden ber om det.", by=world.ola)
    world.do(into, escalate, "Kunden er misfornøyd.", by=world.anna, internal=True)
    join(world, merge, one, into)
    after = escalated(world, into)
    assert after
    assert (after.reason, after.internal) == ("Kunden ber om det.", False)
    assert world.get(into).escalated


def test_what_is_canceled_is_merged_handed_over_and_answered_no_more(world: World) -> None:
    one, into = world.request(), world.request()
    world.do(one, change_status, Status.CANCELED, by=world.anna)
    with pytest.raises(Refused, match="This request is canceled"):
        join(world, merge, one, into)
    deeds: list[tuple[object, object, object]] = [
        (assign, world.erik.id, world.anna),
        (reply, "Hei", world.ola),
        (reply, "Hei", world.anna),
        (escalate, "Haster", world.ola),
        (change_status, Status.IN_PROGRESS, world.anna),
    ]
    for deed, told, by in deeds:
        with pytest.raises(Refused, match="This request is canceled"):
            world.do(one, deed, told, by=by)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="This request is canceled"):
        world.do(one, concern, by=world.anna, readable=bool, known_issue_id=1)
    assert world.get(one).owner_id is None
