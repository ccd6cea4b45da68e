"""Why a file was not taken, in the language of the reader."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.base.words import Refused
from portal.uploads.models import Upload
from portal.web.formats import file_size
from portal.web.locale import gettext as _


def sentence(refusal: Refused) -> str:
    return _told(refusal.message, refusal.values)


def why_refused(upload: Upload) -> str:
    """Empty when it was not."""
    told = upload.refusal
    return _told(told["message"], told["values"]) if told else ""


def _told(message: str, values: Mapping[str, object]) -> str:
    return _(message, **{name: _written(value) for name, value in values.items()})


def _written(value: Any) -> str:
    if isinstance(value, int):
        return file_size(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _one_of([str(each) for each in value])
    return str(value)


def _one_of(things: Sequence[str]) -> str:
    """PDF, PNG or ZIP"""
    *first, last = things
    if not first:
        return last
    return _("%(first)s or %(last)s", first=", ".join(first), last=last)
