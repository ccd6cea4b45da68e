"""What somebody asked of support and wrote there, and what they were about to write."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account, User
from portal.accounts.personal_data import Asking, Row, forgets, forgets_members, tells
from portal.base.files import StoredFile
from portal.base.references import reference
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_
from portal.service_requests.indexing import forget_contact
from portal.service_requests.models import (
    PREFIX,
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.service_requests.own_models import Draft, SavedView

_ORGANIZATION, _REQUEST = N_("Organization"), N_("Request")
_AT_ONCE = 1_000  # rows in memory
_BULK = {"synchronize_session": False}
_ALL = Scope(None, None, staff=True, reason="letting go of old drafts")


@tells(
    "service_requests",
    N_("Service requests you opened"),
    organization=_ORGANIZATION,
    request=_REQUEST,
    subject=N_("Subject"),
    opened_at=N_("Opened"),
    contact=N_("Contact"),
    phone=N_("Phone"),
)
def opened(asking: Asking) -> Iterator[Row]:
    query: Any = (
        select(ServiceRequest, Account.name)
        .join(Account, Account.id == ServiceRequest.account_id)
        .where(ServiceRequest.opened_by_id == asking.user.id)
        .order_by(ServiceRequest.account_id, ServiceRequest.id)
    )
    for it, account in _rows(asking, query):
        mine = it.contact_id == asking.user.id
        yield {
            "organization": account,
            "request": it.reference,
            "subject": it.subject,
            "opened_at": it.opened_at,
            "contact": it.contact_name if mine else None,
            "phone": it.contact_phone if mine else None,
        }


@tells(
    "messages",
    N_("What you wrote in service requests"),
    organization=_ORGANIZATION,
    request=_REQUEST,
    written_at=N_("Written"),
    from_address=N_("Sent from"),
    text=N_("Text"),
    files=N_("Files"),
)
def written(asking: Asking) -> Iterator[Row]:
    query = (
        select(ServiceRequestMessage, Account.name)
        .join(Account, Account.id == ServiceRequestMessage.account_id)
        .where(ServiceRequestMessage.author_id == asking.user.id)
        .order_by(ServiceRequestMessage.account_id, ServiceRequestMessage.id)
    )
    sent = (
        select(ServiceRequestFile.message_id, StoredFile.name)
        .join(ServiceRequestFile.file)
        .join(ServiceRequestMessage, ServiceRequestMessage.id == ServiceRequestFile.message_id)
        .where(ServiceRequestMessage.author_id == asking.user.id)
    )
    for session in asking.accounts():
        files: dict[int, list[str]] = {}
        for message_id, name in session.execute(sent.order_by(ServiceRequestFile.id)):
            files.setdefault(message_id, []).append(name)
        for it, account in session.execute(query.execution_options(yield_per=_AT_ONCE)):
            yield {
                "organization": account,
                "request": reference(PREFIX, it.request_id),
                "written_at": it.written_at,
                "from_address": it.from_address,
                "text": it.text,
                "files": files.get(it.id, []),
            }


@tells(
    "drafts",
    N_("What you are writing and have not sent"),
    where=N_("Where"),
    changed_at=N_("Changed"),
    text=N_("Text"),
)
def unsent(asking: Asking) -> Iterator[Row]:
    mine = select(Draft).where(Draft.person_id == asking.user.id).order_by(Draft.id)
    for session in asking.accounts():
        for it in session.scalars(mine):
            told = [f"{name}: {value}" for name, value in it.content.items()]
            yield {"where": it.key, "changed_at": it.changed_at, "text": told}


@tells("views", N_("Searches you saved"), name=N_("Name"), query=N_("Search"))
def saved(asking: Asking) -> Iterator[Row]:
    mine = select(SavedView).where(SavedView.person_id == asking.user.id)
    for it in asking.shared.scalars(mine.order_by(SavedView.id)):
        yield {"name": it.name, "query": it.query}


@forgets
def forget(session: Session, user: User) -> None:
    session.execute(delete(SavedView).where(SavedView.person_id == user.id))


@forgets_members
def forget_member(session: ScopedSession, user_id: int) -> None:
    """What they were writing, and how to reach them. What they wrote stays the organization's, but
    not from which address they did."""
    drafts = delete(Draft).where(Draft.person_id == user_id)
    session.execute(drafts, execution_options=_BULK)
    for it in session.scalars(select(ServiceRequest).where(ServiceRequest.contact_id == user_id)):
        forget_contact(session, it, it.contact_name, it.contact_phone)
    contact = update(ServiceRequest).where(ServiceRequest.contact_id == user_id)
    session.execute(contact.values(contact_name="", contact_phone=""), execution_options=_BULK)
    said = ServiceRequestMessage
    sent = update(said).where(said.author_id == user_id, said.from_address.is_not(None))
    session.execute(sent.values(from_address=None), execution_options=_BULK)


@lets_go("drafts")
def forget_drafts(run: Run, before: datetime) -> None:
    """What nobody went on with for so long."""
    old = select(Draft.account_id).where(Draft.changed_at < before).distinct()
    with run.reading(_ALL) as session:
        accounts = list(session.scalars(old))
    for account_id in accounts:
        with run.session(Scope(frozenset({account_id}), account_id)) as session:
            drafts = delete(Draft).where(Draft.changed_at < before)
            allow_closed(session).execute(drafts, execution_options=_BULK)


def _rows(asking: Asking, query: Select[Any]) -> Iterator[Any]:
    for session in asking.accounts():
        yield from session.execute(query.execution_options(yield_per=_AT_ONCE))
