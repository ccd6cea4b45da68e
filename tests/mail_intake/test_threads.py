"""Mails about a request stand together in every mail program, and can be answered."""

from typing import Any

import pytest

from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.jobs import Job
from portal.mail_intake.rules import State
from portal.service_requests.actions import reopen_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_severity, change_status
from portal.service_requests.opening import Contact, open_request
from portal.service_requests.rules import Status
from tests.factories import make_user
from tests.mail_intake.conftest import Post, answer_to
from tests.service_requests.world import By
from tests.service_requests.world import said as about


def said(post: Post, number: int, text: str = "Prøv igjen.", **told: Any) -> None:
    post.world.later(minutes=1)
    post.world.do(number, reply, text, by=post.world.anna, **told)


def test_mails_about_a_request_follow_each_other(post: Post, opened: int) -> None:
    ola = post.world.ola
    root = f"<{post.world.get(opened).reference}@localhost>"
    receipt = f"<{post.messages(opened)[0].mail_id}.u{ola.id}@localhost>"
    said(post, opened)
    first = post.sent_to(ola)
    said(post, opened, "Virker den?")
    second = post.sent_to(ola)
    post.world.do(opened, change_status, Status.SOLUTION_PROPOSED, by=post.world.anna)
    third = post.sent_to(ola)

    assert first["References"].split() == [root, receipt]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split() == [root, first["Message-ID"]]
    assert third["References"].split() == [root, second["Message-ID"]]
    assert len({it["Message-ID"] for it in (first, second, third)}) == 3


def test_all_of_a_thread_has_one_subject_and_says_first_what_happened(
    post: Post, opened: int
) -> None:
    """Mail programs take what has another subject for another conversation."""
    world, ola = post.world, post.world.ola
    subject = f"[{world.get(opened).reference}] Ingen lyd"
    deeds: list[tuple[str, Any, tuple[Any, ...], Any]] = [
        ("Anna Agent has written", reply, ("Hei",), world.anna),
        ("has a new status", change_status, (Status.SOLUTION_PROPOSED,), world.anna),
        ("The severity of", change_severity, (Severity.HIGH,), world.anna),
        ("has a new status", change_status, (Status.CLOSED,), world.anna),
        ("has opened", reopen_request, ("Nei",), world.mette),
        ("has escalated", escalate, ("Haster",), world.mette),
    ]
    for line, deed, args, by in deeds:
        world.later(minutes=1)
        world.do(opened, deed, *args, by=by)
        mail = post.sent_to(ola)
        body = mail.get_body(("plain",))
        assert body
        marker, _, first, *_ = body.get_content().splitlines()
        assert marker.startswith("– ")
        assert (mail["Subject"], line in first) == (subject, True), first


def test_whoever_opens_a_request_has_its_number_and_can_answer_at_once(post: Post) -> None:
    world = post.world
    number = world.request(subject="Ingen lyd", by=world.mette)
    mail = post.sent_to(world.mette)
    reference = world.get(number).reference
    body = mail.get_body(("plain",))
    assert body
    assert mail["Subject"] == f"[{reference}] Ingen lyd"
    assert f"We have received your service request {reference} “Ingen lyd”." in body.get_content()
    assert "You get a first answer by" in body.get_content()
    assert f"/service-requests/{reference}" in body.get_content()
    assert post.take(answer_to(mail, "Det gjelder rom 4.")).state is State.TAKEN
    assert post.messages(number)[-1].author_id == world.mette.id


def test_whoever_of_staff_opens_one_for_a_customer_has_no_receipt(post: Post) -> None:
    world = post.world
    with world.at_work(staff=True) as session:
        contact = Contact(user_id=world.ola.id)
        open_request(session, about(contact=contact), by=By(world.anna.id), now=world.now)
    (mail,) = post.sent()
    body = mail.get_body(("plain",))
    assert body
    assert mail["To"] == world.ola.email
    assert "Anna Agent has opened" in body.get_content()


def test_what_somebody_answered_by_mail_is_what_the_next_mail_follows(
    post: Post, opened: int
) -> None:
    said(post, opened)
    answer = answer_to(post.sent_to(post.world.ola))
    post.take(answer)
    post.sent()
    said(post, opened, "Fint!")

    next_mail = post.sent_to(post.world.ola)
    assert next_mail["In-Reply-To"] == answer["Message-ID"]
    assert next_mail["References"].endswith(answer["Message-ID"])


