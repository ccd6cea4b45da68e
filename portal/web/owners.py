"""The way on to what belongs to another account than the one at hand."""

from typing import cast
from urllib.parse import urlencode

from flask import Response, current_app, request


def of_another() -> Response | None:
    """The way on to a record of an account that is not at hand, for whoever may open it there.

    A higher floor knows the records: see overview/elsewhere.py.
    """
    ask = current_app.extensions.get("of_another", lambda: None)
    return cast("Response | None", ask())


def searching(start: str) -> str:
    """Where one chooses an account; whoever came by a search takes along what they look for."""
    if request.path != "/search":
        return start
    path = {"/desk/accounts": "/desk/search", "/partner": "/partner/search"}.get(start, start)
    return f"{path}?{urlencode({'q': request.args.get('q', '')})}"
