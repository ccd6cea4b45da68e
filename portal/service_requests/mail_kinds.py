"""What there is to tell of a request by mail, and to whom."""

from dataclasses import dataclass

from portal.notices.notice import Notice


@dataclass(frozen=True, slots=True)
class News:
    """A kind of thing to tell: how people choose about it, in which template, and to whom."""

    notice: Notice | None  # None: it always comes
    template: str
    managers: bool = False  # to everybody who looks after escalations
    owner_only: bool = False
    rated: bool = False  # the customer's people are asked how the help was


NEWS = {
    "opened": News(Notice.REQUEST_ANSWERED, "service_requests/opened"),
    # To whoever opened it, so that they have its number, and something to answer to.
    "received": News(None, "service_requests/received"),
    "answered": News(Notice.REQUEST_ANSWERED, "service_requests/answered"),
    "reopened": News(Notice.REQUEST_ANSWERED, "service_requests/reopened"),
    "workaround": News(Notice.REQUEST_ANSWERED, "service_requests/workaround"),
    "noted": News(Notice.REQUEST_NOTED, "service_requests/noted"),
    "status": News(Notice.REQUEST_CHANGED, "service_requests/status"),
    "cloud_partner": News(Notice.REQUEST_CHANGED, "service_requests/cloud_partner"),
    "authorization_ends": News(Notice.REQUEST_CHANGED, "service_requests/authorization_ends"),
    "authorization_over": News(Notice.REQUEST_CHANGED, "service_requests/authorization_over"),
    "closed": News(Notice.REQUEST_CHANGED, "service_requests/closed", rated=True),
    # In one mail, so that each closing asks once how the help was.
    "closed_with": News(Notice.REQUEST_ANSWERED, "service_requests/closed", rated=True),
    # Nothing came of it, so nobody is asked.
    "canceled_with": News(Notice.REQUEST_ANSWERED, "service_requests/canceled"),
    "merged": News(Notice.REQUEST_CHANGED, "service_requests/merged"),
    "severity": News(Notice.REQUEST_CHANGED, "service_requests/severity"),
    # How an escalation was got over, in words; and in one mail that this makes it less bad.
    "remedy": News(Notice.REQUEST_ANSWERED, "service_requests/remedy"),
    "workaround_accepted": News(Notice.REQUEST_ANSWERED, "service_requests/workaround_accepted"),
    "escalated": News(Notice.REQUEST_ESCALATED, "service_requests/escalated", managers=True),
    "assigned": News(Notice.REQUEST_ASSIGNED, "service_requests/assigned", owner_only=True),
}
