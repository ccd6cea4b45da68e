"""What browsers send, before anybody reads it.

Addresses and forms can hold a NUL, which PostgreSQL keeps in no text and which nobody types: it is
taken out here, once, so that no page has to think of it. What it was taken out of is known: names
and addresses are refused with one, as with other signs that cannot be seen; see `forms`. So is
what was read: a right that somebody added to a form, and that nothing asked for, undoes the deed.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import UnicodeConverter, ValidationError

# Names that are in a form only when it asks for them: what else is sent, such as the name of the
# button that was pressed, is nobody's right.
_DECIDING = frozenset(
    {"account", "email", "id", "is_admin", "is_staff", "partner", "permissions"}
    | {"role", "sees", "sites", "user"}
)
_DECIDING_ENDS = ("_id", "_ids", "_role", "_hash", "_at", "rights_version")


class Sent(ImmutableMultiDict[str, Any]):
    """The fields of an address or a form; among those of a form may be files."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        sent = list(pairs)
        super().__init__((name, _typed(value)) for name, value in sent)
        self.held_nul = frozenset(name for name, value in sent if _typed(value) != value)
        self._asked_for: set[object] = set()

    def __contains__(self, name: object) -> bool:
        self._asked_for.add(name)
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self._asked_for.add(name)
        return super().__getitem__(name)

    def getlist(self, name: str, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        self._asked_for.add(name)
        return super().getlist(name, *args, **options)

    def unasked(self) -> bool:
        """Whether it holds what decides whose something is, or who may do what, and went unread."""
        return any(map(decides, set(self) - self._asked_for))


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


def decides(name: str) -> bool:
    """Whether a field of this name would say whose something is, or who may do what."""
    return name in _DECIDING or name.endswith(_DECIDING_ENDS)


def _typed(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value
