"""A field for files: several, chosen or dropped, sent while the rest of the form is filled in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from wtforms import Field, Form
from wtforms.widgets import FileInput

from portal.base.files import Hold
from portal.base.words import N_
from portal.uploads.attaching import NOT_YET
from portal.uploads.models import Upload, UploadState
from portal.uploads.queries import uploads_of
from portal.uploads.receiving import received
from portal.uploads.rules import GONE, MOST_AT_ONCE, Purpose
from portal.uploads.sentences import why_refused
from portal.web.formats import file_size, listing
from portal.web.guard import viewer
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.session import db

_NOT_YET = {
    UploadState.SENDING: N_("“%(name)s” was not sent entirely. Choose it again, or remove it."),
    UploadState.CHECKING: NOT_YET,
}
_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the field lists it."""

    token: str
    name: str
    size: str
    state: UploadState
    says: str  # what there is to say of it beside its size
    path: str
    key: str  # what the same file is known by when it is chosen once more

    @property
    def goes_along(self) -> bool:
        return self.state is not UploadState.REFUSED


def listed(upload: Upload, *, desk: bool = False) -> Listed:
    return Listed(
        upload.token,
        upload.name,
        file_size(upload.size),
        upload.state,
        says_of(upload),
        path_of(upload.token, desk=desk),
        f"{upload.size}/{upload.modified}/{upload.name}",
    )


def says_of(upload: Upload) -> str:
    """What there is to say of a file beside its name and its size."""
    if upload.state is UploadState.SENDING:
        return _("Not all of it was sent. Choose the file again to go on.")
    if upload.state is UploadState.READY and upload.file and upload.file.held:
        return label(upload.file.held)
    return why_refused(upload) or label(upload.state)


def path_of(token: str, *, desk: bool) -> str:
    return url_for("desk_uploads.show_for" if desk else "uploads.show", token=token)


class FilesField(Field):  # type: ignore[misc]
    """Its data are the tokens of what was sent; `attach_uploads` makes files of them."""

    widget = FileInput(multiple=True)
    takes_several = True
    data: list[str]
    errors: list[str]

    def __init__(self, label: Any = None, *, for_what: Purpose, **options: Any) -> None:
        super().__init__(label, **options)
        self.for_what = for_what
        self._number = ""

    def for_account(self, number: str) -> None:
        """On pages of staff across accounts: whose form it is, by the master account ID."""
        self._number = number

    @property
    def sent_to(self) -> str:
        if self._number:
            return url_for("desk_uploads.begin_for", number=self._number)
        return url_for("uploads.begin")

    @cached_property
    def uploads(self) -> list[Listed]:
        """What was sent so far, in the order it was."""
        desk = bool(self._number)
        return [listed(it, desk=desk) for it in self._found if not _is_attached(it)]

    @cached_property
    def _found(self) -> list[Upload]:
        if not self.data:
            return []
        query = uploads_of(self.data, viewer().id, self.for_what.name)
        known = {it.token: it for it in db().scalars(query)}
        return [known[token] for token in self.data if token in known]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def process_formdata(self, values: Iterable[Any]) -> None:
        came = received(self.name)
        typed = [it for it in values if isinstance(it, str) and _TOKEN.fullmatch(it)]
        self.data = list(dict.fromkeys([*typed, *came.tokens]))
        self.process_errors.extend(came.refusals)

    def pre_validate(self, form: Form) -> None:
        """What was attached before passes: the second of two clicks is led to where the first was,
        and anybody else is refused by `attach_uploads`."""
        if len(self.data) > self.for_what.most_files:
            self._wrong(_(self.for_what.too_many, most=self.for_what.most_files))
            self.data = self.data[: self.for_what.most_files]
        if len(self._found) < len(self.data):
            self._wrong(_(GONE))
        for it in self._found:
            if it.state in _NOT_YET:
                self._wrong(_(_NOT_YET[it.state], name=it.name))
            elif it.state is UploadState.REFUSED:
                self._wrong(why_refused(it))

    def _wrong(self, sentence: str) -> None:
        self.errors = [*self.errors, sentence]

    @property
    def takes(self) -> str:
        """Which kinds, said before anything is chosen."""
        if kinds := self.for_what.listed:
            return _("We take %(kinds)s.", kinds=listing(kinds))
        return _(
            "We take pictures, video, PDF, logs, Office documents, network captures and ZIP files."
        )

    def at_most(self, *, at_once: bool) -> str:
        """How large. `at_once`: where no script sends it in parts."""
        most = self.for_what.most_bytes
        return _(
            "At most %(most)s each.", most=file_size(min(most, MOST_AT_ONCE) if at_once else most)
        )

    def words(self) -> dict[str, str]:
        """What the script says, in the reader's language."""
        return {
            "waits": _("Waits for its turn"),
            "sending": _("Being sent …"),
            "progress": _("%(percent)s sent"),
            "checking": label(UploadState.CHECKING),
            "held": label(Hold.WAITING),
            "cut": _("The connection is gone. We go on when it is back."),
            "failed": _("It could not be sent."),
            "signedOut": _("You are signed out. Sign in on another tab, and then go on here."),
            "tooMany": _(self.for_what.too_many, most=self.for_what.most_files),
            "done": _("“%(name)s” is sent."),
            "removed": _("“%(name)s” is removed."),
            "remove": _("Remove %(name)s"),
            "again": _("Go on with %(name)s"),
            "wait": _("The form is sent as soon as the files are."),
        }


def _is_attached(upload: Upload) -> bool:
    return upload.state is UploadState.ATTACHED
