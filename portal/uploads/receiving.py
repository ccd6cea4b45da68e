"""Files that come with the form itself, from browsers without scripts.

They are kept before the view begins, each in a transaction of its own: whatever becomes of the
form, they are there, and the form that comes back lists them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, BinaryIO, TypeVar, cast

from flask import abort, current_app, g, request
from werkzeug.datastructures import FileStorage

from portal.base import clock
from portal.base.access import AccountClosed, RightGone
from portal.base.files import safe_name
from portal.base.tenancy import Scope
from portal.base.words import N_, Refused
from portal.uploads.actions import begin_upload, keep_whole
from portal.uploads.models import UploadState
from portal.uploads.queries import upload_of
from portal.uploads.rules import MOST_AT_ONCE, Purpose
from portal.uploads.scanner import Scanner
from portal.uploads.sentences import sentence, why_refused
from portal.web.downloads import files
from portal.web.guard import viewer
from portal.web.limited import refuse_too_often
from portal.web.locale import gettext as _
from portal.web.session import open_session

TOO_LARGE_AT_ONCE = N_("“%(name)s” is %(size)s. Without JavaScript it can be at most %(most)s.")
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(slots=True)
class Received:
    """What came in one field: the files that were kept, and why others were not."""

    tokens: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def receives_files(
    for_what: Purpose,
    *,
    name: str = "files",
    account_of: Callable[..., int] | None = None,
) -> Callable[[View], View]:
    """Stands below `@allow(…, most_bytes=MOST_WITH_FORM)`, on the view that a form is sent to.

    On pages of staff across accounts, `account_of` tells from the view's values whose it is.
    """

    def around(view: View) -> View:
        @wraps(view)
        def receiving(*args: Any, **values: Any) -> Any:
            sent = [it for it in request.files.getlist(name) if it.filename]
            if sent:
                scope: Scope = g.scope
                if account_of:
                    scope = replace(scope, write=account_of(*args, **values))
                g.received = {name: _receive(sent, for_what, scope)}
            return view(*args, **values)

        return cast(View, receiving)

    return around


def received(name: str) -> Received:
    found: Received = g.get("received", {}).get(name) or Received()
    return found


def scanner() -> Scanner | None:
    found: Scanner | None = current_app.extensions["scanner"]
    return found


def _receive(sent: list[FileStorage], for_what: Purpose, scope: Scope) -> Received:
    refuse_too_often("upload")
    result = Received()
    if len(sent) > for_what.most_files:
        result.refusals.append(_(for_what.too_many, most=for_what.most_files))
    for each in sent[: for_what.most_files]:
        try:
            _take(each, for_what, scope, result)
        except Refused as refusal:
            result.refusals.append(sentence(refusal))
    return result


def _take(file: FileStorage, for_what: Purpose, scope: Scope, result: Received) -> None:
    name, size, by = file.filename or "", file.stream.seek(0, 2), viewer()
    if size > MOST_AT_ONCE:
        raise Refused(TOO_LARGE_AT_ONCE, name=safe_name(name), size=size, most=MOST_AT_ONCE)
    try:
        with open_session(scope, reading=False) as session:
            upload = begin_upload(session, for_what, name=name, size=size, by=by, now=clock.now())
            session.expunge(upload)
            session.commit()
        source = cast(BinaryIO, file.stream)
        with open_session(scope, reading=False) as session:
            keep_whole(session, files(), scanner(), upload, source, now=clock.now())
            kept = session.scalars(upload_of(upload.token, by.id)).one()
            if kept.state is UploadState.READY:
                result.tokens.append(kept.token)
            else:
                result.refusals.append(why_refused(kept))
            session.commit()
    except RightGone as gone:
        abort(423 if isinstance(gone, AccountClosed) else 403)
