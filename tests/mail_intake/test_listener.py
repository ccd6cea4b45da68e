"""A mail server brings mail over a real socket; it hears yes once the mail is kept, not before."""

import logging
import smtplib
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from portal.mail_intake import listener as listening
from portal.mail_intake.listener import Listener
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import State
from portal.service_requests.actions import reply
from tests.mail_intake.conftest import REPLY, Post, answer_to

TO = "support+x@portal.example"


class Box:
    """Keeps mails, or fails to."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, list[str], bool]] = []
        self.fails = False

    def keep(self, raw: bytes, recipients: Sequence[str], returned: bool) -> None:
        if self.fails:
            raise OSError("no room")
        self.kept.append((raw, list(recipients), returned))


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def start(box: Box) -> Iterator[Callable[..., Listener]]:
    started: list[Listener] = []

    def starting(**how: bool) -> Listener:
        made = Listener(box.keep, REPLY, host="127.0.0.1", port=0, **how)
        made.start()
        started.append(made)
        return made

    yield starting
    for each in started:
        each.stop()


@pytest.fixture
def server(start: Callable[..., Listener]) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", start().port, timeout=10) as talking:
        yield talking


def test_a_mail_is_kept_as_it_came(server: smtplib.SMTP, box: Box) -> None:
    text = "Subject: Hei\r\n\r\n.en prikk\r\n..to\r\nMøterom \r\n".encode()
    server.sendmail("ola@example.com", [TO], text, ["BODY=8BITMIME"])
    assert box.kept == [(text, [TO], False)]
    server.sendmail("", [TO.upper()], b"Subject: Bounce\r\n\r\nx\r\n")
    assert box.kept[1][1:] == ([TO.upper()], True)


def test_the_log_tells_no_address(
    server: smtplib.SMTP, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.sendmail("ola@example.com", [TO], b"Hei\r\n")
    box.fails = True
    with pytest.raises(smtplib.SMTPDataError):
        server.sendmail("ola@example.com", [TO], b"Hei\r\n")
    assert "could not be kept" in caplog.text
    assert "example" not in caplog.text


def test_nothing_is_passed_on_to_others(server: smtplib.SMTP, box: Box) -> None:
    for other in ("x@example.com", "x@portal.example.evil.example", "x", "x@notportal.example"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail("ola@example.com", [other], b"Hei\r\n")
    assert box.kept == []


def test_what_cannot_be_kept_is_brought_again(server: smtplib.SMTP, box: Box) -> None:
    box.fails = True
    with pytest.raises(smtplib.SMTPDataError) as refused:
        server.sendmail("ola@example.com", [TO], b"Hei\r\n")
    assert refused.value.smtp_code == 451
    box.fails = False
    server.sendmail("ola@example.com", [TO], b"Hei\r\n")
    assert len(box.kept) == 1


def test_what_is_too_large_is_refused_and_the_line_is_good_for_another(
    server: smtplib.SMTP, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST_BYTES", 100_000)
    monkeypatch.setattr(listening, "_MOST_LINES", 2_000)
    for large in (b"a" * 200_000 + b"\r\n", b"a\r\n" * 3_000, (b"b" * 900 + b"\r\n") * 200):
        with pytest.raises(smtplib.SMTPException):
            server.sendmail("ola@example.com", [TO], large)
    server.sendmail("ola@example.com", [TO], b"Hei\r\n")
    assert [raw for raw, *_rest in box.kept] == [b"Hei\r\n"]


def test_a_line_may_be_longer_than_the_standard_says(server: smtplib.SMTP, box: Box) -> None:
    server.sendmail("ola@example.com", [TO], b"a" * 50_000 + b"\r\n")
    assert box.kept[0][0] == b"a" * 50_000 + b"\r\n"


def test_commands_out_of_their_order_are_refused(start: Callable[..., Listener], box: Box) -> None:
    with closing(socket.create_connection(("127.0.0.1", start().port), 10)) as line:
        talk = line.makefile("rwb")
        assert talk.readline().startswith(b"220")
        for command in (
            b"DATA",
            b"RCPT TO:<a@b>",
            b"MAIL FROM:<a@b>",
            b"\xff\xfe",
            b"HELO",
            b"X" * 600,
        ):
            talk.write(command + b"\r\n")
            talk.flush()
            assert talk.readline()[:1] in {b"5"}, command
    assert box.kept == []


def test_over_lmtp_each_recipient_has_an_answer(start: Callable[..., Listener], box: Box) -> None:
    with closing(socket.create_connection(("127.0.0.1", start(lmtp=True).port), 10)) as line:
        talk = line.makefile("rwb")

        def say(command: bytes) -> bytes:
            talk.write(command + b"\r\n")
            talk.flush()
            answer = talk.readline()
            while answer[3:4] == b"-":
                answer = talk.readline()
            return answer[:3]

        talk.readline()
        assert say(b"EHLO x") == b"500"
        assert say(b"LHLO x") == b"250"
        assert say(b"MAIL FROM:<>") == b"250"
        for name in (b"a", b"b"):
            assert say(b"RCPT TO:<" + name + b"@portal.example>") == b"250"
        assert say(b"DATA") == b"354"
        assert say(b"Subject: Hei\r\n\r\nHei\r\n.") == b"250"
        assert talk.readline()[:3] == b"250"
    assert box.kept[0][1:] == (["a@portal.example", "b@portal.example"], True)


def test_an_answer_over_the_wire_lands_in_its_request(
    post: Post, opened: int, start: Callable[..., Listener], box: Box
) -> None:
    post.world.do(opened, reply, "Prøv igjen.", by=post.world.anna)
    answer: EmailMessage = answer_to(post.sent_to(post.world.ola), "Takk, det hjalp.")
    with smtplib.SMTP("127.0.0.1", start().port, timeout=10) as server:
        server.send_message(answer)
    ((raw, recipients, returned),) = box.kept
    mail = post.take(raw, *recipients, returned=returned)
    assert mail.state is State.TAKEN
    assert post.messages(opened)[-1].text.startswith("Takk, det hjalp.")
    assert len(post.session.scalars(select(InboundMail)).all()) == 1
