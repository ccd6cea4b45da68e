"""From which network everything is done, by whoever does not say so: a request's, near enough."""

from contextvars import ContextVar

_place: ContextVar[str] = ContextVar("place", default="")


def set_place(place: str) -> None:
    _place.set(place)


def place_at_hand() -> str:
    return _place.get()
