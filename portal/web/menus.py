"""The entries of the menus. A feature adds its own, which is shown from the day its page exists."""

from dataclasses import dataclass

from flask import request

from portal.base.words import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu; or a section, which leads to the first page `below` it that is open."""

    label: str
    path: str
    below: tuple["Entry", ...] = ()
    also: str = ""  # what is in the addresses of other pages of it, with spaces between

    @property
    def current(self) -> bool:
        """Whether the page at hand belongs under this entry."""
        if self.below:
            return any(entry.current for entry in self.below)
        if self.path in {"/", "/desk", "/desk/logistics", "/partner"}:
            return request.path == self.path or any(
                each in request.path for each in self.also.split()
            )
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
            Entry(N_("Replacements"), "/desk/logistics", also="logistics/RMA- logistics/approvals"),
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
        N_("Publishing"),
        "/desk/publish",
        (
            Entry(N_("Releases"), "/desk/publish"),
            Entry(N_("Documents"), "/desk/publish/documents"),
            Entry(N_("License terms"), "/desk/publish/terms"),
        ),
    ),
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
