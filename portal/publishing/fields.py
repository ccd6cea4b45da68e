"""A field for the file of a release or a document, sent in parts while the form is filled in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, BinaryIO, TypeVar, cast

from flask import g, request, url_for

from portal.base import clock
from portal.base.words import Refused
from portal.publishing.kinds import KINDS, MOST_BYTES
from portal.publishing.models import Incoming
from portal.publishing.receiving import begin, incoming_of, incomings_of, keep_whole
from portal.uploads.forms import FilesField, Listed, says_of
from portal.uploads.models import UploadState
from portal.uploads.receiving import TOO_LARGE_AT_ONCE, Received, scanner
from portal.uploads.rules import MOST_AT_ONCE, ONE_ALONE
from portal.uploads.sentences import sentence, why_refused
from portal.web.downloads import files
from portal.web.formats import file_size
from portal.web.guard import viewer
from portal.web.session import db, open_session

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What the field's template and script ask of a purpose."""

    name: str = "publishing"
    most_bytes: int = MOST_BYTES
    most_files: int = 1
    too_many: str = ONE_ALONE

    @property
    def listed(self) -> list[str]:
        return sorted(each.upper() for each in KINDS)


def listed(it: Incoming) -> Listed:
    return Listed(
        it.token,
        it.name,
        file_size(it.size),
        it.state,
        says_of(cast(Any, it)),  # which tells the same of both
        url_for("publishing_files.show", token=it.token),
        f"{it.size}/{it.modified}/{it.name}",
    )


class IncomingField(FilesField):
    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, for_what=cast(Any, _Purpose()), **options)

    @property
    def sent_to(self) -> str:
        return url_for("publishing_files.start")

    @property
    def uploads(self) -> list[Listed]:
        return [listed(it) for it in self._found if it.state is not UploadState.ATTACHED]

    @property
    def _found(self) -> list[Any]:
        if not self.data:
            return []
        known = {it.token: it for it in db().scalars(incomings_of(self.data, viewer().id))}
        return [known[token] for token in self.data if token in known]


def receives_file(view: View) -> View:
    """Keeps what comes with the form itself, from browsers without scripts, before the view."""

    @wraps(view)
    def receiving(*args: Any, **values: Any) -> Any:
        sent = [it for it in request.files.getlist("files") if it.filename]
        if sent:
            g.received = {"files": _receive(sent)}
        return view(*args, **values)

    return cast(View, receiving)


def _receive(sent: Iterable[Any]) -> Received:
    found = Received()
    for each in list(sent)[:1]:
        name, size = each.filename or "", each.stream.seek(0, 2)
        try:
            if size > MOST_AT_ONCE:
                raise Refused(TOO_LARGE_AT_ONCE, name=name, size=size, most=MOST_AT_ONCE)
            found.tokens.append(_take(name, size, cast(BinaryIO, each.stream), found))
        except Refused as refusal:
            found.refusals.append(sentence(refusal))
    found.tokens = [token for token in found.tokens if token]
    return found


def _take(name: str, size: int, source: BinaryIO, found: Received) -> str:
    with open_session(g.scope, reading=False) as session:
        it = begin(session, name=name, size=size, modified=0, by=viewer(), now=clock.now())
        session.commit()
        keep_whole(session, files(), scanner(), it, source, now=clock.now())
        session.commit()
        kept = session.scalars(incoming_of(it.token, viewer().id)).one()
        if kept.state is UploadState.READY:
            return kept.token
        found.refusals.append(why_refused(cast(Any, kept)))
        return ""
