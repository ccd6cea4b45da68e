"""The main menu. A feature adds its entry here, and it is shown from the day its page exists."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from portal.base.access import Permission
from portal.base.words import N_
from portal.web.guard import viewer

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu; or a section, which leads to the first page `below` it that is open."""

    label: str
    path: str
    below: tuple["Entry", ...] = ()
    also: str = ""  # where other pages of it are, if it stands above what is not its own

    @property
    def current(self) -> bool:
        """Whether the page at hand belongs under this entry."""
        if self.below:
            return any(entry.current for entry in self.below)
        if self.path in {"/", "/desk", "/desk/logistics", "/partner"}:
            return request.path == self.path or bool(self.also and self.also in request.path)
        return f"{request.path}/".startswith(f"{self.path}/")


# Across accounts first, for those who work across them; then what is within the account at hand.
DESK = (
    Entry(N_("Queue"), "/desk", also="/desk/service-requests/"),
    Entry(
        N_("Support"),
        "/desk/support",
        (Entry(N_("Escalations"), "/desk/escalations"), Entry(N_("Figures"), "/desk/figures")),
    ),
    Entry(
        N_("Logistics"),
        "/desk/logistics",
        (
            Entry(N_("Replacements"), "/desk/logistics", also="/desk/logistics/RMA-"),
            Entry(N_("Returns and charges"), "/desk/returns"),
            Entry(N_("Stock"), "/desk/logistics/stock"),
            Entry(N_("Spare parts"), "/desk/logistics/parts"),
            Entry(N_("Carriers"), "/desk/logistics/carriers"),
            Entry(N_("Approval rules"), "/desk/logistics/rules"),
            Entry(N_("Delivery times"), "/desk/delivery-times"),
        ),
    ),
    Entry(N_("Customers"), "/desk/accounts"),
    Entry(N_("Partners"), "/desk/partners"),
    Entry(
        N_("Catalogue"),
        "/desk/catalogue",
        (
            Entry(N_("Models"), "/desk/catalogue"),
            Entry(N_("Known issues"), "/desk/known-issues"),
        ),
    ),
    Entry(N_("Agreements"), "/desk/agreements"),
    Entry(
        N_("Operation"),
        "/desk/operation",
        (
            Entry(N_("Staff"), "/desk/staff"),
            Entry(N_("Incidents"), "/desk/incidents"),
            Entry(N_("Standard answers"), "/desk/standard-answers"),
            Entry(N_("Received e-mail"), "/desk/mail-intake"),
            Entry(N_("Activity log"), "/desk/log"),
            Entry(N_("Mailbox"), "/desk/mailbox"),
            Entry(N_("Jobs"), "/desk/jobs"),
            Entry(N_("Style"), "/desk/style"),
        ),
    ),
)
PARTNER = (
    Entry(N_("Customers"), "/partner", also="/partner/requests"),
    Entry(N_("Returns"), "/partner/returns"),
    Entry(N_("Colleagues"), "/partner/users"),
)
ACCOUNT = (
    Entry(N_("Overview"), "/"),
    Entry(
        N_("Products"),
        "/products",
        (Entry(N_("Devices"), "/products"), Entry(N_("Known issues"), "/known-issues")),
    ),
    Entry(N_("Service requests"), "/service-requests"),
    Entry(N_("Replacement and return"), "/replacements"),
    Entry(N_("Licenses"), "/licenses"),
    Entry(N_("Downloads"), "/downloads"),
    Entry(
        N_("Organization"),
        "/organization",
        (
            Entry(N_("Users"), "/organization/users"),
            Entry(N_("Partners"), "/organization/partners"),
            Entry(N_("Sites"), "/organization/sites"),
            Entry(N_("Sign-in"), "/organization/sign-in"),
            Entry(N_("Employees' link"), "/organization/employees"),
            Entry(N_("Activity log"), "/organization/log"),
        ),
    ),
)
PERSON = (
    Entry(
        N_("My profile"),
        "/profile",
        (
            Entry(N_("About me"), "/profile"),
            Entry(N_("Sign-in and security"), "/profile/security"),
            Entry(N_("My notices"), "/notices"),
            Entry(N_("Notices"), "/profile/notices"),
            Entry(N_("My data"), "/profile/data"),
        ),
    ),
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
    """The permission a page asks for, None when it is public; looked up once per application."""
    known: dict[tuple[str, str], object] = current_app.extensions["pages"]
    if (path, method) not in known:
        known[path, method] = _looked_up(path, method)
    return known[path, method]


def _looked_up(path: str, method: str) -> object:
    try:
        endpoint = current_app.url_map.bind("").match(path, method)[0]
    except HTTPException:
        return _MISSING
    access = getattr(current_app.view_functions[endpoint], "access", None)
    return getattr(access, "permission", None)
