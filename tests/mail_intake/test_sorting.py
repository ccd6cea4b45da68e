"""Only a genuine address and a right that still holds make a message of a mail; nothing is lost."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.grants import Grant
from portal.accounts.models import Membership
from portal.app import open_worker
from portal.base import clock
from portal.base.access import Role
from portal.base.file_store import StorageTrouble
from portal.base.files import StoredFile
from portal.base.history import DeskEvent, What
from portal.base.jobs import Job, later
from portal.base.reply_addresses import Whose, token_for
from portal.mail_intake.rules import Reason, State
from portal.service_requests.actions import close_request, reply
from portal.service_requests.following import follow
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequestFile
from portal.service_requests.reply_models import ReplyAddress
from portal.service_requests.rules import Source, Status
from tests.conftest import SETTINGS
from tests.factories import make_user
from tests.mail_intake.conftest import REPLY, Post, answer_to
from tests.uploads import clamd
from tests.uploads.contents import EICAR


@pytest.fixture
def told(post: Post, opened: int) -> EmailMessage:
    """The mail by which Ola hears of Anna's answer."""
    post.world.do(opened, reply, "Prøv igjen.", by=post.world.anna)
    return post.sent_to(post.world.ola)


def outcome(post: Post, mail: Any, *recipients: str, **how: Any) -> tuple[State, Reason | None]:
    found = post.take(mail, *recipients, **how)
    return found.state, found.reason


def address_in(mail: EmailMessage) -> str:
    found: str = mail["Reply-To"].addresses[0].addr_spec
    return found


def test_an_answer_becomes_a_message_of_its_request(
    post: Post, opened: int, told: EmailMessage
) -> None:
    waiting: Any = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}
    post.world.do(opened, reply, "Send loggen.", by=post.world.anna, **waiting)
    mail = post.take(answer_to(told, "Her er den."))

    message = post.messages(opened)[-1]
    assert (mail.state, mail.reason) == (State.TAKEN, None)
    assert message.text == "Her er den.\n\nHilsen\nOla"
    assert (message.author_id, message.source) == (post.world.ola.id, Source.MAIL)
    assert (message.by_staff, message.internal, message.automatic) == (False, False, False)
    assert post.world.get(opened).status is Status.IN_PROGRESS
    assert mail.text == ""  # what became a message is kept once
    event = post.session.scalars(select(DeskEvent).where(DeskEvent.what == What.MAIL_TAKEN)).one()
    assert (event.record_id, event.by_id) == (mail.id, post.world.ola.id)


NOT_OLA = {
    "anna": ["{anna}"],
    "mette": ["{mette}"],
    "siri": ["Siri <{SIRI}>"],
    "a stranger": ["evil@evil.example"],
    "a stranger called like him": ['"{ola}" <evil@evil.example>'],
    "a stranger whose name begins like it": ["{ola} <evil@evil.example>"],
    "himself from elsewhere": ["Ola Hansen <ola.privat@example.net>"],
    "himself by an alias": ["Ola Hansen <{alias}>"],
    "two in one line": ["{ola}, evil@evil.example"],
    "two lines": ["{ola}", "evil@evil.example"],
    "twice himself": ["{ola}", "{ola}"],
    "nobody": [],
    "nothing": [""],
    "no address": ["Ola Hansen"],
}
NAMELESS = {"two in one line", "two lines", "twice himself", "nobody", "nothing", "no address"}
NAMELESS.add("a stranger whose name begins like it")


@pytest.mark.parametrize("who", NOT_OLA)
def test_it_must_be_from_whom_the_reply_address_belongs_to(
    post: Post, opened: int, told: EmailMessage, who: str
) -> None:
    """Whoever was forwarded a mail has its reply address, and writes in nobody's name by it."""
    world, ola = post.world, post.world.ola.email
    names = {it: getattr(world, it).email for it in ("anna", "mette", "ola")}
    names |= {"SIRI": world.siri.email.upper(), "alias": ola.replace("@", "+support@")}
    letter = answer_to(told).as_bytes()
    line = f"From: {ola}\n".encode()
    assert line in letter
    lines = "".join(f"From: {it.format(**names)}\n" for it in NOT_OLA[who])
    before = len(post.messages(opened))
    state, reason = outcome(post, letter.replace(line, lines.encode()))
    assert state is State.PARKED
    assert reason is (Reason.NAMELESS if who in NAMELESS else Reason.SOMEBODY_ELSE)
    assert len(post.messages(opened)) == before


