"""What people took away as a table, and where they were turned away, as it is put on record.

Of a table it is told each time, in which format, and what it was narrowed to: by what kinds of
words, not by which, where a person could be named in them. Of a refusal, at which door.
"""

import re
from typing import Any

from flask import request
from flask.wrappers import Response

from portal.accounts.people import SignedIn
from portal.base.access import Permission
from portal.base.history import What
from portal.web.entrance import Access
from portal.web.session import SAFE_METHODS

Details = tuple[tuple[str, str], ...]
LONGEST = 200  # characters of what a table was narrowed to
_FREE = frozenset({"q", "registered_by"})  # where people type what they like
_PLAIN = re.compile(r"[\w.:-]{1,40}")


def is_table(access: Access | None, response: Response) -> bool:
    """Whether a list was taken away."""
    shown = request.method in SAFE_METHODS and response.status_code == 200
    return shown and access is not None and Permission.EXPORT in access.needs


def table_told() -> Details:
    """In which format, and what the list was narrowed to."""
    asked = [
        name if name in _FREE or not _PLAIN.fullmatch(value) else f"{name}: {value}"
        for name, value in request.args.items(multi=True)
        if value.strip() and re.fullmatch(r"[a-z_]{1,30}", name)
    ]
    narrowed = {"filters": ", ".join(asked)[:LONGEST]} if asked else {}
    return tuple({"format": str((request.view_args or {}).get("format", "")), **narrowed}.items())


def kind_of_desk() -> str:
    """What a table of the desk is about, by its address."""
    return "event" if request.path.startswith("/desk/log") else "service_request"


def refusal(who: SignedIn, access: Access | None) -> dict[str, Any]:
    """At which door somebody was turned away. Of the desk's doors the desk's own record tells of
    guests, as it does of those who have no account at hand."""
    across = access is None or access.everywhere
    account = None if across and who.kind != "customer" else who.account
    rule = request.url_rule.rule if request.url_rule else ""
    return {
        "account_id": account.id if account else None,
        "what": What.REFUSED,
        "kind": "user",
        "id": who.id,
        "details": (("door", f"{request.method} {rule}"),),
    }
