"""What guests saw: that partners or staff looked at a customer's record, list or file. And of
everybody, which lists they took away as a table, and where they were turned away.

Written after the answer, in a transaction of its own, so that nobody waits for it or fails with it;
tables each time, the rest at most once in five minutes by the same person of the same thing.
Customers' own people leave nothing behind by reading pages, and cost nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wsgi import ClosingIterator

from portal.accounts.actions import Person
from portal.accounts.closure import allow_closed
from portal.accounts.people import SignedIn
from portal.activity.doors import Details, is_table, kind_of_desk, refusal, table_told
from portal.activity.wording import RECORDS
from portal.base import clock
from portal.base.db import READING, UTCDateTime
from portal.base.event_chain import EventChain
from portal.base.history import DeskEvent, Event, What, happened, happened_in
from portal.base.plans import KEPT
from portal.base.references import read_reference
from portal.base.tenancy import NOBODY, Scope
from portal.web.guard import access_of, viewer
from portal.web.session import SAFE_METHODS, Sessions

log = logging.getLogger("portal.activity")
AGAIN = timedelta(minutes=5)
MOST_KNOWN = 10_000  # looks; of each a process keeps a few dozen bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at, of which account (None: on the desk, of none): a record, or with 0 the
    list of its kind."""

    account_id: int | None
    what: What
    kind: str
    id: int
    details: Details = ()
    always: bool = False  # also when it was so a moment ago

    @property
    def __tablename__(self) -> str:
        return self.kind


Known = dict[tuple[int, Look], datetime]


def init_app(app: Flask) -> None:
    app.extensions["looks"] = {}
    app.after_request(_note)


def looked_at(account_id: int, kind: str, record_id: int) -> None:
    """Say what a page across accounts shows, which its address does not tell."""
    g.looked_at = Look(account_id, What.VIEWED, kind, record_id)


def look_of(path: str, values: Mapping[str, Any], account_id: int, *, file: bool) -> Look:
    """What a page of the account at hand shows, by its address."""
    kinds = sorted(RECORDS.items(), key=lambda item: -len(item[1][2]))
    kind = next((kind for kind, (_n, _p, folder) in kinds if _below(path, folder)), "account")
    prefix, number = RECORDS[kind][1], values.get("reference", "")
    found = read_reference(prefix, number) if prefix and number else None
    record_id = found or (account_id if kind == "account" else 0)
    return Look(account_id, What.DOWNLOADED if file else What.VIEWED, kind, record_id)


def _below(path: str, folder: str) -> bool:
    return bool(folder) and f"{path}/".startswith(folder)


def _note(response: Response) -> Response:
    who = g.get("_login_user")  # not `viewer()`, which would look up someone nobody asked for
    if isinstance(who, SignedIn) and (look := _look(who, response)):
        sessions: Sessions = current_app.extensions["sessions"]
        # When this process last found it noted: mostly nobody has to be asked.
        known: Known = current_app.extensions["looks"]
        if look.always or not _is_lately(known.get((who.id, look))):
            _afterwards(response, partial(_write, sessions, known, who, look))
    return response


def _look(who: SignedIn, response: Response) -> Look | None:
    access = access_of(current_app.view_functions[request.endpoint or "static"])
    if response.status_code == 403:
        return Look(**refusal(who, access))
    if is_table(access, response):
        return _taken_away()
    shown = request.method in SAFE_METHODS and response.status_code in {200, 206}
    if not shown or who.kind == "customer":
        return None
    return g.get("looked_at") or _at_hand(response)


def _taken_away() -> Look | None:
    access = access_of(current_app.view_functions[request.endpoint or "static"])
    account, told = viewer().account, table_told()
    if access is None or access.everywhere or account is None:
        return Look(None, What.DOWNLOADED, kind_of_desk(), 0, told, always=True)
    look = look_of(request.path, request.view_args or {}, account.id, file=True)
    return replace(look, details=told, always=True)


def _afterwards(response: Response, deed: Callable[[], None]) -> None:
    if response.direct_passthrough:  # a file: nobody closes the answer, only what it is read from
        response.response = ClosingIterator(response.response, [deed])  # type: ignore[arg-type]
    else:
        response.call_on_close(deed)


def _at_hand(response: Response) -> Look | None:
    access = access_of(current_app.view_functions[request.endpoint or "static"])
    account = viewer().account
    if access is None or access.permission is None or access.everywhere or account is None:
        return None
    file = response.headers.get("Content-Disposition", "").startswith("attachment")
    return look_of(request.path, request.view_args or {}, account.id, file=file)


def _write(sessions: Sessions, known: Known, who: SignedIn, look: Look) -> None:
    account_id, staff = look.account_id, who.kind == "staff"
    scope = NOBODY
    if account_id is not None:
        reason = f"staff {who.id}" if staff else ""
        scope = Scope(frozenset({account_id}), account_id, staff=staff, reason=reason)
    by = Person(who.id, on_behalf=who.kind != "customer", place=who.place)
    try:
        if not look.always:
            with sessions(scope=replace(scope, write=None)) as session:
                session.connection(execution_options=READING)
                if noted := _noted(session, who.id, look):
                    if len(known) >= MOST_KNOWN:
                        known.clear()
                    known[who.id, look] = noted
                    return  # and nobody had to wait for a writer to learn it
        with sessions(scope=scope) as session, allow_closed(session).begin():
            # Whoever looks twice at once waits here, and finds what the first one wrote.
            name = "desk" if account_id is None else f"account {account_id}"
            chain = select(EventChain.id).where(EventChain.name == name)
            session.execute(chain.with_for_update())
            if look.always or not _noted(session, who.id, look):
                _put(session, look, by)
    except SQLAlchemyError:
        log.warning("It could not be noted what user %s looked at.", who.id, exc_info=True)


def _put(session: Session, look: Look, by: Person) -> None:
    told = dict(look.details)
    if look.account_id is None:
        happened(session, look, look.what, by=by, **told)
    else:
        happened_in(session, look.account_id, look, look.what, by=by, **told)


def _is_lately(noted: datetime | None) -> bool:
    return noted is not None and noted > clock.now() - AGAIN


def _noted(session: Session, user_id: int, look: Look) -> datetime | None:
    """When it was noted lately, if it was."""
    values = {"since": clock.now() - AGAIN, "by_id": user_id, "record_id": look.id}
    values |= {"what": look.what, "kind": look.kind, **dict(look.details)}
    lately = _lately(look.account_id is None, tuple(name for name, _value in look.details))
    noted: datetime | None = session.scalars(lately, values).first()
    return noted


@cache
def _lately(on_desk: bool, details: tuple[str, ...]) -> Any:
    """By `since`, `by_id`, `what`, `kind`, `record_id` and these details."""
    table: Any = DeskEvent if on_desk else Event
    here = ("by_id", "what", "kind", "record_id")
    return (
        select(table.at)
        .where(
            table.at > bindparam("since", type_=UTCDateTime),
            *(getattr(table, name) == bindparam(name) for name in here),
            *(table.details[name].as_string() == bindparam(name) for name in details),
        )
        .limit(1)
        .execution_options(**KEPT)
    )
