"""The main menu. A feature adds its entry here, and it is shown from the day its page exists."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from portal.base.access import Permission
from portal.base.words import N_
from portal.web.guard import viewer

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    path: str

    @property
    def current(self) -> bool:
        """Whether the page at hand belongs under this entry."""
        if self.path == "/":
            return request.path == "/"
        return f"{request.path}/".startswith(f"{self.path}/")


# Across accounts first, for those who work across them; then what is within the account at hand.
DESK = (
    Entry(N_("Customers"), "/desk/accounts"),
    Entry(N_("Catalogue"), "/desk/catalogue"),
    Entry(N_("Agreements"), "/desk/agreements"),
    Entry(N_("Mailbox"), "/desk/mailbox"),
    Entry(N_("Jobs"), "/desk/jobs"),
    Entry(N_("Style"), "/desk/style"),
)
PARTNER = (Entry(N_("Customers"), "/partner"),)
ACCOUNT = (
    Entry(N_("Overview"), "/"),
    Entry(N_("Devices"), "/products"),
    Entry(N_("Sites"), "/organization/sites"),
)
FOOTER = (
    Entry(N_("Service status"), "/status"),
    Entry(N_("Accessibility statement"), "/accessibility"),
    Entry(N_("Privacy notice"), "/privacy"),
    Entry(N_("Cookies"), "/cookies"),
    Entry(N_("Terms of use"), "/terms"),
)


def across_menu() -> list[Entry]:
    """For those who work across accounts: what lies above any single one."""
    return _open({"staff": DESK, "partner": PARTNER}.get(viewer().kind, ()))


def account_menu() -> list[Entry]:
    """What lies within the account at hand."""
    return _open(ACCOUNT) if viewer().account else []


def footer_links() -> list[Entry]:
    return [entry for entry in FOOTER if page_exists(entry.path)]


def page_exists(path: str, method: str = "GET") -> bool:
    """Whether the portal has this page: some come with features of their own."""
    return _permission(path, method) is not _MISSING


def init_app(app: Flask) -> None:
    app.extensions["pages"] = {}
    app.jinja_env.globals.update(
        across_menu=across_menu,
        account_menu=account_menu,
        footer_links=footer_links,
        page_exists=page_exists,
    )


def _open(entries: Iterable[Entry]) -> list[Entry]:
    """The entries whose pages the viewer may open."""
    return [entry for entry in entries if _may_open(_permission(entry.path, "GET"))]


def _may_open(permission: object) -> bool:
    if isinstance(permission, Permission):
        return viewer().may(permission)
    return permission is not _MISSING


def _permission(path: str, method: str) -> object:
    """The permission a page asks for, None when it is public; looked up once per application."""
    known: dict[tuple[str, str], object] = current_app.extensions["pages"]
    if (path, method) not in known:
        known[path, method] = _looked_up(path, method)
    return known[path, method]


def _looked_up(path: str, method: str) -> object:
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method)
    except HTTPException:
        return _MISSING
    view = current_app.view_functions[endpoint]
    return getattr(getattr(view, "access", None), "permission", None)