def test_what_is_forged_is_not_answered_and_leaves_them_the_answer_to_their_own(
    post: Post, opened: int, told: EmailMessage
) -> None:
    """One answer in a day is all that they get: nobody else is to use it up."""
    nobodys, unaddressed = answer_to(told, "Fra ingen"), answer_to(told, "Til ingen")
    del nobodys["From"]
    elsewhere = answer_to(told, "Fra en annen", sender="evil@evil.example")
    post.world.do(opened, close_request, by=post.world.ola, solved=True)
    post.sent()
    assert outcome(post, elsewhere) == (State.PARKED, Reason.SOMEBODY_ELSE)
    assert outcome(post, nobodys) == (State.PARKED, Reason.NAMELESS)
    assert outcome(post, unaddressed, "x@portal.example") == (State.PARKED, Reason.UNKNOWN)
    sealed = answer_to(told, "Fra en annen", sender="evil@evil.example")
    sealed.set_content(b"0", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert outcome(post, sealed) == (State.PARKED, Reason.ENCRYPTED)
    assert post.sent() == []
    assert outcome(post, answer_to(told, "Min egen")) == (State.PARKED, Reason.CLOSED)
    assert post.sent_to(post.world.ola)["Auto-Submitted"] == "auto-replied"


def test_his_own_address_is_his_in_any_case_and_beside_any_name(
    post: Post, opened: int, told: EmailMessage
) -> None:
    for sender in (post.world.ola.email.upper(), f'"Anna Agent" <{post.world.ola.email}>'):
        answer = answer_to(told, f"Fra {sender[:6]}", sender=sender)
        assert outcome(post, answer) == (State.TAKEN, None)
        assert post.messages(opened)[-1].author_id == post.world.ola.id


def test_a_note_is_nobodys_but_by_the_address_of_whom_it_was_told(post: Post, opened: int) -> None:
    """What is for staff alone is written by staff alone."""
    world = post.world
    world.do(opened, assign, world.anna.id, by=world.erik)
    post.sent()
    world.later(minutes=1)
    world.do(opened, reply, "Hva nå?", by=world.erik, internal=True)
    note = post.sent_to(world.anna)
    before = len(post.messages(opened))
    for sender in ("evil@evil.example", world.ola.email, world.erik.email):
        answer = answer_to(note, f"Fra {sender}", sender=sender)
        assert outcome(post, answer) == (State.PARKED, Reason.SOMEBODY_ELSE)
    assert len(post.messages(opened)) == before
    assert outcome(post, answer_to(note, "Fra meg")) == (State.TAKEN, None)


def test_a_forged_address_is_set_aside(post: Post, opened: int, told: EmailMessage) -> None:
    local, _at, domain = address_in(told).partition("@")
    before = len(post.messages(opened))
    last = "x" if local[-1] != "x" else "y"
    for number, forged in enumerate((local[:-1] + last, f"{local[:8]}2{local[9:]}", local[:-3])):
        answer = answer_to(told, f"Forsøk {number}")
        assert outcome(post, answer, f"{forged}@{domain}") == (State.PARKED, Reason.FORGED)
    assert len(post.messages(opened)) == before
    what = select(DeskEvent).where(DeskEvent.what == What.MAIL_PARKED)
    assert len(post.session.scalars(what).all()) == 3


def test_an_address_of_another_request_or_person_is_none_of_this(post: Post, opened: int) -> None:
    """Numbers that stand in the address are believed by nobody."""
    world = post.world
    other = world.request(subject="Noe annet", by=world.mette)
    world.do(opened, reply, "Hei", by=world.anna)
    world.do(other, reply, "Hei", by=world.anna)
    post.sent()
    rows = {it.user_id: it for it in post.session.scalars(select(ReplyAddress))}
    mine, theirs = rows[world.ola.id], rows[world.mette.id]
    mixed = [
        replace(mine.whose, request_id=theirs.request_id),
        replace(mine.whose, user_id=theirs.user_id),
        replace(mine.whose, as_note=True),
        replace(theirs.whose, number=mine.id),
        Whose(number=99, request_id=opened, user_id=world.anna.id),
    ]
    post.session.rollback()
    for number, whose in enumerate(mixed):
        token = token_for(whose, secret_key=SETTINGS.secret_key)
        letter = EmailMessage()
        letter["From"], letter["Message-ID"] = "x@example.net", f"<{number}@example.net>"
        letter.set_content(f"Hei {number}")
        to = REPLY.replace("{token}", token)
        assert outcome(post, letter, to) == (State.PARKED, Reason.FORGED)


def test_two_addresses_in_one_mail_are_suspicious(post: Post, opened: int) -> None:
    world = post.world
    world.do(opened, follow, world.mette.id, by=world.ola)
    post.world.later(minutes=1)
    world.do(opened, reply, "Hei", by=world.anna)
    one, two = post.sent()
    both = (address_in(one), address_in(two))
    assert outcome(post, answer_to(one, sender="x@example.net"), *both) == (
        State.PARKED,
        Reason.SEVERAL,
    )


def test_whoever_lost_the_right_answers_no_more(
    post: Post, opened: int, told: EmailMessage
) -> None:
    member = post.session.scalars(
        select(Membership).where(Membership.user_id == post.world.ola.id)
    ).one()
    member.role = Role.OBSERVER
    post.session.commit()
    assert outcome(post, answer_to(told)) == (State.PARKED, Reason.NO_RIGHT)
    member = post.session.merge(member)
    member.role, member.deactivated_at = Role.MEMBER, clock.now()
    post.session.commit()
    assert outcome(post, answer_to(told)) == (State.PARKED, Reason.NO_RIGHT)
    assert [it.text for it in post.messages(opened)][1:] == ["Prøv igjen."]


def test_a_partner_answers_on_behalf_of_the_customer_while_it_has_access(
    post: Post, opened: int
) -> None:
    world = post.world
    world.do(opened, follow, world.siri.id, by=world.ola)
    world.later(minutes=1)
    world.do(opened, reply, "Hei", by=world.anna)
    told = post.sent_to(world.siri)
    assert outcome(post, answer_to(told, "Første")) == (State.TAKEN, None)
    assert post.messages(opened)[-1].on_behalf
    grant = post.session.scalars(select(Grant)).one()
    grant.last_day = clock.today() - timedelta(days=400)
    post.session.commit()
    assert outcome(post, answer_to(told, "Andre")) == (State.PARKED, Reason.NO_RIGHT)


def test_staff_answer_publicly_only_from_their_own_address(post: Post, opened: int) -> None:
    world = post.world
    world.do(opened, reply, "Jeg tar den.", by=world.anna)
    world.do(opened, reply, "Hallo?", by=world.ola)
    told = post.sent_to(world.anna)
    before = len(post.messages(opened))
    for sender in ("anna.agent@gmail.example", world.ola.email, world.erik.email):
        assert outcome(post, answer_to(told, f"Fra {sender}", sender=sender)) == (
            State.PARKED,
            Reason.SOMEBODY_ELSE,
        )
    assert len(post.messages(opened)) == before
    assert outcome(post, answer_to(told, "Fra meg")) == (State.TAKEN, None)
    assert post.messages(opened)[-1].by_staff


def test_an_answer_to_a_closed_request_is_set_aside_and_its_sender_told_once_a_day(
    post: Post, opened: int, told: EmailMessage
) -> None:
    post.world.do(opened, close_request, by=post.world.ola, solved=True)
    post.sent()
    first = answer_to(
        told, "<script>Likevel ikke</script>", sender=f"evil <{post.world.ola.email}>"
    )
    assert outcome(post, first) == (State.PARKED, Reason.CLOSED)
    (mail,) = post.sent()
    assert mail["To"] == post.world.ola.email  # and nobody who only says to be
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Portal-Loop"] == "localhost"
    body = mail.get_body(("plain",))
    assert body
    assert "Likevel" not in mail.as_string() + body.get_content()
    assert "evil" not in body.get_content()
    for number in range(3):
        assert outcome(post, answer_to(told, f"Enda en {number}"))[1] is Reason.CLOSED
    assert post.sent() == []
    post.world.later(days=1)
    outcome(post, answer_to(told, "I morgen"))
    assert [it["To"] for it in post.sent() if it["Auto-Submitted"] == "auto-replied"] == [
        post.world.ola.email
    ]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"X-Portal-Loop": "localhost"}, Reason.LOOP),
        ({"Auto-Submitted": "auto-replied"}, Reason.AUTOMATIC),
        ({"Auto-Submitted": "auto-generated; x=y"}, Reason.AUTOMATIC),
        ({"Precedence": "bulk"}, Reason.AUTOMATIC),
        ({"Precedence": "auto_reply"}, Reason.AUTOMATIC),
        ({"X-Autoreply": "yes"}, Reason.AUTOMATIC),
        ({"Return-Path": "<>"}, Reason.BOUNCE),
        ({"From": "MAILER-DAEMON@example.com"}, Reason.AUTOMATIC),
    ],
)
def test_what_a_machine_wrote_is_noted_and_answered_by_nobody(
    post: Post, opened: int, told: EmailMessage, headers: dict[str, str], reason: Reason
) -> None:
    answer = answer_to(told)
    for name, value in headers.items():
        del answer[name]
        answer[name] = value
    before = len(post.messages(opened))
    assert outcome(post, answer) == (State.NOTED, reason)
    assert len(post.messages(opened)) == before
    assert post.sent() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Subject", "Fravær fra møterom: Fjord 2"),
        ("Subject", "SV: Ikke til stede-lampen virker ikke"),
        ("Subject", "Undelivered parcel: where is it?"),
        ("Subject", "Re: Out of Office"),
        ("List-Unsubscribe", "<https://example.com>"),
        ("Precedence", "list"),
    ],
)
def test_what_only_looks_automatic_waits_for_staff_if_it_is_from_whom_it_says(
    post: Post, opened: int, told: EmailMessage, name: str, value: str
) -> None:
    for sender, found in (
        (None, (State.PARKED, Reason.PERHAPS_AUTOMATIC)),
        ("eve@example.net", (State.NOTED, Reason.AUTOMATIC)),
    ):
        answer = answer_to(told, sender=sender)
        del answer[name]
        answer[name] = value
        assert outcome(post, answer) == found
        answer.replace_header("Message-ID", f"<x{answer['Message-ID'][1:]}")
        assert outcome(post, answer, "support@portal.example")[0] is State.NOTED
    assert post.sent() == []  # nobody is written to by a machine