def test_a_mail_that_is_tried_again_has_the_same_number(post: Post, opened: int) -> None:
    said(post, opened)
    post.sink.drops = 1  # it takes the mail, and hangs up before it says so
    with_first = post.sent()
    post.world.later(hours=1)
    again = post.sent()

    ours = [it["Message-ID"] for it in with_first if it["To"] == post.world.ola.email]
    ours += [it["Message-ID"] for it in again if it["To"] == post.world.ola.email]
    assert len(ours) == 2
    assert len(set(ours)) == 1
    message = post.messages(opened)[-1]
    assert ours[0] == f"<{message.mail_id}.u{post.world.ola.id}@localhost>"


def test_each_reader_has_an_address_of_their_own(post: Post, opened: int) -> None:
    world = post.world
    world.do(opened, follow, world.mette.id, by=world.ola)
    world.do(opened, follow, world.siri.id, by=world.ola)
    said(post, opened)
    mails = post.sent()

    assert {it["To"] for it in mails} == {u.email for u in (world.ola, world.mette, world.siri)}
    addresses = {it["Reply-To"].addresses[0].addr_spec for it in mails}
    assert len(addresses) == 3
    assert all(len(each.partition("@")[0]) <= 64 for each in addresses)
    assert all(each.endswith("@portal.example") for each in addresses)
    said(post, opened, "Igjen")
    assert {it["Reply-To"].addresses[0].addr_spec for it in post.sent()} == addresses


def test_every_mail_says_that_a_machine_wrote_it_and_which(post: Post, opened: int) -> None:
    said(post, opened)
    mail = post.sent_to(post.world.ola)

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Portal-Loop"] == "localhost"
    assert mail["List-Id"] == "<requests.localhost>"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nb", "– Skriv svaret ditt over denne linjen –"),
        ("en", "– Write your answer above this line –"),
    ],
)
def test_a_mail_asks_for_the_answer_above_its_first_line_in_the_readers_language(
    post: Post, opened: int, language: str, line: str
) -> None:
    ola = post.session.merge(post.world.ola)
    ola.language = language
    post.session.commit()
    said(post, opened)
    mail = post.sent_to(post.world.ola)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert html
    assert text.get_content().startswith(line)
    assert line in html.get_content()


def test_who_may_only_read_is_given_no_address(post: Post, opened: int) -> None:
    observer = make_user(post.session, account=post.world.account, role=Role.OBSERVER)
    post.session.commit()
    post.world.do(opened, follow, observer.id, by=post.world.ola)
    said(post, opened)
    mail = post.sent_to(observer)
    body = mail.get_body(("plain",))
    assert body
    assert mail["Reply-To"] is None
    assert "over denne linjen" not in body.get_content()


def test_a_mail_gives_away_no_note_that_came_between(post: Post, opened: int) -> None:
    said(post, opened)
    first = post.sent_to(post.world.ola)
    said(post, opened, "Kunden har ikke betalt.", internal=True)
    said(post, opened, "Virker den?")
    second = post.sent_to(post.world.ola)

    assert second["In-Reply-To"] == first["Message-ID"]


def test_staff_answer_a_note_with_a_note_and_a_reply_with_a_reply(post: Post, opened: int) -> None:
    world = post.world
    world.do(opened, assign, world.anna.id, by=world.erik)
    post.sent()
    world.later(minutes=1)
    world.do(opened, reply, "Hva nå?", by=world.erik, internal=True)
    note = post.sent_to(world.anna)
    world.do(opened, reply, "Hallo?", by=world.ola)
    public = post.sent_to(world.anna)
    assert note["Reply-To"] != public["Reply-To"]

    post.take(answer_to(note, "Vent til mandag."))
    post.take(answer_to(public, "Vi ser på det."))
    *_, first, second = post.messages(opened)
    assert (first.text.splitlines()[0], first.internal) == ("Vent til mandag.", True)
    assert (second.text.splitlines()[0], second.internal) == ("Vi ser på det.", False)
    assert second.by_staff


def test_no_job_is_left(post: Post, opened: int) -> None:
    said(post, opened)
    post.sent()
    assert not post.session.query(Job).filter(Job.repeats.is_(None)).count()
