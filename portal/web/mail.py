"""Mails: asked for in the deed's transaction, written and sent by a job.

A mail is a template `mail/<feature>/<name>.txt` with the blocks `subject` and `body`. People whose
mail program shows HTML get the same words in the layout of `mail/layout.html`, or what a template
of the same name ending in `.html` makes of them. In both, `link(endpoint, ...)` is a page's full
address; it is built on PORTAL_URL, never on what a request claims.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from jinja2 import Environment, StrictUndefined
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.jobs import Hopeless, Job, NotNow, handles, later
from portal.base.limits import Interrupted
from portal.base.mails import Mail
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.web import smtp
from portal.web.locale import speaking

LONGEST_SUBJECT = 70
_GIVE_UP = timedelta(hours=48)
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)


def send_mail(session: Session, *, to: str, language: str, template: str, **context: Any) -> Job:
    """Send a mail once this transaction is kept: `template` is "accounts/password_reset".

    The context is stored until the mail is sent, so it is plain values: ids, names, texts.
    """
    return later(
        session,
        "mail.send",
        to=to,
        language=language,
        template=template,
        context=context,
        mark=token_hex(16),
    )


@handles("mail.send")
def send(
    run: Run, *, to: str, language: str, template: str, context: dict[str, Any], mark: str
) -> None:
    portal = urlsplit(run.settings.portal_url)
    message_id = f"<{mark}@{portal.hostname}>"
    with speaking(language):
        subject, text, html = render(template, run.settings.portal_url, **context)
    if not run.settings.smtp_url:
        mail = Mail(message_id=message_id, address=to, language=language, subject=subject)
        mail.text, mail.html, mail.written_at = text, html, clock.now()
        with run.session(NOBODY) as session:
            session.add(mail)
            run.finish(session)
        return
    message = compose(
        to=to,
        sender=run.settings.mail_from,
        message_id=message_id,
        language=language,
        subject=subject,
        text=text,
        html=html,
        at=run.job.asked_at,
    )
    try:
        smtp.deliver(message, run.settings.smtp_url)
    except smtp.Refused as refusal:
        raise Hopeless(str(refusal)) from refusal
    except (smtp.Trouble, Interrupted) as trouble:
        age = clock.now() - run.job.asked_at
        if age >= _GIVE_UP:
            raise Hopeless(f"Given up after 48 hours. {trouble}") from None
        raise NotNow(str(trouble), wait=_wait(age)) from None


def render(template: str, portal_url: str, **context: Any) -> tuple[str, str, str]:
    """Subject, text and HTML in the language that is being spoken."""
    pages = _pages()
    context["link"] = _links(portal_url)
    plain = pages.get_template(f"mail/{template}.txt")
    text = re.sub(r"\n{3,}", "\n\n", plain.render(context)).strip() + "\n"
    subject = "".join(plain.blocks["subject"](plain.new_context(context)))
    body = "".join(plain.blocks["body"](plain.new_context(context)))
    html = pages.select_template([f"mail/{template}.html", "mail/layout.html"]).render(
        context, subject=one_line(subject), paragraphs=paragraphs(body, portal_url)
    )
    return one_line(subject), text, html


def compose(
    *,
    to: str,
    sender: str,
    message_id: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    at: datetime,
) -> EmailMessage:
    """A mail of two parts. Nothing that people wrote can begin a header of its own."""
    message = EmailMessage()
    name, address = parseaddr(sender)
    try:
        message["From"] = Address(one_line(name), addr_spec=address)
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, MessageError) as error:
        raise Hopeless("This is no e-mail address.") from error
    message["Subject"] = one_line(subject)
    message["Date"] = at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = language  # which `set_content` would have taken away
    return message


def one_line(text: str) -> str:
    """At most 70 characters without line breaks or anything else that cannot be seen.

    Python reads `=?utf-8?q?a=0AB?=` in a header that is set, and would write the line break.
    """
    seen = [" " if unicodedata.category(each)[0] in "CZ" else each for each in text]
    line = " ".join("".join(seen).replace("=?", "= ?").split())
    if len(line) <= LONGEST_SUBJECT:
        return line
    return line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def _pages() -> Environment:
    """The pages' templates, but with a hole where a value is missing no mail is sent."""
    strict = current_app.jinja_env.overlay(undefined=StrictUndefined)
    pages: Environment = current_app.extensions.setdefault("mails", strict)
    return pages


def _wait(age: timedelta) -> timedelta:
    """Half as long as it has been tried so far, at least a minute and at most 4 hours."""
    return min(max(age / 2, _SHORTEST_WAIT), _LONGEST_WAIT)


def _links(portal_url: str) -> Callable[..., str]:
    where = urlsplit(portal_url)
    pages = current_app.url_map.bind(where.netloc, url_scheme=where.scheme)
    return lambda endpoint, **values: pages.build(endpoint, values, force_external=True)


def paragraphs(body: str, portal_url: str) -> list[list[list[str]]]:
    """Paragraphs of lines of pieces, of which every other one is an address of ours."""
    ours = re.compile(f"({re.escape(portal_url.rstrip('/'))}/[^\\s<>\"']*)")
    split = [paragraph.splitlines() for paragraph in re.split(r"\n\s*\n", body.strip())]
    return [[ours.split(line) for line in lines] for lines in split]
