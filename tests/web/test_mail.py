import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.app import open_worker
from portal.base import clock
from portal.base.jobs import Hopeless, Job, later
from portal.base.mails import Mail
from portal.base.tenancy import NOBODY, ScopedSession
from portal.web.mail import send_mail
from portal.web.mail_headers import LONGEST_SUBJECT, compose, one_line
from portal.web.stopping import stopping_token
from tests.conftest import SETTINGS
from tests.factories import MOMENT
from tests.web.smtp_server import Server, Sink

RunJobs = Callable[..., int]
KARI = "kari@nordlys.example.com"
TEMPLATE = """{% extends "mail/layout.txt" %}
{% block subject %}{{ _("Overview") }}: {{ name }}{% endblock %}
{% block body %}
Hei, {{ name }}.

Se {{ link("accounts.sign_in_page", back="/products") }} nå.
{% endblock %}
"""
PAGE = """{% extends "mail/layout.html" %}
{% block body %}<h1>{{ name }}</h1>{% endblock %}
"""


@pytest.fixture(autouse=True)
def _templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {
        "mail/probe/hello.txt": TEMPLATE,
        "mail/probe/rich.txt": TEMPLATE,
        "mail/probe/rich.html": PAGE,
    }
    assert app.jinja_env.loader
    loader = ChoiceLoader([DictLoader(made), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def run_smtp(app: Flask, sink: Sink) -> Iterator[RunJobs]:
    """Do the jobs that are due, with a mail server."""
    server = Server(sink)
    server.start()
    settings = dataclasses.replace(
        SETTINGS,
        smtp_url=f"smtp://127.0.0.1:{server.port}",
        mail_from="Støtteportal <no-reply@portal.example.com>",
    )
    yield open_worker(app, settings).run_due
    server.stop()


def send(session: Session, **values: str) -> None:
    told: dict[str, Any] = {"to": KARI, "language": "nb", "template": "probe/hello"}
    send_mail(session, **{**told, "name": "Kari", **values})
    session.commit()


def jobs(session: Session) -> list[Job]:
    session.rollback()
    return list(session.scalars(select(Job).execution_options(populate_existing=True)))


def kept(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_without_a_mail_server_mails_land_in_the_mailbox(
    session: Session, run_jobs: RunJobs
) -> None:
    send(session, name="Kari <b>")
    assert run_jobs() == 1
    (mail,) = kept(session)
    assert (mail.address, mail.subject) == (KARI, "Oversikt: Kari <b>")
    assert mail.text.startswith(
        "Hei, Kari <b>.\n\nSe http://localhost/sign-in?back=/products nå.\n\n-- \n"
    )
    assert jobs(session) == []


@pytest.mark.parametrize(
    ("language", "subject"), [("nb", "Oversikt: Kari"), ("en", "Overview: Kari")]
)
def test_a_mail_speaks_the_language_of_who_gets_it(
    session: Session, run_jobs: RunJobs, language: str, subject: str
) -> None:
    send(session, language=language)
    run_jobs()
    (mail,) = kept(session)
    assert mail.subject == subject
    assert f'<html lang="{language}">' in mail.html


def test_the_html_says_what_the_text_says_and_links_only_to_us(
    session: Session, run_jobs: RunJobs
) -> None:
    send(session, name="<script> http://localhost.evil.example/x\nKari")
    run_jobs()
    html = kept(session)[0].html
    assert "<script>" not in html
    assert 'href="http://localhost/sign-in?back=/products"' in html
    assert 'href="http://localhost.evil' not in html


def test_a_mail_may_come_with_html_of_its_own(session: Session, run_jobs: RunJobs) -> None:
    send(session, template="probe/rich", name="<Kari>")
    run_jobs()
    assert "<h1>&lt;Kari&gt;</h1>" in kept(session)[0].html


def test_a_mail_with_a_hole_in_it_is_not_sent(session: Session, run_jobs: RunJobs) -> None:
    send_mail(session, to=KARI, language="nb", template="probe/hello")
    session.commit()
    run_jobs()
    assert kept(session) == []
    assert "name" in jobs(session)[0].error


def test_a_deed_that_is_undone_sends_no_mail(
    sessions: "sessionmaker[ScopedSession]", run_jobs: RunJobs
) -> None:
    with sessions(scope=NOBODY) as deed:
        send_mail(deed, to=KARI, language="nb", template="probe/hello", name="Kari")
        deed.rollback()
    assert run_jobs() == 0


def test_mails_of_a_month_ago_are_cleared_away(session: Session, run_jobs: RunJobs) -> None:

    with time_machine.travel(clock.now() - timedelta(days=31)):
        send(session)
        run_jobs(clock.now())
    send(session)
    later(session, "retention.apply")
    session.commit()
    run_jobs()
    assert len(kept(session)) == 1


def test_a_sent_mail_has_two_parts_and_says_what_it_is(
    session: Session, run_smtp: RunJobs, sink: Sink
) -> None:
    send(session, name="Østby")
    assert run_smtp() == 1
    (mail,) = sink.mails
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert "Hei, Østby." in text.get_content()
    assert mail["Subject"] == "Oversikt: Østby"
    assert mail["From"] == "Støtteportal <no-reply@portal.example.com>"
    assert mail["To"] == KARI
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "nb"
    assert mail["Date"].datetime.tzinfo
    assert jobs(session) == []
    assert kept(session) == []


def test_mail_programs_are_told_how_to_stop_what_can_be_stopped(
    session: Session, run_smtp: RunJobs, sink: Sink
) -> None:
    told: dict[str, Any] = {"to": KARI, "language": "nb", "template": "probe/hello"}
    told["name"] = "Kari"
    send_mail(session, stopping=(7, "news_followed"), **told)
    send_mail(session, **told)
    session.commit()
    assert run_smtp() == 2
    stopped, plain = sink.mails
    token = stopping_token(SETTINGS.secret_key, 7, "news_followed")
    portal = SETTINGS.portal_url.rstrip("/")
    assert stopped["List-Unsubscribe"] == f"<{portal}/notices/stop/{token}>"
    assert stopped["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert plain["List-Unsubscribe"] is None


def test_a_mail_that_is_tried_again_carries_the_same_message_id(
    session: Session, run_smtp: RunJobs, sink: Sink
) -> None:
    send(session)
    sink.drops = 1
    now = clock.now()
    assert run_smtp(now) == 1
    assert run_smtp(now + timedelta(minutes=1)) == 1
    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@localhost>")
    assert jobs(session) == []


def test_two_mails_have_two_message_ids(session: Session, run_smtp: RunJobs, sink: Sink) -> None:
    send(session)
    send(session)
    run_smtp()
    assert len({mail["Message-ID"] for mail in sink.mails}) == 2


def test_a_server_in_trouble_is_tried_for_48_hours_at_growing_intervals(
    session: Session, run_smtp: RunJobs, sink: Sink
) -> None:
    began = now = clock.now()
    with time_machine.travel(began, tick=False):
        send(session)
    sink.data = ["451 Try later"] * 1000
    waits = []
    while not jobs(session)[0].parked_at:
        with time_machine.travel(now, tick=False):
            assert run_smtp(now) == 1
        (job,) = jobs(session)
        if job.due_at:
            waits.append(job.due_at - now)
            now = job.due_at
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=4)
    assert waits == sorted(waits)
    assert timedelta(hours=48) <= now - began < timedelta(hours=52)
    assert job.error == "Given up after 48 hours. SMTPDataError 451"
    assert sink.mails == []


def test_a_mail_that_is_refused_is_parked_at_once(
    session: Session, run_smtp: RunJobs, sink: Sink
) -> None:
    send(session)
    sink.rcpt = ["550 No such person"]
    run_smtp()
    (job,) = jobs(session)
    assert job.parked_at
    assert job.error == "The address was refused (550)."


@pytest.mark.parametrize(
    "address",
    [
        "kari@nordlys.example.com\r\nBcc: all@example.com",
        "kari@nordlys.example.com, ola@nordlys.example.com",
        "Kari <kari@nordlys.example.com>",
        "kari",
        "",
        "@",
        "kari@nordlys.example.com>",
        "=?utf-8?q?kari=0ABcc:_all@example.com?=@nordlys.example.com",
        "=?utf-8?q?kari=0ABcc:_all=40example.com?=",
        '"=?utf-8?q?kari=0ABcc:_all?="@nordlys.example.com',
        '"kari\\\n"@nordlys.example.com',
        "a" * 500 + "\n@example.com",
    ],
)
def test_one_mail_goes_to_one_address(
    session: Session, run_smtp: RunJobs, sink: Sink, address: str
) -> None:
    send(session, to=address)
    run_smtp()
    assert sink.mails == []
    (job,) = jobs(session)
    assert job.error == "This is no e-mail address."


@pytest.mark.parametrize(
    "name",
    [
        "Kari\r\nBcc: all@example.com",
        "Kari\nSubject: other",
        "Kari\r\n\r\n<h1>",
        "Kari\u2028Bcc: all@example.com",
        "Kari\x0bBcc: x\x85Cc: y\0",
        "=?utf-8?q?Kari=0ABcc:_all@example.com?=",
        "K" * 998,
    ],
)
def test_no_text_begins_a_header(
    session: Session, run_smtp: RunJobs, sink: Sink, name: str
) -> None:
    send(session)
    send(session, name=name)
    run_smtp()
    harmless, hostile = sink.mails
    assert sorted(hostile.keys()) == sorted(harmless.keys())
    assert hostile["To"] == KARI


OURS = sorted(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "X-Portal-Loop",
        "MIME-Version",
        "Content-Type",
        "Content-Language",
    ]
)
HOSTILE = st.lists(
    st.sampled_from(["=?utf-8?q?", "?=", "=0A", "=0D=0A", "\r\n", "\n", "Bcc:", " ", "a@b.no", "="])
    | st.text(max_size=5)
)


@given(HOSTILE.map("".join), HOSTILE.map("".join))
def test_whatever_people_wrote_the_headers_are_ours(subject: str, sender: str) -> None:
    told: dict[str, Any] = {"to": KARI, "message_id": "<1@localhost>", "language": "nb"}
    name = f'"{sender}" <no-reply@example.com>'
    try:
        message = compose(**told, text="x", html="x", subject=subject, sender=name, at=MOMENT)
    except Hopeless:
        return
    sent = message_from_bytes(message.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert sorted(sent.keys()) == OURS
    assert sent["To"] == KARI


@given(st.text(max_size=300))
def test_a_subject_is_one_line_of_at_most_70_characters(text: str) -> None:
    line = one_line(text)
    assert len(line) <= LONGEST_SUBJECT
    assert line.isprintable()
    assert line == line.strip()


def test_long_subjects_end_in_dots() -> None:
    assert one_line("Enhetene er registrert " * 9).endswith("Enhetene er registrert…")
