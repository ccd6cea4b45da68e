"""Over a real line to a server of our own, in the shape that is documented."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.carriers import line
from portal.carriers.bring import Bring, bring_of
from portal.carriers.interface import Booking, Declined, Garbled, Party, Shipment, Silent, Tracked
from portal.carriers.rules import Status
from portal.config import Settings
from tests.carriers.conftest import NUMBER, UNKNOWN, Desk, answer, event

US = Party(name="Oss", street="Lagerveien 8", postal_code="0581", city="Oslo")
THEM = Party(name="Nordlys", street="Storgata 1\n3. etasje", postal_code="2609", city="Hamar")
ORDER = Shipment(reference="RMA-1", sender=THEM, recipient=US, contents="Sync 20", returns=True)


@pytest.fixture
def bring(settings: Settings) -> Iterator[Bring]:
    made = bring_of(settings)
    yield made
    made.hang_up()


def test_it_says_who_asks_and_reads_the_events(bring: Bring, posten: Desk) -> None:
    told = event("HANDED_IN", 1, city="OSLO", description="Innlevert", unitId="1", added={"new": 1})
    posten.says[NUMBER] = answer(told, event("DELIVERED", 20))
    tracked = bring.track(NUMBER)

    assert [it.status for it in tracked.events] == [Status.HANDED_IN, Status.DELIVERED]
    first = tracked.events[0]
    assert (first.at, first.place, first.text) == (
        datetime(2026, 11, 19, 14, tzinfo=UTC),
        "OSLO",
        "Innlevert",
    )
    assert posten.headers["X-Mybring-API-Uid"] == "a@b.example"
    assert posten.headers["X-Mybring-API-Key"] == "k"
    assert posten.headers["X-Bring-Client-URL"] == "http://localhost"


def test_an_open_line_is_used_again_and_opened_anew_when_it_was_closed(
    bring: Bring, posten: Desk
) -> None:
    posten.otherwise = answer()
    for number in ("1", "2", "3"):
        assert bring.track(number) == Tracked()
    posten.says["4"] = None  # hangs up without a word, twice
    with pytest.raises(Silent):
        bring.track("4")
    assert bring.track("5") == Tracked()
    assert posten.asked == ["1", "2", "3", "4", "4", "5"]


def test_a_number_is_asked_for_as_it_is(bring: Bring, posten: Desk) -> None:
    bring.track("A/B&lang=en?")
    assert posten.asked == ["A%2FB%26lang%3Den%3F"]


@pytest.mark.parametrize("said", [UNKNOWN, 404, {"consignmentSet": []}])
def test_a_number_that_nobody_knows_is_no_trouble(bring: Bring, posten: Desk, said: Any) -> None:
    posten.otherwise = said
    assert bring.track(NUMBER) == Tracked(known=False)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503, 302])
def test_who_does_not_tell_is_silent(bring: Bring, posten: Desk, status: int) -> None:
    posten.otherwise = status
    with pytest.raises((Silent, Garbled)):
        bring.track(NUMBER)


@pytest.mark.parametrize(
    "said",
    [
        b"<html>Vi er snart tilbake</html>",
        b"",
        b"\xff\xfe\x00",
        b"[1, 2",
        b"[]",
        b"null",
        b'"tekst"',
        b"{}",
        b'{"consignmentSet": 7}',
        b"[" * 100_000,
        b'{"consignmentSet": [' + b" " * line.MOST_BYTES + b"]}",
    ],
    ids=range(11),
)
def test_garbage_is_told_from_silence(bring: Bring, posten: Desk, said: bytes) -> None:
    posten.otherwise = said
    with pytest.raises(Garbled):
        bring.track(NUMBER)
    posten.otherwise = answer()
    assert bring.track(NUMBER) == Tracked()


def test_what_cannot_be_read_of_an_answer_is_passed_over(bring: Bring, posten: Desk) -> None:
    strange: list[Any] = [
        None,
        "text",
        {},
        {"status": "DELIVERED"},
        {"status": "DELIVERED", "dateIso": "i går"},
        {"status": "DELIVERED", "dateIso": 17},
        {"status": "DELIVERED", "dateIso": "0001-01-01T00:00:00+14:00"},
        {"status": ["DELIVERED"], "dateIso": "2026-11-19T15:00:00", "city": 7},
        event("SOMETHING_NEW", 3, city="<b>Oslo</b>", description="x" * 5000),
    ]
    posten.says[NUMBER] = answer(*strange)
    tracked = bring.track(NUMBER)

    assert [it.status for it in tracked.events] == [Status.OTHER, Status.OTHER]
    assert tracked.events[0].at == datetime(2026, 11, 19, 14, tzinfo=UTC)  # Norwegian time
    assert tracked.events[1].code == "SOMETHING_NEW"
    assert len(tracked.events[1].text) == 200


def test_of_several_packages_the_one_that_was_asked_for_counts(bring: Bring, posten: Desk) -> None:
    ours, other = answer(event("IN_TRANSIT", 1)), answer(event("DELIVERED", 2), number="2")
    posten.says[NUMBER] = {"consignmentSet": ours["consignmentSet"] + other["consignmentSet"]}
    assert [it.status for it in bring.track(NUMBER).events] == [Status.IN_TRANSIT]


def test_who_dribbles_is_cut_off(
    bring: Bring, posten: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_IN_ALL", 0.3)
    posten.delay, posten.otherwise = 1.0, answer()
    with pytest.raises(Silent):
        bring.track(NUMBER)


def test_nobody_there_is_silence() -> None:
    with pytest.raises(Silent):
        Bring("http://127.0.0.1:9", "u", "k").track(NUMBER)


def test_many_ask_at_once_each_on_a_line_of_its_own(bring: Bring, posten: Desk) -> None:
    posten.otherwise, found = answer(event("DELIVERED", 1), number=""), []
    threads = [
        threading.Thread(target=lambda n=n: found.append(bring.track(str(n)))) for n in range(12)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 12


def test_how_long_to_be_away_is_heard_within_reason() -> None:
    for said, seconds in (("30", 30), ("999999999", 3600), ("x", 300), (None, 300), ("0", 1)):
        with pytest.raises(Silent) as trouble:
            line._read(429, said, b"")
        assert trouble.value.wait == timedelta(seconds=seconds)


def test_an_order_says_from_whom_to_whom(bring: Bring, posten: Desk) -> None:
    posten.books = booking(number="370722150000099")
    assert bring.book(ORDER) == Booking("370722150000099", "https://api.bring.com/labels/1")

    (asked,) = (json.loads(it)["consignments"][0] for it in posten.booked)
    assert asked["product"] == {"id": "9000", "customerNumber": "5"}
    assert asked["parties"]["sender"]["addressLine2"] == "3. etasje"
    assert asked["parties"]["recipient"]["city"] == "Oslo"
    assert asked["packages"][0]["correlationId"] == "RMA-1"


def booking(**told: Any) -> dict[str, Any]:
    confirmed = {
        "consignmentNumber": "70722150000000001",
        "links": {"labels": "https://api.bring.com/labels/1", "tracking": "https://x.example"},
        "packages": [{"packageNumber": told.get("number")}],
    }
    return {"consignments": [{"confirmation": confirmed, "errors": told.get("errors")}]}


def test_who_does_not_take_it_says_why(bring: Bring, posten: Desk) -> None:
    why = [{"code": "BOOK-1", "messages": [{"lang": "no", "message": "Ukjent kundenummer"}]}]
    posten.books = booking(errors=why)
    with pytest.raises(Declined, match="Ukjent kundenummer"):
        bring.book(ORDER)
    posten.books = 400
    with pytest.raises(Declined):
        bring.book(ORDER)


@pytest.mark.parametrize("said", [{}, {"consignments": []}, {"consignments": [{}]}, b"nei", []])
def test_an_order_that_is_not_confirmed_is_none(bring: Bring, posten: Desk, said: Any) -> None:
    posten.books = said
    with pytest.raises(Garbled):
        bring.book(ORDER)


def test_an_order_is_not_sent_twice_because_the_line_broke(bring: Bring, posten: Desk) -> None:
    posten.otherwise = answer()
    bring.track("1")  # a line is open
    posten.books = None
    with pytest.raises(Silent):
        bring.book(ORDER)
    assert len(posten.booked) == 1


def test_without_a_number_of_ours_nothing_is_ordered_or_asked() -> None:
    assert not Bring().tracks
    assert Bring(uid="u", key="k").tracks
    assert not Bring(uid="u", key="k").books
    assert Bring(uid="u", key="k", customer="5").books


def test_people_follow_it_in_their_language() -> None:
    assert Bring().link("1/2", "en") == "https://sporing.posten.no/sporing/1%2F2?lang=en"
    assert Bring().link("1", "nb").endswith("lang=no")
