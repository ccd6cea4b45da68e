"""What browsers send, before anybody reads it.

Addresses and forms can hold a NUL, which PostgreSQL keeps in no text and which nobody types: it is
taken out here, once, so that no page has to think of it. What it was taken out of is known: names
and addresses are refused with one, as with other signs that cannot be seen; see `forms`.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import UnicodeConverter, ValidationError


class Sent(ImmutableMultiDict[str, Any]):
    """The fields of an address or a form; among those of a form may be files."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        sent = list(pairs)
        super().__init__((name, _typed(value)) for name, value in sent)
        self.held_nul = frozenset(name for name, value in sent if _typed(value) != value)


class Word(UnicodeConverter):
    """A part of a path that names a record. With a NUL in it there is none."""

    def to_python(self, value: str) -> str:
        if "\0" in value:
            raise ValidationError
        return value


def init_app(app: Flask) -> None:
    app.request_class.parameter_storage_class = Sent
    app.teardown_request(lambda _error: request.close())  # the files that were sent
    app.url_map.converters["default"] = app.url_map.converters["string"] = Word


def _typed(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value
