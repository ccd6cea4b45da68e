from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_string
from email.message import EmailMessage, Message
from email.utils import make_msgid

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import User
from portal.app import open_worker
from portal.base.file_store import FileStore
from portal.base.tenancy import NOBODY, ScopedSession
from portal.mail_intake.models import InboundMail
from portal.mail_intake.receiving import receive
from portal.service_requests.models import ServiceRequestMessage
from portal.web import smtp
from tests.conftest import SETTINGS
from tests.service_requests.world import START, Sessions, World, make_world
from tests.web.smtp_server import Server, Sink

REPLY = "support+{token}@portal.example"


@dataclass
class Post:
    """The mail of a world: what goes out of it, and what comes in."""

    world: World
    sessions: Sessions
    files: FileStore
    session: ScopedSession
    sink: Sink
    run: Callable[..., int]

    def work(self) -> None:
        self.session.rollback()
        with time_machine.travel(self.world.now, tick=False):
            while self.run(self.world.now):
                pass
        self.session.rollback()

    def sent(self) -> list[EmailMessage]:
        """What was sent since the last time, in no order."""
        self.work()
        mails, self.sink.mails = self.sink.mails, []
        return mails

    def sent_to(self, user: User) -> EmailMessage:
        (mail,) = [it for it in self.sent() if it["To"] == user.email]
        return mail

    def keep(self, raw: bytes | Message, *recipients: str, returned: bool = False) -> int:
        """A mail is taken, and nothing is done about it yet; its number."""
        content = raw if isinstance(raw, bytes) else raw.as_bytes()
        with (
            time_machine.travel(self.world.now, tick=False),
            self.sessions(scope=NOBODY) as session,
        ):
            told = {"recipients": recipients, "returned": returned, "now": self.world.now}
            mail = receive(session, self.files, content, **told)  # type: ignore[arg-type]
            session.commit()
            return mail.id

    def take(self, raw: bytes | Message, *recipients: str, returned: bool = False) -> InboundMail:
        """A mail comes, and the portal decides."""
        number = self.keep(raw, *recipients, returned=returned)
        self.work()
        return self.mail(number)

    def mail(self, number: int) -> InboundMail:
        self.session.expire_all()
        return self.session.get_one(InboundMail, number)

    def messages(self, request_id: int) -> list[ServiceRequestMessage]:
        self.session.expire_all()
        query = select(ServiceRequestMessage).where(ServiceRequestMessage.request_id == request_id)
        found = list(self.session.scalars(query.order_by(ServiceRequestMessage.id)))
        self.session.rollback()
        return found


def answer_to(
    mail: EmailMessage, text: str = "Ja, den virker nå.", sender: str | None = None
) -> EmailMessage:
    """As a mail program answers it: to its Reply-To, with what it answers quoted below."""
    body = mail.get_body(("plain",))
    assert body
    quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
    answer = EmailMessage()
    answer["From"] = sender or mail["To"]
    answer["To"] = mail["Reply-To"]
    answer["Subject"] = f"SV: {mail['Subject']}"
    answer["Message-ID"] = make_msgid(domain="nordlys.example.com")
    answer["In-Reply-To"] = mail["Message-ID"]
    answer["References"] = f"{mail['References']} {mail['Message-ID']}"
    answer["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    wrote = "fre. 20. nov. 2026 kl. 10:00 skrev Support portal <no-reply@localhost>:"
    answer.set_content(f"{text}\n\nHilsen\nOla\n\n{wrote}\n\n{quoted}")
    return answer


def plain(text: str) -> Message:
    return message_from_string(text)


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


@pytest.fixture
def post(
    app: Flask, world: World, sessions: Sessions, session: ScopedSession, files: FileStore
) -> Iterator[Post]:
    sink = Sink()
    server = Server(sink)
    server.start()
    settings = replace(SETTINGS, smtp_url=f"smtp://127.0.0.1:{server.port}", reply_address=REPLY)
    run = open_worker(app, settings).run_due
    run(START)
    yield Post(world, sessions, files, session, sink, run)
    smtp.hang_up()
    server.stop()


@pytest.fixture
def opened(post: Post) -> int:
    """A request of Ola's that Anna answers, of which nobody has been told yet."""
    number = post.world.request(subject="Ingen lyd")
    post.sent()
    post.world.later(minutes=1)
    return number
