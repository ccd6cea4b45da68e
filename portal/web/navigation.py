"""The menus, as whoever looks at them may open their pages."""

from collections.abc import Iterable
from dataclasses import replace

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from portal.base.access import Permission
from portal.web.entrance import Access
from portal.web.guard import access_of, viewer
from portal.web.menus import ACCOUNT, DESK, FOOTER, PARTNER, PERSON, Entry

_MISSING = object()


def across_menu() -> list[Entry]:
    """For those who work across accounts: what lies above any single one."""
    return _open({"staff": DESK, "partner": PARTNER}.get(viewer().kind, ()))


def account_menu() -> list[Entry]:
    """What lies within the account at hand."""
    return _open(ACCOUNT) if viewer().account else []


def page_menu() -> list[Entry]:
    """The pages beside the one at hand, where it is one of a section."""
    if not viewer().is_authenticated:
        return []
    for section in (*across_menu(), *account_menu(), *_open(PERSON)):
        if any(entry.path == request.path for entry in section.below):
            return list(section.below)
    return []


def footer_links() -> list[Entry]:
    return [entry for entry in FOOTER if page_exists(entry.path)]


def page_exists(path: str, method: str = "GET") -> bool:
    """Whether the portal has this page: some come with features of their own."""
    return _permission(path, method) is not _MISSING


def may_open(path: str) -> bool:
    """Whether the viewer may open this page: with all that it needs, and an account where it is
    about one."""
    access = _access(path, "GET")
    if not isinstance(access, Access) or not viewer().is_authenticated:
        return False
    if access.permission and not access.everywhere and not viewer().account:
        return False
    return access.lets_in(viewer())


def init_app(app: Flask) -> None:
    app.extensions["pages"] = {}
    asked = (across_menu, account_menu, footer_links, page_menu, page_exists)
    app.jinja_env.globals.update({each.__name__: each for each in asked})


def _open(entries: Iterable[Entry]) -> list[Entry]:
    """The entries whose pages the viewer may open."""
    return [entry for each in entries if (entry := _opened(each))]


def _opened(entry: Entry) -> Entry | None:
    if not entry.below:
        return entry if _may_open(_permission(entry.path, "GET")) else None
    below = tuple(_open(entry.below))
    return replace(entry, path=below[0].path, below=below) if below else None


def _may_open(permission: object) -> bool:
    asked = isinstance(permission, Permission) and permission
    return viewer().may(asked) if asked else permission is not _MISSING


def _permission(path: str, method: str) -> object:
    """The permission a page asks for, None when it is public."""
    access = _access(path, method)
    return access if access is _MISSING else getattr(access, "permission", None)


def _access(path: str, method: str) -> object:
    """What a page asks for; looked up once per application."""
    known: dict[tuple[str, str], object] = current_app.extensions["pages"]
    if (path, method) not in known:
        known[path, method] = _looked_up(path, method)
    return known[path, method]


def _looked_up(path: str, method: str) -> object:
    try:
        endpoint = current_app.url_map.bind("").match(path, method)[0]
    except HTTPException:
        return _MISSING
    return access_of(current_app.view_functions[endpoint])