def test_a_mail_with_an_empty_return_path_is_a_bounce(post: Post, told: EmailMessage) -> None:
    assert outcome(post, answer_to(told), address_in(told), returned=True) == (
        State.NOTED,
        Reason.BOUNCE,
    )


def test_a_person_may_say_that_no_machine_wrote_it(post: Post, told: EmailMessage) -> None:
    answer = answer_to(told)
    answer["Auto-Submitted"] = "no"
    assert outcome(post, answer) == (State.TAKEN, None)


def test_a_mail_that_comes_twice_is_one_message(
    post: Post, opened: int, told: EmailMessage
) -> None:
    answer = answer_to(told)
    assert outcome(post, answer) == (State.TAKEN, None)
    number = len(post.messages(opened))
    answer["Received"] = "from somewhere else"
    assert outcome(post, answer) == (State.NOTED, Reason.DUPLICATE)
    assert len(post.messages(opened)) == number


def test_another_mail_with_the_same_number_is_not_lost(
    post: Post, opened: int, told: EmailMessage
) -> None:
    answer = answer_to(told, "Første")
    other = answer_to(told, "Noe helt annet")
    other.replace_header("Message-ID", answer["Message-ID"])
    assert outcome(post, answer) == (State.TAKEN, None)
    assert outcome(post, other) == (State.PARKED, Reason.SAME_ID)


