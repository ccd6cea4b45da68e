"""What people hear of, by mail and in the portal: kinds of notices that they choose about, and
mails that always come.

A feature that has something to tell adds a kind here, and sends it with `mails.notify`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.base.access import GRANTABLE, Permission
from portal.notices.notice import CUSTOMERS, PARTNERS, STAFF, How, Kind, Notice
from portal.notices.replacement_kinds import OF_REPLACEMENTS

HOME = "Europe/Oslo"
DIGEST_AT = time(7)  # by the reader's own clock
WEEKLY_ON = 0  # Monday
MOST_LINES = 50  # of a digest; what is older is summed up


def _of_requests(names: str) -> frozenset[str]:
    return frozenset(f"service_requests/{name}" for name in names.split())


KINDS: dict[Notice, Kind] = {
    Notice.IMPORT_DONE: Kind(
        frozenset({"product_imports/done"}),
        Permission.PRODUCTS_CHANGE,
        CUSTOMERS | PARTNERS | {"staff"},
    ),
    Notice.COLLEAGUE_JOINED: Kind(
        frozenset({"invitations/accepted"}),
        Permission.ORGANIZATION_MANAGE,
        CUSTOMERS,
        first=How.DAILY,
    ),
    Notice.ACCESS_ASKED: Kind(
        frozenset({"partners/asked"}), Permission.ORGANIZATION_MANAGE, CUSTOMERS
    ),
    Notice.ACCESS_ENDS: Kind(
        frozenset({"partners/ends"}), Permission.ORGANIZATION_MANAGE, CUSTOMERS
    ),
    Notice.ACCESS_ANSWERED: Kind(
        frozenset({"partners/given", "partners/declined"}), Permission.PARTNER_START, PARTNERS
    ),
    Notice.OUR_ACCESS_ENDS: Kind(
        frozenset({"partners/ends_for_us"}), Permission.PARTNER_MANAGE, PARTNERS
    ),
    Notice.REQUEST_ANSWERED: Kind(
        _of_requests(
            "answered canceled closed opened reopened remedy workaround workaround_accepted"
        ),
        Permission.REQUESTS_VIEW,
        CUSTOMERS | PARTNERS | STAFF,
    ),
    Notice.REQUEST_CHANGED: Kind(
        _of_requests(
            "authorization_ends authorization_over closed cloud_partner merged severity status"
        ),
        Permission.REQUESTS_VIEW,
        CUSTOMERS | PARTNERS | STAFF,
    ),
    Notice.REQUEST_ESCALATED: Kind(
        frozenset({"service_requests/escalated"}),
        Permission.REQUESTS_VIEW,
        CUSTOMERS | PARTNERS | STAFF,
    ),
    Notice.REQUEST_ASSIGNED: Kind(
        frozenset({"service_requests/assigned"}), Permission.REQUESTS_WORK, STAFF
    ),
    Notice.REQUEST_NOTED: Kind(
        frozenset({"service_requests/noted"}), Permission.REQUESTS_WORK, STAFF
    ),
    Notice.REQUEST_DUE: Kind(frozenset({"escalations/target"}), Permission.REQUESTS_WORK, STAFF),
    Notice.UNASSIGNED_DUE: Kind(frozenset({"escalations/target"}), Permission.REQUESTS_WORK, STAFF),
    Notice.CRITICAL_DUE: Kind(
        frozenset({"escalations/target"}), Permission.ESCALATIONS_MANAGE, STAFF
    ),
    Notice.CRITICAL_OPENED: Kind(
        frozenset({"escalations/critical"}), Permission.REQUESTS_WORK, STAFF
    ),
    Notice.ESCALATION_DUE: Kind(
        frozenset({"escalations/promise"}), Permission.ESCALATIONS_MANAGE, STAFF
    ),
    Notice.ESCALATION_GIVEN: Kind(
        frozenset({"escalations/given"}), Permission.ESCALATIONS_MANAGE, STAFF
    ),
    Notice.RELEASE_WITHDRAWN: Kind(
        frozenset({"publishing/withdrawn"}), Permission.DOWNLOADS_VIEW, CUSTOMERS | PARTNERS
    ),
    Notice.NEWS_FOLLOWED: Kind(
        frozenset({"news/release", "news/document"}),
        Permission.DOWNLOADS_VIEW,
        CUSTOMERS | PARTNERS | STAFF,
        hows=(How.AT_ONCE, How.WEEKLY, How.NEVER),  # and each thing followed by itself
        stopped_by_link=True,
    ),
    # A device with a known hole harms others too: it can come later, but not never.
    Notice.SECURITY_FIX: Kind(
        frozenset({"news/security"}),
        Permission.DOWNLOADS_SOFTWARE,
        CUSTOMERS | PARTNERS,
        hows=(How.AT_ONCE, How.DAILY),
    ),
    Notice.MAIL_PARKED: Kind(frozenset({"mail_intake/parked"}), Permission.REQUESTS_WORK, STAFF),
    Notice.LICENSE_ENDS: Kind(
        frozenset({"licenses/ends"}), Permission.LICENSES_VIEW, CUSTOMERS | PARTNERS
    ),
    Notice.LICENSE_REVOKED: Kind(
        frozenset({"licenses/revoked"}), Permission.LICENSES_VIEW, CUSTOMERS | PARTNERS
    ),
    Notice.INCIDENT: Kind(
        frozenset({"incidents/update"}),
        Permission.ACCOUNT_VIEW,
        CUSTOMERS | PARTNERS,
        first=How.NEVER,  # `/status` and the overview tell of it: mail is for those who ask for it
    ),
}
KINDS |= OF_REPLACEMENTS
# Mails about somebody's own safety, or that they asked for themselves: nobody can do without.
ALWAYS = frozenset(
    {
        "accounts/access",
        "customers/closed",
        "employees/code",
        "employees/news",
        "factors/changed",
        "invitations/invitation",
        "invitations/taken",
        "mail_intake/not_taken",
        "notices/digest",
        "partners/invited",
        "partners/taken",
        "passwords/changed",
        "passwords/reset",
        "personal_data/deleted",
        "profile/confirm_new",
        "profile/confirm_old",
        "profile/email_changed",
        "profile/password_changed",
        "returns/label",
        "service_requests/received",
        "single_sign_on/changed",
        "single_sign_on/linked",
        "staff/invited",
    }
)


def offered(*, kind: str, held: frozenset[Permission]) -> list[Notice]:
    """What may come to somebody of this kind (customer, partner, staff) who may do this."""
    return [notice for notice, it in KINDS.items() if kind in it.who and it.needs in held]


def may_know(
    notice: Notice,
    template: str,
    account_id: int | None,
    *,
    staff: bool,
    mine: frozenset[Permission],
    there: Mapping[int, frozenset[Permission]],
) -> bool:
    """Whether somebody may still be told, by what they may do at all, and in which accounts.

    What staff may do they may do in all, and they alone are told what is about none.
    """
    needs = KINDS[notice].needs
    if staff or account_id is None:
        return staff and needs in mine
    if needs in GRANTABLE or KINDS[notice].who == CUSTOMERS:
        return needs in there.get(account_id, ())
    # That somebody said no gives away nothing, and there is no access to lose.
    return needs in mine and (account_id in there or template == "partners/declined")


def latest_digest(now: datetime, zone: str | None) -> datetime:
    """The last moment, at or before `now`, at which the reader's clock showed 07:00."""
    here = now.astimezone(ZoneInfo(zone or HOME))
    # The clock's own days are counted, which on two of the year are not 24 hours long.
    due = datetime.combine(here.date(), DIGEST_AT, here.tzinfo)
    if due > here:
        due = datetime.combine(here.date() - timedelta(days=1), DIGEST_AT, here.tzinfo)
    return due.astimezone(UTC)


def latest_weekly(now: datetime, zone: str | None) -> datetime:
    """The last moment, at or before `now`, at which that clock showed 07:00 on a Monday."""
    here = now.astimezone(ZoneInfo(zone or HOME))
    monday = here.date() - timedelta(days=(here.date().weekday() - WEEKLY_ON) % 7)
    due = datetime.combine(monday, DIGEST_AT, here.tzinfo)
    if due > here:
        due = datetime.combine(monday - timedelta(days=7), DIGEST_AT, here.tzinfo)
    return due.astimezone(UTC)
