"""Who finds a request, and by what."""

from dataclasses import replace

import pytest

from portal.agreements.targets import Severity
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import OutOfScope, ScopedSession
from portal.base.visibility import Limits
from portal.service_requests.actions import reply
from portal.service_requests.escalating import escalate
from portal.service_requests.following import change_contact, follow, unfollow
from portal.service_requests.handling import add_time, change_severity
from portal.service_requests.indexing import (
    ESCALATED_MARK,
    SEVERITY_MARKS,
    STATUS_MARKS,
    extend_request,
)
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Contact
from portal.service_requests.personal_data import forget_member
from portal.service_requests.rules import Status
from portal.service_requests.taking import take
from tests.factories import make_product, make_site
from tests.service_requests.world import World

DESK = Kind.SERVICE_REQUEST_DESK


def found(
    world: World, text: str, *marks: str, staff: bool = False, limits: Limits | None = None
) -> list[int]:
    """As a customer looks among requests, or staff at their desk."""
    kind = DESK if staff else Kind.SERVICE_REQUEST
    query = query_of(text)
    for mark in marks:
        query = query.narrowed([mark])
    with world.look(staff=staff, limits=limits) as session:
        return find(session, kind, query, limit=10)


@pytest.mark.parametrize(
    "text",
    ["møterom", "moterommet", "hører ingenting", "INC-2231", "2231", "8G2241", "loggfil"],
)
def test_a_request_is_found_by_what_it_says_and_its_numbers(
    world: World, session: ScopedSession, text: str
) -> None:
    product = make_product(session, account=world.account, serial_number="8G2241000017CV")
    session.rollback()
    number = world.request(product_id=product.id, own_reference="INC-2231")
    world.request(subject="Annet", text="Noe helt annet.", by=world.mette)
    world.do(number, reply, "Send loggfilen.", by=world.anna)
    for staff in (False, True):
        assert found(world, text, staff=staff) == [number]


def test_it_is_found_by_its_contact_and_no_more_by_one_that_it_had(world: World) -> None:
    per = Contact(name="Per Lyngstad", phone="+4722334455")
    asked = world.request(contact=per, text="Lyngstad stasjon er nede. Ring 815 00 000.")
    for text in ("Per Lyngstad", "22 33 44 55", "22334455", "+4722334455"):
        for staff in (False, True):
            assert found(world, text, staff=staff) == [asked], text
    world.do(asked, reply, "Hilsen Peder", by=world.ola)
    kari = Contact(name="Kari Bråten", phone="+4790919293")
    world.do(asked, change_contact, kari, version=None, by=world.ola)
    for staff in (False, True):
        for text in ("Bråten", "90919293", "Peder", "Lyngstad", "stasjon"):
            assert found(world, text, staff=staff) == [asked], text
        for text in ("Per Lyngstad", "22334455"):
            assert found(world, text, staff=staff) == [], text


def test_whoever_deletes_their_user_is_found_nowhere_as_the_contact(world: World) -> None:
    contact = Contact(user_id=world.mette.id, name="Mette Lie", phone="+4722334455")
    asked = world.request(contact=contact)
    assert found(world, "Mette Lie") == found(world, "22334455") == [asked]
    with world.at_work() as session:
        forget_member(session, world.mette.id)
    for staff in (False, True):
        assert found(world, "Mette", staff=staff) == []
        assert found(world, "22334455", staff=staff) == []
        assert found(world, "møterommet", staff=staff) == [asked]
    assert (world.get(asked).contact_name, world.get(asked).contact_phone) == ("", "")


def test_it_is_found_by_its_number(world: World) -> None:
    number = world.request()
    world.request()
    assert found(world, world.get(number).reference) == [number]


@pytest.mark.parametrize("word", ["fakturasperre", "purrerunde"])
def test_what_is_internal_is_found_by_staff_alone(world: World, word: str) -> None:
    number = world.request()
    world.do(number, reply, "Kunden har fakturasperre.", by=world.erik, internal=True)
    world.do(number, add_time, 5, by=world.erik, note="Purrerunde")
    world.do(number, follow, world.erik.id, by=world.erik)
    assert found(world, word, staff=True) == [number]
    assert found(world, word) == []
    world.do(number, reply, "Hei igjen.", by=world.ola)  # what is public later lets nothing slip
    assert found(world, word) == []
    assert found(world, "igjen") == found(world, "igjen", staff=True) == [number]


def test_customers_do_not_look_among_what_is_staffs(world: World) -> None:
    with pytest.raises(OutOfScope):
        find(world.look(), DESK, query_of("x"), limit=1)


def test_a_request_is_found_among_those_like_it_as_it_is_now(world: World) -> None:
    number, status = world.request(), STATUS_MARKS
    assert found(world, "lyd", status[Status.NEW], SEVERITY_MARKS[Severity.MEDIUM]) == [number]
    world.do(number, take, by=world.anna)
    world.do(number, change_severity, Severity.HIGH, by=world.ola)
    world.do(number, escalate, "Haster", by=world.ola)
    assert found(world, "lyd", status[Status.NEW]) == []
    marks = (status[Status.IN_PROGRESS], SEVERITY_MARKS[Severity.HIGH], ESCALATED_MARK)
    assert found(world, "lyd", *marks) == [number]
    assert found(world, "lyd", f"o{world.anna.id}", staff=True) == [number]


def test_one_finds_where_one_takes_part_and_what_is_at_ones_sites(
    world: World, session: ScopedSession
) -> None:
    bergen, oslo = (make_site(session, world.account, name) for name in ("Bergen", "Oslo"))
    session.rollback()
    here = world.request(site_id=bergen.id)
    there = world.request(site_id=oslo.id)
    nowhere = world.request()
    only = frozenset({world.account.id})
    own = Limits(world.mette.id, own=only)
    at_bergen = replace(own, at_sites=only, sites=frozenset({bergen.id}))

    assert found(world, "lyd") == [nowhere, there, here]
    assert found(world, "lyd", limits=own) == []
    assert found(world, "lyd", limits=at_bergen) == [here]
    world.do(there, follow, world.mette.id, by=world.ola)
    assert found(world, "lyd", limits=own) == [there]
    assert found(world, "lyd", limits=at_bergen) == [there, here]
    elsewhere = replace(own, own=frozenset({10**6}), others=True)
    assert found(world, "lyd", limits=elsewhere) == [nowhere, there, here]
    world.do(there, unfollow, world.mette.id, by=world.ola)
    assert found(world, "lyd", limits=own) == []


def test_nobody_changes_how_another_customers_is_found(
    world: World, session: ScopedSession
) -> None:
    number = world.request()
    foreign = ServiceRequest(
        id=number, account_id=world.account.id + 1, status=Status.NEW, people=""
    )
    foreign.severity, foreign.about = Severity.LOW, world.get(number).about
    with world.session() as asking, pytest.raises(OutOfScope):
        extend_request(asking, foreign, ["hva som helst"])
    assert found(world, "hva som helst") == []


def test_who_sees_their_own_enters_nothing_else(world: World) -> None:
    number = world.request()
    limits = Limits(world.mette.id, own=frozenset({world.account.id}))
    request = world.get(number)
    with world.session(limits=limits) as session, pytest.raises(OutOfScope):
        extend_request(session, request, ["hva som helst"])