def test_twenty_deliveries_at_once_are_one_message(
    post: Post, opened: int, told: EmailMessage, app: Any
) -> None:
    answer = answer_to(told)
    before = len(post.messages(opened))
    numbers = [post.keep(answer) for _ in range(20)]
    settings = replace(SETTINGS, reply_address=REPLY)

    def work(_number: int) -> int:
        return open_worker(app, settings).run_due(post.world.now + timedelta(minutes=1))

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(work, range(5)))
    post.work()
    states = [post.mail(number) for number in numbers]
    assert len(post.messages(opened)) == before + 1
    assert sorted(it.state for it in states) == ["noted"] * 19 + ["taken"]
    assert {it.reason for it in states} == {None, Reason.DUPLICATE}


def test_a_mail_that_was_acknowledged_outlives_whoever_handles_it(
    post: Post, opened: int, told: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker ends in the middle, when all but the end is done; another one begins anew."""
    number = post.keep(answer_to(told))
    before = len(post.messages(opened))

    def die(*_args: object, **_told: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("portal.base.run.Run.finish", die)
        post.work()
    assert post.mail(number).state is State.WAITING
    assert len(post.messages(opened)) == before
    assert post.session.query(Job).filter(Job.name == "mail_intake.sort").count() == 1
    post.world.later(minutes=1)
    post.work()
    assert post.mail(number).state is State.TAKEN
    assert len(post.messages(opened)) == before + 1


def test_files_come_along_and_what_we_cannot_take_is_named(
    post: Post, opened: int, told: EmailMessage
) -> None:
    answer = answer_to(told, "Se vedlegg.")
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
    answer.add_attachment(png, maintype="image", subtype="png", filename="skjerm.png")
    answer.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="a.exe")
    answer.add_attachment("Møterom\n", filename="logg.txt")
    assert outcome(post, answer) == (State.TAKEN, None)
    message = post.messages(opened)[-1]
    names = post.session.scalars(
        select(StoredFile.name)
        .join(ServiceRequestFile, ServiceRequestFile.file_id == StoredFile.id)
        .where(ServiceRequestFile.message_id == message.id)
        .order_by(ServiceRequestFile.id)
    ).all()
    assert names == ["skjerm.png", "logg.txt"]
    assert message.text.startswith("Se vedlegg.")
    assert message.text.endswith("a.exe]")


def test_a_virus_is_stopped_and_the_words_are_kept(
    post: Post, opened: int, told: EmailMessage, app: Any
) -> None:
    answer = answer_to(told, "Se vedlegg.")
    answer.add_attachment(EICAR.decode(), filename="logg.txt")
    number = post.keep(answer)
    with clamd.running() as scanner:
        settings = replace(SETTINGS, reply_address=REPLY, clamd_url=scanner.url)
        open_worker(app, settings).run_due(post.world.now + timedelta(minutes=1))
    post.session.rollback()
    assert post.mail(number).state is State.TAKEN
    message = post.messages(opened)[-1]
    assert message.text.endswith("logg.txt]")
    assert post.session.query(ServiceRequestFile).count() == 0


def test_a_mail_that_only_brings_a_file_is_a_message(
    post: Post, opened: int, told: EmailMessage
) -> None:
    answer = answer_to(told, "")
    answer.set_content(f"> {'sitat'}\n")
    answer.add_attachment("Møterom\n", filename="logg.txt")
    assert outcome(post, answer) == (State.TAKEN, None)
    assert post.messages(opened)[-1].text == ""


def test_a_long_text_is_kept_whole_as_a_file(post: Post, opened: int, told: EmailMessage) -> None:
    assert outcome(post, answer_to(told, "Linje med ord.\n" * 6_000)) == (State.TAKEN, None)
    message = post.messages(opened)[-1]
    assert len(message.text) <= 50_000
    file = post.session.scalars(select(StoredFile)).one()
    assert (file.name, file.size > 80_000) == ("e-post.txt", True)


def test_the_bytes_of_a_mail_stay_while_somebody_may_need_them(
    post: Post, opened: int, told: EmailMessage
) -> None:
    mail = post.take(b"Subject: Hei\n\nHei dere\n")
    forgotten = "k" * 32
    post.files.put(forgotten, [b"no row knows me"])
    later(post.session, "files.sweep")
    post.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        post.run(clock.now())
    assert b"".join(post.files.read(mail.key)).endswith(b"Hei dere\n")
    with pytest.raises(StorageTrouble):
        post.files.read(forgotten)


def test_a_mail_to_nobody_in_particular_is_set_aside(post: Post) -> None:
    mail = post.take(b"From: a@example.net\nSubject: Hei\n\nHei dere\n", "support@portal.example")
    assert (mail.state, mail.reason) == (State.PARKED, Reason.UNKNOWN)
    assert (mail.subject, mail.sender, mail.text) == ("Hei", "a@example.net", "Hei dere")
    again = b"From: a@example.net\nSubject: Hei\n\nHei dere\n"
    assert outcome(post, again, "support@portal.example") == (State.NOTED, Reason.DUPLICATE)


def test_an_encrypted_mail_waits_for_somebody_and_its_sender_is_told(
    post: Post, told: EmailMessage
) -> None:
    sealed = base64.encodebytes(b"0" * 300).decode()
    raw = (
        f"From: {post.world.ola.email}\nTo: {address_in(told)}\nMessage-ID: <s@example.com>\n"
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
        f"Content-Transfer-Encoding: base64\n\n{sealed}"
    )
    assert outcome(post, raw.encode()) == (State.PARKED, Reason.ENCRYPTED)
    (mail,) = post.sent()
    assert mail["To"] == post.world.ola.email


def test_nobody_else_of_the_customer_is_mistaken_for_the_writer(post: Post, opened: int) -> None:
    user = make_user(post.session, account=post.world.account)
    post.session.commit()
    post.world.do(opened, follow, user.id, by=post.world.ola)
    post.world.later(minutes=1)
    post.world.do(opened, reply, "Hei", by=post.world.anna)
    mails = {it["To"]: it for it in post.sent()}
    post.take(answer_to(mails[user.email], "Fra en kollega"))
    assert post.messages(opened)[-1].author_id == user.id
