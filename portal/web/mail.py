"""Mails: asked for in the deed's transaction, written and sent by a job.

A mail is a template `mail/<feature>/<name>.txt` with the blocks `subject` and `body`; and `news`,
where the subject is the same in all of a thread, so that mail programs keep it together. People
whose mail program shows HTML get the same words in the layout of `mail/layout.html`, or what a
template of the same name ending in `.html` makes of them. In both, `link(endpoint, ...)` is a
page's full address; it is built on PORTAL_URL, never on what a request claims.
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
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
from portal.base.words import N_
from portal.web import smtp
from portal.web.locale import speaking
from portal.web.mail_headers import Thread, compose, one_line
from portal.web.still_so import is_still_so, may_pass
from portal.web.stopping import stopping_token

# Above it stands what is new, whatever the program that answers puts below.
MARKER = N_("Write your answer above this line")
_GIVE_UP = timedelta(hours=48)
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)


def send_mail(
    session: Session,
    *,
    to: str,
    language: str,
    template: str,
    thread: Thread | None = None,
    answering: bool = False,
    stopping: tuple[int, str] | None = None,
    **context: Any,
) -> Job:
    """Send a mail once this transaction is kept: `template` is "accounts/password_reset".

    The context is stored until the mail is sent, so it is plain values: ids, names, texts.
    `thread` says which mails it belongs with; `answering`, that it answers a mail by itself;
    `stopping`, whose mails of which kind its links stop, for whoever has the mail.
    """
    told: dict[str, Any] = {"thread": asdict(thread)} if thread else {"mark": token_hex(16)}
    if answering:
        told["answering"] = True
    if stopping:
        told["stopping"] = list(stopping)
    return later(
        session,
        "mail.send",
        to=to,
        language=language,
        template=template,
        context=context,
        **told,
    )


@handles("mail.send")
def send(
    run: Run,
    *,
    to: str,
    language: str,
    template: str,
    context: dict[str, Any],
    mark: str = "",
    thread: dict[str, str] | None = None,
    answering: bool = False,
    stopping: list[Any] | None = None,
) -> None:
    if may_pass(template):
        with run.reading(NOBODY) as session:
            if not is_still_so(session, template, context):
                return
    among = Thread(**thread) if thread else None
    message_id = f"<{among.own if among else mark}@{host_of(run.settings.portal_url)}>"
    if among and among.reply_to:
        context = context | {"answerable": True}
    if stopping:
        token = stopping_token(run.settings.secret_key, *stopping)
        context = context | {"stopping": token}
    with speaking(language):
        subject, text, html = render(template, run.settings.portal_url, **context)
        link = _links(run.settings.portal_url)
        stop = link("notice_stopping.show", token=token) if stopping else ""
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
        answering=answering,
        thread=among,
        stop=stop,
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


def host_of(portal_url: str) -> str:
    """What stands after the @ of our Message-IDs, and in the header that our own mails carry."""
    return urlsplit(portal_url).hostname or "localhost"


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


def headline(template: str, portal_url: str, **context: Any) -> str:
    """What happened, in a line: the block `news` of mails whose subject is that of their thread."""
    plain, context["link"] = _pages().get_template(f"mail/{template}.txt"), _links(portal_url)
    block = plain.blocks.get("news") or plain.blocks["subject"]
    return one_line("".join(block(plain.new_context(context))))


def short_text(template: str, portal_url: str, **context: Any) -> str:
    """The same as a short message: the block `sms`; empty where a template has none."""
    plain, context["link"] = _pages().get_template(f"mail/{template}.txt"), _links(portal_url)
    block = plain.blocks.get("sms")
    return " ".join("".join(block(plain.new_context(context))).split()) if block else ""


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
