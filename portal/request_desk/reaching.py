"""A request at the desk: read with what staff may read, written in the account that it is of."""

from typing import Any

from flask import g, url_for
from sqlalchemy import select

from portal.accounts.models import Account
from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.queries import request_with_id
from portal.web.paging import LARGEST
from portal.web.session import db, db_for, open_session


def find(ref: str) -> ServiceRequest:
    """The request, for a page that only reads."""
    return db().scalars(request_with_id(id_of(ref))).one()


def find_to_write(ref: str) -> tuple[ScopedSession, ServiceRequest]:
    """The session that writes for the account of this request, and the request in it."""
    session = db_for(account_of(ref))
    return session, session.scalars(request_with_id(id_of(ref))).one()


def account_of(ref: str, **_values: Any) -> int:
    """Whose request it is; found before the session knows what it writes for."""
    with open_session(g.scope, reading=True) as session:
        return session.scalars(
            select(ServiceRequest.account_id).where(ServiceRequest.id == id_of(ref))
        ).one()


def id_of(ref: str) -> int:
    number = read_reference(PREFIX, ref) or 0
    return number if number <= LARGEST else 0


def numbered(prefix: str, typed: str) -> int | None:
    """The id of what was typed or chosen: a number, or a number with words behind it."""
    first = typed.split()[:1]
    return read_reference(prefix, typed) or read_reference(prefix, "".join(first))


def path_of(request: ServiceRequest) -> str:
    return url_for("request_desk.show", ref=request.reference)


def path_of_account(account: Account) -> str:
    return url_for("desk_customers.show", number=account.master_account_id)
