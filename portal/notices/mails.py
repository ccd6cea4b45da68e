"""Telling somebody what happened, as they chose: by mail at once or in the next digest, here, or
not at all."""

import logging
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from portal.accounts.models import User
from portal.base import clock
from portal.notices.models import DigestLine, PortalNotice
from portal.notices.notice import How, Notice
from portal.notices.queries import choice_about
from portal.notices.rules import KINDS
from portal.web.mail import headline, render, send_mail
from portal.web.mail_headers import Thread

PEOPLE = "people"  # whom a notice names: numbers, until it is read
_NOBODY: Mapping[str, User | None] = MappingProxyType({})
_log = logging.getLogger(__name__)


def notify(
    session: Session,
    to: User,
    notice: Notice,
    *,
    template: str,
    account_id: int | None,
    thread: Thread | None = None,
    people: Mapping[str, User | None] = _NOBODY,
    how: How | None = None,
    **context: Any,
) -> None:
    """Tell `to` of something about an account; staff alone are told what is about none. The context
    is plain values, as of a mail.

    `how` takes the place of how they hear of this kind, where they do at all.

    `people` it names go by their numbers into what is told later: nobody's name outlives them.

    The block `news` of the template, or else its subject, says in one line what happened, and its
    first link leads there: that is what a digest tells.
    """
    if template not in KINDS[notice].templates:
        raise ValueError(f"{template} is no template of {notice}")
    named: dict[str, Any] = {name: user.name if user else "" for name, user in people.items()}
    numbers = {name: user and user.id for name, user in people.items()}
    kept = context | ({PEOPLE: numbers} if numbers else {})
    row = session.execute(choice_about(to.id, notice)).one_or_none()
    chosen, here = row or (KINDS[notice].first, True)
    if how and chosen is not How.NEVER:
        chosen = how
    if here:
        session.add(
            PortalNotice(
                user_id=to.id,
                account_id=account_id,
                notice=notice,
                template=template,
                context=kept,
                happened_at=clock.now(),
            )
        )
    if chosen is How.AT_ONCE:
        send_mail(
            session,
            to=to.email,
            language=to.language or "nb",
            template=template,
            thread=thread,
            notice=notice.value,
            stopping=(to.id, notice.value) if KINDS[notice].stopped_by_link else None,
            **(context | named),
        )
    elif chosen is not How.NEVER:
        session.add(
            DigestLine(
                user_id=to.id,
                account_id=account_id,
                notice=notice,
                template=template,
                context=kept,
                happened_at=clock.now(),
                weekly=chosen is How.WEEKLY,
            )
        )


def names_in(session: Session, told: Iterable[DigestLine | PortalNotice]) -> dict[int, str]:
    """What those are called by now whom these name; asked for only where there are any."""
    ids = {id for it in told for id in it.context.get(PEOPLE, {}).values() if id}
    found = select(User.id, User.name).where(User.id.in_(ids))
    return dict(iter(session.execute(found).all())) if ids else {}


def line_of(
    it: DigestLine | PortalNotice, portal_url: str, names: Mapping[int, str]
) -> dict[str, str] | None:
    """What a digest says of it, in the language being spoken. None: its words are gone."""
    context = {name: value for name, value in it.context.items() if name != PEOPLE}
    people = it.context.get(PEOPLE, {})
    context |= {name: names.get(id, "") if id else "" for name, id in people.items()}
    try:
        news = headline(it.template, portal_url, **context)
        _subject, text, _html = render(it.template, portal_url, **context)
    except (TemplateError, BuildError) as trouble:
        _log.warning("A notice cannot be told any more: %s", trouble)
        return None
    link = re.search(rf"{re.escape(portal_url.rstrip('/'))}/\S*", text)
    return {"text": news, "link": link[0] if link else ""}


def digest_mail(
    session: Session,
    to: User,
    groups: list[dict[str, Any]],
    kinds: Iterable[Notice],
    *,
    number: int,
    older: int,
) -> None:
    """`groups`: a name and lines each; `number` of notices in all, `older` of them summed up."""
    stopped = next((it for it in kinds if KINDS[it].stopped_by_link), None)
    send_mail(
        session,
        to=to.email,
        language=to.language or "nb",
        template="notices/digest",
        stopping=(to.id, stopped.value) if stopped else None,
        name=to.name,
        groups=groups,
        number=number,
        older=older,
    )
