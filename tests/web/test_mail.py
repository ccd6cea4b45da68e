from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.mails import Mail
from portal.web.mail import send_mail

RunJobs = Callable[..., int]
TEMPLATE = """{% extends "mail/layout.txt" %}
{% block subject %}{{ _("Overview") }}: {{ name }}{% endblock %}
{% block body %}
Hei, {{ name }}.

Se {{ link("accounts.sign_in_page", back="/products") }} nå.
{% endblock %}
"""


@pytest.fixture(autouse=True)
def _template(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {path.name: path.read_text() for path in Path("templates/mail").glob("layout.*")}
    made = {f"mail/{name}": text for name, text in pages.items()}
    monkeypatch.setattr(app, "jinja_loader", DictLoader({**made, "mail/probe/hello.txt": TEMPLATE}))


def mails(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_without_a_mail_server_mails_land_in_the_mailbox(
    session: Session, run_jobs: RunJobs
) -> None:
    send_mail(
        session,
        to="kari@nordlys.example.com",
        language="nb",
        template="probe/hello",
        name="Kari <b>",
    )
    session.commit()
    assert run_jobs() == 1
    (mail,) = mails(session)
    assert mail.subject == "Oversikt: Kari <b>"
