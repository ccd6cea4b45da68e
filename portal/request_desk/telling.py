"""Telling many requests the same, each in its account and in the language of its reader."""

from collections.abc import Mapping
from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.known_issues.issues import Issue
from portal.request_desk.filling import language_of, reader_of
from portal.service_requests.actions import reply
from portal.service_requests.deeds import hold, settle
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import messages_of
from portal.service_requests.rules import MessageKind
from portal.service_requests.telling import tell
from portal.service_requests.writing import write_message
from portal.web.locale import gettext as _
from portal.web.locale import said, speaking


def tell_fixed(
    session: ScopedSession, request: ServiceRequest, issue: Issue, *, now: datetime
) -> None:
    """The portal's own words: they stop no clock, for a person still has to answer."""
    language = language_of(reader_of(session, request))
    request = hold(session, request)
    with speaking(language):
        text = _(
            "The known issue “%(title)s” is fixed in version %(version)s.",
            title=said(issue.title).text,
            version=issue.fixed_in,
        )
    written = session.scalars(messages_of(request.id)).all()
    if any(it.automatic and it.text == text for it in written):
        return  # it was published before, and is again
    message = write_message(
        session, request, text, kind=MessageKind.REPLY, by=None, now=now, automatic=True
    )
    happened(session, request, What.ANSWERED, by=None, message=message.id)
    settle(session, request, now=now, texts=[text])
    tell(session, request, "answered", by=None, message=message)


def answer_in_language(
    session: ScopedSession,
    request: ServiceRequest,
    texts: Mapping[str, str],
    *,
    by: Doer,
    now: datetime,
) -> None:
    """In Norwegian to whoever reads Norwegian; in what was written where that is one language.

    Whoever answers many together does not take each of them on.
    """
    language = "en" if language_of(reader_of(session, request)) == "en" else "nb"
    text = texts.get(language) or texts.get("nb") or texts.get("en") or ""
    reply(session, request, text, by=by, now=now, takes=False)
