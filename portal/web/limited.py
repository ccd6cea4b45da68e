"""Views that may be asked for only so often, by a person, an account, a network, and in all."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request
from werkzeug.exceptions import TooManyRequests

from portal.web.guard import viewer
from portal.web.limits import Bucket, limit, limits, network_of

View = TypeVar("View", bound=Callable[..., Any])
# By area: what it is counted by, and how much that may be.
AREAS: dict[str, dict[str, Bucket]] = {
    "export": {
        "person": limit("export per person", 30, 600),
        "account": limit("export per account", 100, 600),
        "network": limit("export per network", 100, 600),
        "all": limit("export in all", 600, 600),
    },
    "copy": {
        "person": limit("copy of my data per person", 10, 3600),
        "network": limit("copy of my data per network", 100, 3600),
        "all": limit("copy of my data in all", 300, 3600),
    },
    "import": {
        "person": limit("import per person", 30, 3600),
        "account": limit("import per account", 60, 3600),
        "network": limit("import per network", 100, 3600),
        "all": limit("import in all", 600, 3600),
    },
    "license key": {
        "person": limit("license key per person", 60, 600),
        "account": limit("license key per account", 300, 600),
        "network": limit("license key per network", 300, 600),
        "all": limit("license key in all", 2000, 600),
    },
    "license activation": {
        "person": limit("license activation per person", 30, 3600),
        "account": limit("license activation per account", 100, 3600),
        "network": limit("license activation per network", 100, 3600),
        "all": limit("license activation in all", 1000, 3600),
    },
    "upload": {
        "person": limit("upload per person", 60, 600),
        "account": limit("upload per account", 300, 600),
        "network": limit("upload per network", 300, 600),
        "all": limit("upload in all", 2000, 600),
    },
    # The field of every page leads on to the list, which counts by itself: were both counted
    # together, one search would be two.
    "search": {
        "person": limit("search per person", 50, 10, light=True),
        "account": limit("search per account", 300, 10, light=True),
        "network": limit("search per network", 300, 10, light=True),
        "all": limit("search in all", 2000, 10, light=True),
    },
}


def limited(area: str) -> Callable[[View], View]:
    """Stands below `@allow`, so that whoever may not do it at all is not counted."""

    def around(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **values: Any) -> Any:
            if area != "search" or request.args:
                refuse_too_often(area)
            return view(*args, **values)

        return cast(View, counted)

    return around


def refuse_too_often(area: str, *, counting: bool = True) -> None:
    """With `counting` off, it is only looked whether there is room: it is counted further on."""
    account = viewer().account
    keys: dict[str, object] = {
        "person": viewer().id,
        "account": account.id if account else None,
        "network": network_of(request.remote_addr),
        "all": "",
    }
    buckets = [bucket.of(keys[by]) for by, bucket in AREAS[area].items() if keys[by] is not None]
    if wait := limits().take(buckets) if counting else limits().wait(buckets):
        raise TooManyRequests(retry_after=wait)
